/** A server under measurement: a process of its own on the servers' core. */
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { cores, nodeOn } from "./cores.ts"

/** Kernel ticks are hundredths of a second everywhere that Node runs on Linux. */
const tickMs = 10

export class ServerProcess {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, url: string) {
    this.#child = child
    this.url = url
  }

  /**
   * Starts it and waits until it says where it listens. With SWITCHBOARD_BENCH_PROFILE it leaves a CPU profile in that folder when it
   * ends.
   */
  static async start(
    file: string,
    environment: Readonly<Record<string, string>>,
    cwd?: string
  ): Promise<ServerProcess> {
    const profile = process.env["SWITCHBOARD_BENCH_PROFILE"]
    const flags = profile === undefined ? [] : ["--cpu-prof", "--cpu-prof-dir", profile]
    const [command, args] = nodeOn(cores.server, [...flags, file])
    const child = spawn(command, args, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
      ...(cwd === undefined ? {} : { cwd })
    })
    let output = ""
    for await (const chunk of child.stdout!) {
      output += chunk
      const found = /listening on (http:\/\/\S+)/.exec(output)
      if (found === null) continue
      child.stdout!.resume()
      return new ServerProcess(child, found[1]!)
    }
    child.kill("SIGKILL")
    throw new Error(`${file} ended before it listened:\n${output}`)
  }

  /** Processor time of the main thread so far, milliseconds; NaN where the system does not tell. */
  get mainThreadMs(): number {
    const { pid } = this.#child
    try {
      const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8")
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return (Number(fields[11]) + Number(fields[12])) * tickMs
    } catch {
      return NaN
    }
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, "exit")
    this.#child.kill("SIGTERM")
    await exited
  }
}
