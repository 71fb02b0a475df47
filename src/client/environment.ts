/** What the client needs of the place in which it runs: time, chance, sockets, and hints that the network is back. */

/** The part of a WebSocket that is used; a browser's, Node's and that of the package `ws` all have it. */
export interface WebSocketLike {
  binaryType: string
  send(data: string | Uint8Array): void
  close(code?: number, reason?: string): void
  addEventListener(type: "open" | "error", listener: () => void): void
  addEventListener(type: "message", listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: "close", listener: (event: { readonly code: number; readonly reason: string }) => void): void
}
export type WebSocketClass = new (url: string, protocols: string) => WebSocketLike

export interface Environment {
  /** Epoch milliseconds. */
  now(): number
  /** In [0, 1). */
  random(): number
  /** Runs once after so many milliseconds, unless it is cancelled. */
  after(milliseconds: number, run: () => void): () => void
  readonly WebSocket: WebSocketClass
  /** Calls whenever trying now is worth more than waiting; returns how to stop that. */
  hints(run: () => void): () => void
}

/** A timer that fires sooner for longer times than this (2^31 ms). */
const longestTimer = 2_147_483_647

const browserHints = (run: () => void): (() => void) => {
  if (typeof window === "undefined" || typeof document === "undefined") return () => {}
  const seen = () => {
    if (document.visibilityState === "visible") run()
  }
  window.addEventListener("online", run)
  document.addEventListener("visibilitychange", seen)
  return () => {
    window.removeEventListener("online", run)
    document.removeEventListener("visibilitychange", seen)
  }
}

/** The real one. A Node without a WebSocket of its own (before 22) is given that of the package `ws`. */
export const environmentWith = (WebSocket: WebSocketClass | undefined): Environment => {
  const sockets = WebSocket ?? (globalThis.WebSocket as unknown as WebSocketClass | undefined)
  if (sockets === undefined)
    throw new Error("There is no WebSocket here. Pass one: connect(url, token, { WebSocket }).")
  return {
    now: () => Date.now(),
    random: () => Math.random(),
    after: (milliseconds, run) => {
      const timer = setTimeout(run, Math.min(milliseconds, longestTimer))
      return () => clearTimeout(timer)
    },
    WebSocket: sockets,
    hints: browserHints
  }
}

/** The same place, with a way to stop every timer for good. */
export const stoppable = (environment: Environment): Environment & { readonly stop: () => void } => {
  const timers = new Set<() => void>()
  let isStopped = false
  return {
    now: () => environment.now(),
    random: () => environment.random(),
    WebSocket: environment.WebSocket,
    hints: (run) => environment.hints(run),
    after: (milliseconds, run) => {
      if (isStopped) return () => {}
      const stop = () => {
        timers.delete(stop)
        cancel()
      }
      const cancel = environment.after(milliseconds, () => {
        timers.delete(stop)
        run()
      })
      timers.add(stop)
      return stop
    },
    stop: () => {
      isStopped = true
      for (const stop of timers) stop()
    }
  }
}
