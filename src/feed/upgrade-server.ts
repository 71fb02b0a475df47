/**
 * The http.Server of the one port. NodeHttpServer puts a listener of its own on `upgrade`, and that answers every upgrade;
 * so the feed's are taken out before any listener hears of them.
 */
import * as Effect from "effect/Effect"
import * as http from "node:http"
import type { Duplex } from "node:stream"
import { isFeed } from "./handshake.ts"
import type { FeedServer } from "./server.ts"

/** A server, not listening yet, whose upgrades for the feed go to `feed`; closing it says goodbye to the feed's sockets too. */
export class UpgradeServer extends http.Server {
  readonly #feed: FeedServer["Service"]

  constructor(feed: FeedServer["Service"], options: http.ServerOptions = {}) {
    super(options)
    this.#feed = feed
    // Node destroys upgrades that no listener waits for, before it emits anything.
    this.on("upgrade", () => {})
  }

  override emit(event: string | symbol, ...args: ReadonlyArray<any>): boolean {
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
