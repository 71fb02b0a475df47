/**
 *   ┌──────┐ the socket is slow ┌───────┐ drained ┌────────────┐
 *   │ live │───────────────────►│ stale │────────►│ refreshing │── a fresh snapshot ──► live
 *   └──────┘                    └───────┘         └────────────┘
 *       └─────────── what it shows became part of another ▲
 *
 * One topic that one socket watches. A slow socket costs only itself (DESIGN §6): while it is slow nothing of the topic is
 * queued for it, so it skips patches and starts again from a snapshot; it never gets a patch after one that it missed (I7).
 */
import type { Position } from "../../actors/feed/frames.ts"
import type { Hub, Opened } from "../../actors/feed/hub.ts"
import type { Packet } from "../../actors/feed/packet.ts"
import type { Subscriber } from "../../actors/feed/topic.ts"

/** What a subscription needs of its socket. */
export interface Line {
  /** The client has so much unread that nothing is added; it is told when it has read. */
  readonly isSlow: boolean
  send(packet: Packet): void
  /** A subscription of this line has to be opened again, from a look-up of its name on. */
  refresh(subscription: Subscription): void
  /** The hub has ended. */
  cut(): void
}

export class Subscription implements Subscriber {
  /** The topic as the client named it, perhaps by a provider's id; its frames carry this name. */
  readonly asked: string
  readonly #line: Line
  #at: "live" | "stale" | "refreshing" = "live"
  #hub: Hub | undefined
  /** The topic as the hub names it. */
  #topic = ""

  constructor(asked: string, line: Line) {
    this.asked = asked
    this.#line = line
  }

  /** Begins, or begins again: what was missed since a place, or a snapshot. */
  open(hub: Hub, topic: string, since?: Position): Opened {
    this.close()
    this.#hub = hub
    this.#topic = topic
    this.#at = "live"
    return hub.open(topic, this, since)
  }

  /** As the hub names it. */
  get topic(): string {
    return this.#topic
  }

  close(): void {
    this.#hub?.close(this.#topic, this)
    this.#hub = undefined
  }

  /** The socket has drained. */
  drained(): void {
    if (this.#at === "stale") this.#refresh()
  }

  moved(): void {
    if (this.#at === "live") this.#refresh()
    // A stale one looks the name up when the socket has drained.
  }

  deliver(_topic: string, packet: Packet): void {
    if (this.#at !== "live") return
    if (this.#line.isSlow) this.#at = "stale"
    else this.#line.send(packet.named(this.asked))
  }

  ended(): void {
    this.#line.cut()
  }

  #refresh(): void {
    this.#at = "refreshing"
    this.#line.refresh(this)
  }
}
