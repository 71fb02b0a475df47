/**
 *   ┌──────┐ close(name) ┌─────────┐ the peer closes ┌────────┐
 *   │ open │────────────►│ closing │────────────────►│ closed │   an open one may also break: closed at once
 *   └──────┘             └─────────┘                 └────────┘
 *
 * One socket of the feed: what it may see, what it watches, which messages of the client still wait. It does not know what a client
 * frame means, and does not know the other sockets.
 */
import * as Queue from "effect/Queue"
import type { Duplex } from "node:stream"
import type { WebSocket } from "ws"
import type { Encoding, ServerFrame } from "../../actors/feed/frames.ts"
import { Packet } from "../../actors/feed/packet.ts"
import type { CloseName } from "./close-codes.ts"
import { byeFrame, closeCodes } from "./close-codes.ts"
import type { FeedLimits } from "./limits.ts"
import { Subscription } from "./subscription.ts"
import type { Line } from "./subscription.ts"
import type { FeedPass } from "./tokens.ts"

/** What waits for its turn: a message of the client, or a subscription that has to be opened again. */
export type Incoming =
  | { readonly type: "message"; readonly bytes: Buffer }
  | { readonly type: "refresh"; readonly subscription: Subscription }

type State =
  | {
      readonly at: "open"
      readonly subscriptions: Map<string, Subscription>
      /** Whether the peer was heard since it was last pinged. */
      readonly heartbeat: "heard" | "pinged"
    }
  | { readonly at: "closing" }
  | { readonly at: "closed" }

/** A socket that has not been read for so many beats is closed. */
const unreadBeats = 3

export interface SessionParts {
  readonly ws: WebSocket
  /** The stream under `ws`, for its `drain`. */
  readonly stream: Duplex
  readonly encoding: Encoding
  readonly pass: FeedPass
  readonly limits: FeedLimits
  readonly inbox: Queue.Queue<Incoming>
  /** In [0, 1), for the delay before a reconnect. */
  readonly random: () => number
}

export class Session implements Line {
  readonly #parts: SessionParts
  /** Beats in a row at which the peer had read nothing of what waits for it. */
  #unread = 0
  #state: State = { at: "open", subscriptions: new Map(), heartbeat: "heard" }
  /** Tells this socket from the user's others. */
  readonly id = crypto.randomUUID()
  /** Conversations that this socket said are open, by our id; longest ago first. */
  readonly viewed = new Set<string>()

  constructor(parts: SessionParts) {
    this.#parts = parts
    const { ws, stream } = parts
    ws.on("message", (data, isBinary) => this.#receive(data as Buffer, isBinary))
    ws.on("pong", () => this.#hear())
    ws.on("ping", (data) => this.#pinged(data))
    // The WebSocket layer closes by itself after an error, with a standard code of the table.
    ws.on("error", () => this.#leave("closing"))
    ws.once("close", () => this.#leave("closed"))
    stream.on("drain", () => this.#drained())
  }

  get pass(): FeedPass {
    return this.#parts.pass
  }
  get encoding(): Encoding {
    return this.#parts.encoding
  }
  /** Subscriptions by the name that the client gave; null when the session has ended. */
  get subscriptions(): Map<string, Subscription> | null {
    return this.#state.at === "open" ? this.#state.subscriptions : null
  }
  get isSlow(): boolean {
    // The flag first: it costs nothing, and is nearly always down.
    return this.#parts.stream.writableNeedDrain && this.#parts.ws.bufferedAmount > this.#parts.limits.slowBytes
  }

  /** Sends a frame that others get too. */
  send(packet: Packet): void {
    if (this.#state.at !== "open") return
    this.#write(packet)
    if (this.#parts.ws.bufferedAmount > this.#parts.limits.hopelessBytes) this.close("too_slow")
  }

  /** Sends a frame for this socket alone. */
  tell(frame: ServerFrame): void {
    this.send(new Packet(frame))
    this.#hold()
  }

  /** The next message; the socket is read again once few enough wait. */
  get next() {
    return Queue.take(this.#parts.inbox)
  }
  /** To be called when a message has been worked off. */
  handled(): void {
    const { ws, stream, inbox, limits } = this.#parts
    if (ws.isPaused && Queue.sizeUnsafe(inbox) < limits.inbox && !stream.writableNeedDrain) ws.resume()
  }

  /** Says goodbye with a code of the table. Only the first call counts. */
  close(name: CloseName): void {
    if (this.#state.at !== "open") return
    const { ws, random } = this.#parts
    this.#leave("closing")
    this.#write(new Packet(byeFrame(name, random())))
    ws.close(closeCodes[name].code, closeCodes[name].reason)
    // Or the peer's answer to the close would never be read.
    ws.resume()
  }

  refresh(subscription: Subscription): void {
    Queue.offerUnsafe(this.#parts.inbox, { type: "refresh", subscription })
  }

  cut(): void {
    this.close("tenant_moved")
  }

  /** Pings; a peer that was pinged before and not heard since is gone. */
  beat(): void {
    if (this.#state.at !== "open") return
    const { ws, stream } = this.#parts
    if (stream.writableNeedDrain && ++this.#unread >= unreadBeats) return this.close("too_slow")
    // What a paused socket has sent, we have not looked at: that is our fault, not its.
    if (this.#state.heartbeat === "pinged" && !ws.isPaused) return ws.terminate()
    this.#state = { ...this.#state, heartbeat: "pinged" }
    ws.ping()
  }

  #write(packet: Packet): void {
    const { ws, encoding } = this.#parts
    ws.send(packet.bytes(encoding), { binary: encoding === "msgpack" })
  }

  /** Answers a ping of the WebSocket layer; a peer that does not read its answers gets none, and is not read. */
  #pinged(data: Buffer): void {
    if (this.#state.at !== "open") return
    this.#hear()
    if (!this.#parts.stream.writableNeedDrain) this.#parts.ws.pong(data)
    this.#hold()
  }

  /** Stops reading a peer whose answers pile up; it is read again once they have left (#drained). */
  #hold(): void {
    if (this.#state.at === "open" && this.#parts.stream.writableNeedDrain) this.#parts.ws.pause()
  }

  #hear(): void {
    if (this.#state.at === "open") this.#state = { ...this.#state, heartbeat: "heard" }
  }

  #receive(bytes: Buffer, isBinary: boolean): void {
    if (this.#state.at !== "open") return
    this.#hear()
    const { ws, encoding, inbox, limits } = this.#parts
    if (isBinary !== (encoding === "msgpack")) return this.close("wrong_encoding")
    Queue.offerUnsafe(inbox, { type: "message", bytes })
    if (Queue.sizeUnsafe(inbox) >= limits.inbox) ws.pause()
  }

  #drained(): void {
    this.#unread = 0
    if (this.#state.at === "open") this.handled()
    for (const subscription of this.subscriptions?.values() ?? []) subscription.drained()
  }

  #leave(at: "closing" | "closed"): void {
    for (const subscription of this.subscriptions?.values() ?? []) subscription.close()
    this.#state = { at }
  }
}
