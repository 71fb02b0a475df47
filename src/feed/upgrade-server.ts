/**
 * The http.Server of the one port. NodeHttpServer puts a listener of its own on `upgrade`, and that answers every upgrade;
 * so the feed's are taken out before any listener hears of them. Any other Upgrade header is passed over, as RFC 9110 allows, so
 * that its request keeps the timeouts of a request.
 */
import * as Effect from "effect/Effect"
import * as http from "node:http"
import type { Duplex } from "node:stream"
import type { Take } from "../http/front.ts"
import { isFeed } from "./handshake.ts"
import { openFilesLimit } from "./open-files.ts"
import type { FeedServer } from "./server.ts"

/** Sockets of all kinds; a further one is closed as soon as it is open (I8). More than the feed may have, so that requests get in beside it. */
const connectionLimit = 24_576
/** Descriptors kept back for the database, whose files share the process's limit, and for the process itself. */
const keptBack = 128
/** However few descriptors there are: so many sockets are taken. */
const fewestConnections = 16
/**
 * Requests of one connection that are answered at a time. Node hands on all requests that one packet holds; answers that nobody
 * reads would pile up, thousands for one packet.
 */
const answersUnderWay = 8
/**
 * Requests of one connection that wait for their turn; a client that asks further is hung up on (I8). Far more than one packet of
 * webhooks holds.
 */
const mostWaiting = 4_096

/** What one connection has asked for. */
interface Pipeline {
  underWay: number
  readonly waiting: Array<readonly [http.IncomingMessage, http.ServerResponse]>
}

/**
 * A server, not listening yet, whose upgrades for the feed go to `feed`, and whose requests `front` may take before any listener;
 * closing it says goodbye to the feed's sockets too.
 */
export class UpgradeServer extends http.Server {
  readonly #feed: FeedServer["Service"]
  readonly #front: Take
  readonly #pipelines = new WeakMap<Duplex, Pipeline>()

  constructor(
    feed: FeedServer["Service"],
    options: http.ServerOptions & { readonly silence?: number } = {},
    front: Take = () => false
  ) {
    super({ ...options, shouldUpgradeCallback: isFeed })
    this.#feed = feed
    this.#front = front
    this.maxConnections = Math.max(fewestConnections, Math.min(connectionLimit, openFilesLimit() - keptBack))
    if (options.silence !== undefined) this.timeout = options.silence
    // Without any listener Node would treat an upgrade as a plain request and emit nothing.
    this.on("upgrade", (_request, stream) => {
      if (this.listenerCount("upgrade") === 1) stream.destroy()
    })
  }

  override emit(event: string, ...args: ReadonlyArray<unknown>): boolean {
    if (event === "request") {
      const [request, response] = args as unknown as [http.IncomingMessage, http.ServerResponse]
      return this.#inTurn(request, response)
    }
    const [request, stream, head] = args as unknown as [http.IncomingMessage, Duplex, Buffer]
    if (event !== "upgrade" || !isFeed(request)) return super.emit(event, ...args)
    // The feed has a heartbeat of its own.
    request.socket.setTimeout(0)
    this.#feed.handleUpgrade(request, stream, head)
    return true
  }

  /** Hands a request on, or keeps it until fewer of its connection are under way. */
  #inTurn(request: http.IncomingMessage, response: http.ServerResponse): boolean {
    const { socket } = request
    const pipeline = this.#pipelines.get(socket) ?? { underWay: 0, waiting: [] }
    if (pipeline.underWay >= answersUnderWay) {
      if (pipeline.waiting.length >= mostWaiting) return socket.destroy().destroyed
      pipeline.waiting.push([request, response])
      return true
    }
    this.#pipelines.set(socket, pipeline)
    pipeline.underWay++
    response.once("close", () => {
      pipeline.underWay--
      const next = pipeline.waiting.shift()
      if (next !== undefined && !socket.destroyed) this.#inTurn(...next)
    })
    // Without a listener, while the process ends, nobody would answer.
    const handOn = (): void => void (super.emit("request", request, response) || response.destroy())
    return this.#front(request, response, handOn) || super.emit("request", request, response)
  }

  /** Open sockets would keep the server from closing. */
  override close(callback?: (error?: Error) => void): this {
    Effect.runFork(this.#feed.close)
    return super.close(callback)
  }
}
