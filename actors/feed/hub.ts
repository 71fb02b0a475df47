/**
 * The feed of one tenant: which topics somebody watches, what changed in them since the last frame, and when to tell
 * (DESIGN §6, I7). Synchronous, called between two turns. It does not know sockets, and holds no state of its own to
 * patch: a patch is the difference between what was published last and what the actors say now, so no change can be
 * forgotten, only be told later.
 */
import type { Position } from "./frames.ts"
import { Topic } from "./topic.ts"
import type { Subscriber, Typist } from "./topic.ts"

/** Changes of one topic within so many milliseconds are one patch (DESIGN §6). */
export const frameInterval = 20

export interface HubLimits {
  /** Patches kept per topic for those who come back; further back they get a snapshot. */
  readonly history: number
  /** Topics that are open or linger; at the limit the one that nobody has watched for longest goes, if there is one. */
  readonly topics: number
  /** Milliseconds that a topic outlives its last subscriber, so that a reconnect recovers. */
  readonly linger: number
}
export const hubLimits: HubLimits = { history: 256, topics: 10_000, linger: 120_000 }

export interface HubOptions {
  /**
   * The state of a topic as it stands on the wire, from the live actors at this moment; undefined when there is no
   * such thing or it sleeps. JSON, and never changed afterwards; parts that did not change should be the same reference.
   */
  view(topic: string): unknown
  typists(topic: string): ReadonlyArray<Typist>
  /** Asks that `run` be called once, after the frame interval, between two turns. */
  schedule(run: () => void): void
  /** A fresh id, unlike every other one, across restarts too. */
  epoch(): string
  readonly limits: HubLimits
}

/** `ended` only after `end()`. */
export type Opened = "opened" | "unknown_topic" | "too_many_topics" | "ended"

export class Hub {
  readonly #options: HubOptions
  readonly #topics = new Map<string, Topic>()
  /** Topics without subscribers, longest first, and the instant at which a sweep first saw them so. */
  readonly #lingering = new Map<Topic, number | null>()
  readonly #touched = new Set<string>()
  readonly #typing = new Set<string>()
  #isFrameDue = false
  #hasEnded = false
  #subscribers = 0

  constructor(options: HubOptions) {
    this.#options = options
  }

  /** Topics that are open or linger. */
  get topics(): number {
    return this.#topics.size
  }
  get subscribers(): number {
    return this.#subscribers
  }
  /** Patches kept for those who come back. */
  get patches(): number {
    return this.#topics.values().reduce((sum, topic) => sum + topic.patches, 0)
  }

  /** The actor behind a topic changed in a turn. It must stay resident until the frame, or be touched again. */
  touch(topic: string): void {
    if (this.#topics.has(topic)) this.#plan(this.#touched.add(topic))
  }

  /** Who is typing changed. */
  touchTyping(topic: string): void {
    if (this.#topics.has(topic)) this.#plan(this.#typing.add(topic))
  }

  /**
   * Brings a subscriber up to this very moment and keeps it there. It gets `subscribed` and what it missed since
   * `since`, or a snapshot; then who is typing, if anybody is. Both begin with nobody typing.
   */
  open(name: string, subscriber: Subscriber, since?: Position): Opened {
    if (this.#hasEnded) return "ended"
    const state = this.#options.view(name)
    if (state === undefined) return "unknown_topic"
    const topic = this.#topics.get(name) ?? this.#start(name, state)
    if (topic === null) return "too_many_topics"
    // Whatever waits for the next frame goes to the others now, so that offset and state agree.
    topic.publish(state)
    this.#lingering.delete(topic)
    if (!topic.subscribers.has(subscriber)) this.#subscribers += 1
    topic.join(subscriber, since, this.#options.typists(name))
    return "opened"
  }

  /** Nothing more for that subscriber. The topic stays for a while. */
  close(name: string, subscriber: Subscriber): void {
    const topic = this.#topics.get(name)
    if (topic === undefined || !topic.subscribers.delete(subscriber)) return
    this.#subscribers -= 1
    if (topic.subscribers.size === 0) this.#lingering.set(topic, null)
  }

  /** Forgets topics that nobody has watched for `linger` milliseconds. For a call every few seconds. */
  sweep(now: number): void {
    for (const [topic, since] of this.#lingering) {
      if (since === null) {
        topic.rest()
        this.#lingering.set(topic, now)
      } else if (now - since >= this.#options.limits.linger) this.#forget(topic)
    }
  }

  /** Tells every subscriber that nothing comes any more: the tenant leaves this process, or is loaded again (I6). */
  end(): void {
    this.#hasEnded = true
    const subscribers = [...this.#topics.values()].flatMap((topic) => [...topic.subscribers])
    this.#topics.clear()
    this.#lingering.clear()
    this.#subscribers = 0
    for (const subscriber of subscribers) subscriber.ended()
  }

  #start(name: string, state: unknown): Topic | null {
    if (this.#topics.size >= this.#options.limits.topics) {
      const [longest] = this.#lingering.keys()
      if (longest === undefined) return null
      this.#forget(longest)
    }
    const topic = new Topic(name, this.#options.epoch(), state, this.#options.limits.history)
    this.#topics.set(name, topic)
    return topic
  }

  #forget(topic: Topic): void {
    this.#lingering.delete(topic)
    this.#topics.delete(topic.name)
  }

  #plan(due: ReadonlySet<string>): void {
    if (this.#isFrameDue || due.size === 0) return
    this.#isFrameDue = true
    this.#options.schedule(() => this.#frame())
  }

  #frame(): void {
    this.#isFrameDue = false
    try {
      for (const name of this.#touched) {
        this.#touched.delete(name)
        const topic = this.#topics.get(name)
        const state = topic && this.#options.view(name)
        if (state !== undefined) topic?.publish(state)
      }
      for (const name of this.#typing) {
        this.#typing.delete(name)
        this.#topics.get(name)?.publishTyping(this.#options.typists(name))
      }
    } finally {
      // A defect in one topic's view must not swallow what the others have to tell.
      this.#plan(this.#touched)
      this.#plan(this.#typing)
    }
  }
}
