/**
 * The http.Server of the one port. NodeHttpServer puts a listener of its own on `upgrade`, and that answers every upgrade;
 * so the feed's are taken out before any listener hears of them.
 */
import * as Effect from "effect/Effect"
import * as http from "node:http"
import type { Duplex } from "node:stream"
import { isFeed } from "./handshake.ts"
import type { FeedServer } from "./server.ts"

/** Sockets of all kinds; a further one is closed as soon as it is open (I8). More than the feed may have, so that requests get in beside it. */
const connectionLimit = 24_576

/** A server, not listening yet, whose upgrades for the feed go to `feed`; closing it says goodbye to the feed's sockets too. */
export class UpgradeServer extends http.Server {
  readonly #feed: FeedServer["Service"]

  constructor(feed: FeedServer["Service"], options: http.ServerOptions = {}) {
    super(options)
    this.#feed = feed
    this.maxConnections = connectionLimit
    // Without any listener Node would treat an upgrade as a plain request and emit nothing.
    this.on("upgrade", (_request, stream) => {
      if (this.listenerCount("upgrade") === 1) stream.destroy()
    })
  }

  override emit(event: string, ...args: ReadonlyArray<any>): boolean {
    const [request, stream, head] = args as unknown as [http.IncomingMessage, Duplex, Buffer]
    if (event !== "upgrade" || !isFeed(request)) return super.emit(event, ...args)
    this.#feed.handleUpgrade(request, stream, head)
    return true
  }

  /** Open sockets would keep the server from closing. */
  override close(callback?: (error?: Error) => void): this {
    Effect.runFork(this.#feed.close)
    return super.close(callback)
  }
}
