/**
 * Which core a process of a benchmark runs on. Servers share one core, the sender and the database have the others, so that what is
 * measured is not who else got the processor. Where `taskset` is missing, or there is one core, the system decides.
 */
import { spawnSync } from "node:child_process"
import { cpus } from "node:os"

const canPin = cpus().length > 1 && spawnSync("taskset", ["-V"], { stdio: "ignore" }).status === 0

export const cores = { server: "0", sender: cpus().length > 2 ? `1-${cpus().length - 1}` : "1" } as const

/** The command line that starts Node on these cores. */
export const nodeOn = (core: string, args: ReadonlyArray<string>): readonly [command: string, args: Array<string>] =>
  canPin ? ["taskset", ["-c", core, process.execPath, ...args]] : [process.execPath, [...args]]

/** Moves a process that runs already, with its threads, to these cores. */
export const pin = (pid: number, core: string): void => {
  if (canPin) spawnSync("taskset", ["-a", "-c", "-p", core, String(pid)], { stdio: "ignore" })
}

/** What is said of it at the head of a run. */
export const pinning = canPin
  ? `servers on core ${cores.server}, sender and database on core ${cores.sender}`
  : "not pinned to cores"
