/** A place for the client in which a test moves time, and plays the server's part on each socket. */
import type { ClientFrame, ServerFrame } from "../../actors/feed/frames.ts"
import type { Environment, WebSocketLike } from "../../src/client/environment.ts"

type Heard = "open" | "message" | "close" | "error"

/** One socket, from the server's side. */
export class Far implements WebSocketLike {
  binaryType = "blob"
  readonly url: string
  readonly frames: Array<ClientFrame> = []
  isLeft = false
  readonly #listeners = new Map<Heard, (event: any) => void>()

  constructor(url: string) {
    this.url = url
  }
  get token(): string | null {
    return new URL(this.url).searchParams.get("token")
  }
  send(data: string): void {
    this.frames.push(JSON.parse(data))
  }
  close(): void {
    this.isLeft = true
  }
  addEventListener(type: Heard, listener: (event: any) => void): void {
    this.#listeners.set(type, listener)
  }
  opens(): this {
    this.#listeners.get("open")!({})
    return this
  }
  says(frame: ServerFrame): this {
    this.#listeners.get("message")!({ data: JSON.stringify(frame) })
    return this
  }
  saysBytes(data: string): void {
    this.#listeners.get("message")!({ data })
  }
  ends(code: number, reason = ""): void {
    this.#listeners.get("error")!({})
    this.#listeners.get("close")!({ code, reason })
  }
  /** What the client sent since the last look. */
  heard(): ReadonlyArray<ClientFrame> {
    return this.frames.splice(0)
  }
}

export class Place implements Environment {
  time = Date.UTC(2026, 0, 1)
  chance = 0.5
  readonly sockets: Array<Far> = []
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>()
  readonly #hints = new Set<() => void>()
  readonly WebSocket: Environment["WebSocket"]

  constructor() {
    const { sockets } = this
    this.WebSocket = class extends Far {
      constructor(url: string) {
        super(url)
        sockets.push(this)
      }
    }
  }
  now = (): number => this.time
  random = (): number => this.chance
  after = (milliseconds: number, run: () => void): (() => void) => {
    const timer = { at: this.time + milliseconds, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }
  hints = (run: () => void): (() => void) => {
    this.#hints.add(run)
    return () => this.#hints.delete(run)
  }

  /** Timers that are set and hints that are listened to. */
  get pending(): number {
    return this.#timers.size + this.#hints.size
  }
  get last(): Far {
    return this.sockets.at(-1)!
  }
  hint(): void {
    for (const run of this.#hints) run()
  }
  /** Lets time pass until there is a further socket, and opens it. */
  async reconnect(): Promise<Far> {
    const before = this.sockets.length
    for (let step = 0; step < 1_000 && this.sockets.length === before; step++) await this.pass(50)
    return this.last.opens()
  }
  /** Lets time pass, and what was promised happen. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.time + milliseconds
    await settled()
    for (;;) {
      const due = [...this.#timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0]
      if (due === undefined) break
      this.time = Math.max(this.time, due.at)
      this.#timers.delete(due)
      due.run()
      await settled()
    }
    this.time = end
  }
}

/** What is promised without time has happened. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
