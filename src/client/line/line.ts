/**
 *   ┌─────────────┐ token ┌─────────┐ opens ┌──────┐
 *   │ authorising │──────►│ opening │──────►│ open │◄─ a renewed token: the next socket opens before this one is left
 *   └─────────────┘       └─────────┘       └──────┘
 *          ▲    fails │        │ ends         │ ends
 *          │          ▼        ▼              ▼
 *          └────────┌────────────────────────────┐ may not come back, close() ┌────────┐
 *     time is up,   │          waiting           │───────────────────────────►│ closed │
 *     or a hint     └────────────────────────────┘                            └────────┘
 *
 * The connection to a server: one socket after the other, until it is closed for good. It knows no topics.
 */
import type { ClientFrame, ServerFrame } from "../../../actors/feed/frames.ts"
import { backoff } from "../backoff.ts"
import type { Environment } from "../environment.ts"
import type { Codec } from "../protocol.ts"
import { feedUrl } from "../protocol.ts"
import { Cell } from "../store.ts"
import type { Store } from "../store.ts"
import type { Timings } from "../timings.ts"
import type { Ending } from "./ending.ts"
import { isTokenExpired, mayComeBack, vanished } from "./ending.ts"
import { Socket } from "./socket.ts"
import type { TokenSource } from "./token.ts"
import { expiryOf, renewalIn } from "./token.ts"

/** The connection as a user should see it. */
export type Status =
  | { readonly status: "connecting" }
  | { readonly status: "open" }
  /** `until` in epoch milliseconds; `reason` is what went wrong. */
  | { readonly status: "waiting"; readonly until: number; readonly reason: string }
  /** For good: by `close()`, or because the server said that there is no point in coming back. */
  | { readonly status: "closed"; readonly code: number; readonly reason: string }

export interface LineParts {
  /** Of the server, see `feedUrl`. */
  readonly url: string
  readonly token: TokenSource
  readonly codec: Codec
  readonly environment: Environment
  readonly timings: Timings
}

export interface LineEvents {
  /** A socket is there, a first or another one: everything has to be asked for, from where it was left. */
  opened(): void
  frame(frame: ServerFrame): void
  /** There is no socket now. */
  lost(): void
}

type State =
  | { readonly at: "authorising"; readonly leave: () => void }
  | { readonly at: "opening"; readonly socket: Socket; readonly leave: () => void }
  | { readonly at: "open"; readonly socket: Socket; readonly since: number; readonly leave: () => void }
  /** `isOurs`: we chose the time, not the server, so a hint may shorten it. */
  | { readonly at: "waiting"; readonly isOurs: boolean; readonly leave: () => void }
  | { readonly at: "closed"; readonly leave: () => void }

const connecting: Status = { status: "connecting" }
const open: Status = { status: "open" }

export class Line {
  readonly #parts: LineParts
  readonly #events: LineEvents
  readonly #status = new Cell<Status>(connecting)
  readonly #stopHints: () => void
  #state: State = { at: "waiting", isOurs: true, leave: () => {} }
  /** Kept for the next socket until it is refused or over. */
  #token: string | null = null
  #failures = 0

  constructor(parts: LineParts, events: LineEvents) {
    this.#parts = parts
    this.#events = events
    // An address that is none is the caller's fault, and told at once.
    feedUrl(parts.url, "")
    this.#stopHints = parts.environment.hints(() => this.#hint())
    this.#begin()
  }

  get status(): Store<Status> {
    return this.#status
  }

  /** False when there is no open socket. */
  send(frame: ClientFrame): boolean {
    return this.#state.at === "open" && this.#state.socket.send(frame)
  }

  /** Hangs up and stays closed. */
  close(): void {
    this.#close(1000, "closed by the client")
  }

  #begin(): void {
    this.#status.set(connecting)
    // A listener that was told may have closed it.
    if (this.#state.at === "closed") return
    if (this.#token !== null) return this.#dial(this.#token)
    const leave = this.#fetch(
      (token) => this.#dial(token),
      (reason) => this.#wait(undefined, reason)
    )
    this.#become({ at: "authorising", leave })
  }

