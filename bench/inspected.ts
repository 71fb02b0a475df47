/** A look into a server under measurement through its inspector: its memory, and how long its event loop stood still. */
import { freePort } from "../test/support/postgres-server.ts"
import { evaluated, memoryOf } from "./feed-storm/inspector.ts"
import type { Memory } from "./feed-storm/inspector.ts"

/** How long the event loop stood still at most, in milliseconds. */
export interface Pause {
  /** By the clock: whatever took the processor away is in it. */
  readonly longest: number
  /** The most processor time that the main thread used without a look at its timers: what no other process can have caused. */
  readonly busiest: number
}

/** Milliseconds between two looks: a pause is known to that. */
const resolution = 1

/** Run in the server. */
const watching = `{
  globalThis.benchPauses?.end()
  const loop = process.getBuiltinModule("node:perf_hooks").monitorEventLoopDelay({ resolution: ${resolution} })
  const used = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000 }
  let [before, busiest] = [used(), 0]
  const timer = setInterval(() => {
    const now = used()
    busiest = Math.max(busiest, now - before)
    before = now
  }, ${resolution}).unref()
  loop.enable()
  globalThis.benchPauses = {
    end: () => { loop.disable(); clearInterval(timer) },
    told: () => JSON.stringify({ longest: Math.max(0, loop.max / 1e6 - ${resolution}), busiest })
  }
}`

export class Inspected {
  readonly #port: number

  private constructor(port: number) {
    this.#port = port
  }

  static async choose(): Promise<Inspected> {
    return new Inspected(await freePort())
  }

  /** What the server has to be started with. */
  get environment(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--inspect=127.0.0.1:${this.#port} --inspect-publish-uid=http` }
  }

  async #address(): Promise<string> {
    const targets = (await (await fetch(`http://127.0.0.1:${this.#port}/json`)).json()) as ReadonlyArray<{
      readonly webSocketDebuggerUrl: string
    }>
    return targets[0]!.webSocketDebuggerUrl
  }

  /** After its garbage was collected. */
  async memory(): Promise<Memory> {
    return memoryOf(await this.#address())
  }

  /** Forgets the pauses so far. */
  async watchPauses(): Promise<void> {
    await evaluated(await this.#address(), watching)
  }

  /** Since then. */
  async pauses(): Promise<Pause> {
    return JSON.parse(String(await evaluated(await this.#address(), "globalThis.benchPauses.told()"))) as Pause
  }
}
