/**
 * A client of the feed as it should be: it follows topics over a real socket, and after a cut it asks for what it missed. It
 * holds the protocol to its word (viewer.ts) and counts how it was brought back.
 */
import type { Encoding } from "../../actors/feed/frames.ts"
import { Client } from "./client.ts"
import { Viewer } from "./viewer.ts"

/** How often watchers were cut, how they were brought back, and what they took. */
export interface Tally {
  cuts: number
  recovered: { true: number; false: number }
  snapshots: number
  patches: number
}
export const newTally = (): Tally => ({ cuts: 0, recovered: { true: 0, false: 0 }, snapshots: 0, patches: 0 })

export class Watcher {
  readonly views: ReadonlyMap<string, Viewer>
  readonly encoding: Encoding
  readonly #tally: Tally
  /** Topics of which the answer to a subscription with `since` is still to come. */
  readonly #resuming = new Set<string>()
  #client: Client | undefined

  constructor(topics: ReadonlyArray<string>, encoding: Encoding, tally: Tally) {
    this.views = new Map(topics.map((topic) => [topic, new Viewer()]))
    this.encoding = encoding
    this.#tally = tally
  }

  get client(): Client {
    return this.#client!
  }

  /** Opens a socket and subscribes from where each topic stands. */
  async join(url: string): Promise<void> {
    this.#client = await new Client(url, this.encoding).opened()
    this.#resuming.clear()
    for (const [topic, { position }] of this.views) {
      if (position !== undefined) this.#resuming.add(topic)
      this.#client.send({ type: "subscribe", topic, ...(position && { since: position }) })
    }
  }

  /** The socket is gone, with everything in it that was not taken. */
  cut(): void {
    if (this.#client === undefined) return
    this.#tally.cuts++
    this.#client.ws.terminate()
    this.#client = undefined
  }

  /** Takes everything that was on its way. */
  async settle(): Promise<void> {
    for (const frame of await this.client.settled()) this.take(frame)
  }

  take(frame: any): void {
    const view = this.views.get(frame.topic)
    if (view === undefined || frame.type === "error") throw new Error(`unexpected: ${JSON.stringify(frame)}`)
    view.take(frame)
    view.frames.length = 0
    if (frame.type === "patch") this.#tally.patches++
    if (frame.type === "snapshot") this.#tally.snapshots++
    if ((frame.type === "snapshot" || frame.type === "subscribed") && this.#resuming.delete(frame.topic)) {
      this.#tally.recovered[frame.recovered ? "true" : "false"]++
    }
  }
}