  /** Gets a token from its source. Nothing is called any more once the returned function was. */
  #fetch(got: (token: string) => void, failed: (reason: string) => void): () => void {
    const { token: source, environment, timings } = this.#parts
    let isWanted = true
    const settle = (settled: () => void) => {
      if (!isWanted) return
      leave()
      settled()
    }
    const cancel = environment.after(timings.opening, () => settle(() => failed("no token came in time")))
    const leave = () => {
      isWanted = false
      cancel()
    }
    const ask = async () => (typeof source === "string" ? source : source())
    ask().then(
      (token) =>
        settle(() => {
          if (token === null) return this.#close(4001, "there is no token for this user")
          this.#token = token
          got(token)
        }),
      (error: unknown) => settle(() => failed(error instanceof Error ? error.message : String(error)))
    )
    return leave
  }

  #dial(token: string): void {
    try {
      const socket = this.#socket(token, () => this.#opened(socket))
      this.#become({ at: "opening", socket, leave: () => socket.leave() })
    } catch (error) {
      // A browser forbids some addresses (plain ws: from an https: page), and would again.
      this.#close(vanished, error instanceof Error ? error.message : String(error))
    }
  }

  #socket(token: string, opened: () => void): Socket {
    const { url, codec, environment, timings } = this.#parts
    const socket: Socket = new Socket(
      { url: feedUrl(url, token), codec, environment, timings },
      {
        opened,
        frame: (frame) => {
          if (this.#isCurrent(socket)) this.#events.frame(frame)
        },
        ended: (ending) => {
          if (this.#isCurrent(socket)) this.#ended(ending)
        }
      }
    )
    return socket
  }

  #isCurrent(socket: Socket): boolean {
    return "socket" in this.#state && this.#state.socket === socket
  }

  #opened(socket: Socket): void {
    const { environment } = this.#parts
    const stopRenewal = this.#renewal()
    const leave = () => {
      stopRenewal()
      socket.leave()
    }
    const before = this.#state
    this.#state = { at: "open", socket, since: environment.now(), leave }
    this.#status.set(open)
    if (this.#isCurrent(socket)) this.#events.opened()
    // The new socket takes over first: its user must not appear to leave and come back.
    if (before.at === "open") before.leave()
  }

  /**
   * Shortly before the token expires: a new one, a socket with it, and only then is the old one left, so that nobody notices.
   * If that fails, the server will say that the token has expired, and the usual way back follows.
   */
  #renewal(): () => void {
    const { token: source, environment, timings } = this.#parts
    const due =
      typeof source === "string" || this.#token === null
        ? null
        : renewalIn(this.#token, environment.now(), timings.renewal)
    if (due === null) return () => {}
    let next: Socket | undefined
    let stop = environment.after(due, () => {
      stop = this.#fetch(
        (token) => {
          const socket = this.#socket(token, () => {
            next = undefined
            this.#opened(socket)
          })
          next = socket
        },
        () => {}
      )
    })
    return () => {
      stop()
      next?.leave()
    }
  }

  #ended(ending: Ending): void {
    const { token: source, environment, timings } = this.#parts
    const { code, reason } = ending
    const wasOpen = this.#state.at === "open"
    if (this.#state.at === "open" && environment.now() - this.#state.since >= timings.settled) this.#failures = 0
    if (!mayComeBack(ending)) return this.#close(code, reason)
    // A browser does not tell why a handshake failed: it may have been the token.
    if (isTokenExpired(ending) || !wasOpen) {
      if (typeof source === "string" && (isTokenExpired(ending) || this.#isPast(source))) {
        return this.#close(4001, "the token has expired, and connect() was given no way to get another one")
      }
      this.#token = null
    }
    this.#wait(ending.retryAfter ?? undefined, reason === "" ? `the socket ended with ${code}` : reason)
  }

  #isPast(token: string): boolean {
    const expiry = expiryOf(token)
    return expiry !== null && expiry <= this.#parts.environment.now()
  }

  /** Waits as long as the server asked, or as backoff says; longer than asked if coming back keeps failing. */
  #wait(asked: number | undefined, reason: string): void {
    const { environment } = this.#parts
    const own = backoff(this.#failures, environment.random())
    const milliseconds = asked === undefined ? own : this.#failures === 0 ? asked : Math.max(asked, own)
    this.#failures += 1
    const wasOpen = this.#state.at === "open"
    const leave = environment.after(milliseconds, () => this.#begin())
    this.#become({ at: "waiting", isOurs: asked === undefined, leave })
    this.#status.set({ status: "waiting", until: environment.now() + milliseconds, reason })
    if (wasOpen) this.#events.lost()
  }

  /** The network may be back, or the user is: look now. */
  #hint(): void {
    if (this.#state.at === "open") this.#state.socket.probe()
    else if (this.#state.at === "waiting" && this.#state.isOurs) this.#begin()
  }

  #close(code: number, reason: string): void {
    if (this.#state.at === "closed") return
    const wasOpen = this.#state.at === "open"
    this.#become({ at: "closed", leave: () => {} })
    this.#stopHints()
    this.#status.set({ status: "closed", code, reason })
    if (wasOpen) this.#events.lost()
  }

  #become(state: State): void {
    const { leave } = this.#state
    this.#state = state
    leave()
  }
}
