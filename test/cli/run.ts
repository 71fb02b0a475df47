/** The command line as a process of its own. */
import { execFile } from "node:child_process"

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs it with these variables and no others of ours; `script` is `src/cli.ts`, or the file that the `bin` entry names. */
export const run = (
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
  script = "src/cli.ts"
): Promise<Ended> =>
  new Promise((resolve) => {
    const { PATH = "" } = process.env
    execFile(process.execPath, [script, ...args], { env: { PATH, ...env } }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr })
    )
  })
