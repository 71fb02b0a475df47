/**
 *   ┌─────────┐  open   ┌──────┐  closed, bye, silent, unreadable  ┌───────┐
 *   │ opening │────────►│ open │──────────────────────────────────►│ ended │   an opening one may end too
 *   └─────────┘         └──────┘                                   └───────┘
 *
 * One socket, once: it opens, is watched for signs of life, and ends. It knows no topics and does not come back.
 */
import type { ClientFrame, ServerFrame } from "../../../actors/feed/frames.ts"
import type { Environment, WebSocketLike } from "../environment.ts"
import type { Codec } from "../protocol.ts"
import type { Timings } from "../timings.ts"
import type { Ending } from "./ending.ts"
import { vanished } from "./ending.ts"

export interface SocketParts {
  readonly url: string
  readonly codec: Codec
  readonly environment: Environment
  readonly timings: Timings
}

/** Called in the order in which things happen; nothing after `ended`. */
export interface SocketEvents {
  opened(): void
  frame(frame: ServerFrame): void
  ended(ending: Ending): void
}

export class Socket {
  readonly #parts: SocketParts
  readonly #events: SocketEvents
  readonly #ws: WebSocketLike
  #at: "opening" | "open" | "ended" = "opening"
  #heardAt = 0
  /** Frames heard. A count, since a clock may stand still between a frame and a ping. */
  #heard = 0
  #cancelTimer: () => void

  constructor(parts: SocketParts, events: SocketEvents) {
    this.#parts = parts
    this.#events = events
    const { environment, url, codec, timings } = parts
    this.#ws = new environment.WebSocket(url, codec.subprotocol)
    this.#ws.binaryType = "arraybuffer"
    this.#cancelTimer = environment.after(timings.opening, () => this.#vanish("it did not open in time"))
    this.#ws.addEventListener("open", () => this.#open())
    this.#ws.addEventListener("message", ({ data }) => this.#receive(data))
    this.#ws.addEventListener("close", ({ code, reason }) => this.#end({ code, reason, retryAfter: undefined }))
    // A close follows every error, and says more.
    this.#ws.addEventListener("error", () => {})
  }

  /** False when it cannot be sent: the socket is not open. What is sent may still be lost with the socket. */
  send(frame: ClientFrame): boolean {
    if (this.#at !== "open") return false
    this.#ws.send(this.#parts.codec.encode(frame))
    return true
  }

  /** Asks for a sign of life now, because there is reason to doubt. */
  probe(): void {
    if (this.#at === "open") this.#ping()
  }

  /** Hangs up, without a word to `events`. */
  leave(): void {
    if (this.#at === "ended") return
    this.#stop()
  }

  #open(): void {
    if (this.#at !== "opening") return
    this.#at = "open"
    this.#hear()
    this.#watch()
    this.#events.opened()
  }

  #receive(data: unknown): void {
    if (this.#at !== "open") return
    this.#hear()
    let frame: ServerFrame
    try {
      frame = this.#parts.codec.decode(data)
    } catch {
      return this.#vanish("a frame that cannot be read")
    }
    if (frame.type === "bye") this.#end({ code: frame.code, reason: "goodbye", retryAfter: frame.retry_after_ms })
    else if (frame.type !== "pong") this.#events.frame(frame)
  }

  #hear(): void {
    this.#heard += 1
    this.#heardAt = this.#parts.environment.now()
  }

  /** Looks again when silence could have lasted for `idle`; cheaper than a new timer for each frame. */
  #watch(): void {
    const { environment, timings } = this.#parts
    const silence = environment.now() - this.#heardAt
    if (silence >= timings.idle) this.#ping()
    else this.#cancelTimer = this.#instead(timings.idle - silence, () => this.#watch())
  }

  #ping(): void {
    const { environment, timings } = this.#parts
    const heard = this.#heard
    this.send({ type: "ping" })
    this.#cancelTimer = this.#instead(timings.patience, () => {
      if (this.#heard === heard) this.#vanish(`nothing heard for ${environment.now() - this.#heardAt} ms`)
      else this.#watch()
    })
  }

  #instead(milliseconds: number, run: () => void): () => void {
    this.#cancelTimer()
    return this.#parts.environment.after(milliseconds, run)
  }

  #vanish(reason: string): void {
    this.#end({ code: vanished, reason, retryAfter: undefined })
  }

  #end(ending: Ending): void {
    if (this.#at === "ended") return
    this.#stop()
    this.#events.ended(ending)
  }

  #stop(): void {
    this.#at = "ended"
    this.#cancelTimer()
    this.#ws.close()
  }
}
