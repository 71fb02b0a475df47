/** A look into a server under measurement through its inspector: its memory, and how long its event loop stood still. */
import { freePort } from "../test/support/postgres-server.ts"
import { evaluated, memoryOf } from "./feed-storm/inspector.ts"
import type { Memory } from "./feed-storm/inspector.ts"

/** Milliseconds between two looks at the clock: a pause is known to that. */
const resolution = 1
const watching = `process.getBuiltinModule("node:perf_hooks").monitorEventLoopDelay({ resolution: ${resolution} })`

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
    await evaluated(
      await this.#address(),
      `globalThis.benchPauses?.disable(); globalThis.benchPauses = ${watching}; benchPauses.enable()`
    )
  }

  /** The longest pause of the event loop since then, in milliseconds. */
  async longestPause(): Promise<number> {
    const max = await evaluated(await this.#address(), "globalThis.benchPauses.max")
    return Math.max(0, Number(max) / 1e6 - resolution)
  }
}
