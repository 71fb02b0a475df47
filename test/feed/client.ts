/** A real WebSocket client of the feed, whose frames can be awaited one after the other. */
import { once } from "node:events"
import { pack, unpack } from "msgpackr"
import { WebSocket } from "ws"
import type { Encoding } from "../../actors/feed/frames.ts"
import { subprotocols } from "../../actors/feed/frames.ts"

export class Client {
  readonly ws: WebSocket
  readonly #encoding: Encoding
  readonly #frames: Array<any> = []
  readonly #waiting: Array<(frame: any) => void> = []
  /** The code of the close frame. */
  readonly closed: Promise<number>

  constructor(url: string, encoding: Encoding = "json") {
    this.#encoding = encoding
    this.ws = new WebSocket(url, subprotocols[encoding])
    this.closed = new Promise((resolve) => this.ws.once("close", (code) => resolve(code)))
    this.ws.on("error", () => {})
    this.ws.on("message", (data: Buffer) => {
      const frame = encoding === "json" ? JSON.parse(data.toString()) : unpack(data)
      const next = this.#waiting.shift()
      if (next === undefined) this.#frames.push(frame)
      else next(frame)
    })
  }

  async opened(): Promise<this> {
    await once(this.ws, "open")
    return this
  }
  send(frame: object): void {
    this.ws.send(this.#encoding === "json" ? JSON.stringify(frame) : pack(frame))
  }
  /** The next frame. */
  next(): Promise<any> {
    return this.#frames.length > 0
      ? Promise.resolve(this.#frames.shift())
      : new Promise((resolve) => this.#waiting.push(resolve))
  }
  ask(frame: object): Promise<any> {
    this.send(frame)
    return this.next()
  }
  /** The frames that came before the answer to a ping: whatever was on its way is here then. */
  async settled(): Promise<ReadonlyArray<any>> {
    this.send({ type: "ping" })
    const frames: Array<any> = []
    for (let frame = await this.next(); frame.type !== "pong"; frame = await this.next()) frames.push(frame)
    return frames
  }
}
