/** How many files and sockets the system lets this process have open. */

interface Report {
  readonly userLimits?: { readonly open_files?: { readonly soft: number | "unlimited" } }
}

/** The soft limit of open files; Infinity where there is none or the system does not say. */
export const openFilesLimit = (): number => {
  const soft = (process.report.getReport() as Report).userLimits?.open_files?.soft
  return typeof soft === "number" ? soft : Infinity
}
