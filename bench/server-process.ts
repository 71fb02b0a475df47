/** A server under measurement: a process of its own on the servers' core. */
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { cores, nodeOn } from "./cores.ts"

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
      stdio: ["ignore", "pipe", "pipe"],
      ...(cwd === undefined ? {} : { cwd })
    })
    // Whatever it complains of, except that it is looked into.
    createInterface(child.stderr!).on("line", (line) => void (line.startsWith("Debugger ") || console.error(line)))
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
      // The scheduler's own count, in nanoseconds.
      return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, "utf8").split(" ")[0]) / 1e6
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
