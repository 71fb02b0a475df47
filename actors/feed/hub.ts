/**
 * The feed of one tenant: which topics somebody watches, what changed in them since the last frame, and when to tell
 * (DESIGN §6, I7). Synchronous, called between two turns. It does not know sockets, and holds no state of its own to
 * patch: a patch is the difference between what was published last and what the actors say now, so no change can be
 * forgotten, only be told later.
 */
import { own } from "../../machines/own.ts"
import type { Position } from "./frames.ts"
import { Topic } from "./topic.ts"
import type { History, Present, Subscriber } from "./topic.ts"

/** Changes of one topic within so many milliseconds are one patch (DESIGN §6). */
const frameInterval = 20

export interface HubLimits {
  /** Patches that each topic keeps for resuming subscribers; further back they get a snapshot. */
  readonly history: History
  /**
   * Most topics, lingering ones included; at the limit the one without subscribers for longest is dropped, if there is one.
   */
  readonly topics: number
  /** Milliseconds that a topic outlives its last subscriber, so that a reconnect recovers. */
  readonly linger: number
}
export const hubLimits: HubLimits = {
  history: { patches: 256, weight: 2 ** 20 },
  topics: 10_000,
  linger: 120_000
}

export interface HubOptions {
  /**
   * The state of a topic as it stands on the wire, from the live actors at this moment; undefined when there is no
   * such thing or it sleeps. JSON, and never changed afterwards; parts that did not change should be the same reference.
   */
  view(topic: string): unknown
  /** A topic is not kept any more: what only it needed can go. */
  forgotten?(topic: string): void
  /** The presence in a conversation at this moment. */
  present(topic: string): Present
  /** Asks that `run` be called once, after so many milliseconds, between two turns. */
  schedule(run: () => void, after: number): void
  /** A fresh id, unlike every other one, across restarts too. */
  epoch(): string
  /** Topics that no event touches, each with the milliseconds between two looks at it while it has subscribers. */
  readonly paces: Readonly<Record<string, number>>
  readonly limits: HubLimits
  /** Whether the topics weigh more than they may; left out: never (I8). */
  isCrowded?(): boolean
}

/** `ended` only after `end()`. */
export type Opened = "opened" | "unknown_topic" | "too_many_topics" | "ended"

/** The actor in a topic's name, `conversation:<id>`; undefined for one that shows something else, of an actor or not. */
const actorIn = (name: string): string | undefined => /^(?:conversation|connection|participant):(.+)$/s.exec(name)?.[1]

export class Hub {
  readonly #options: HubOptions
  readonly #topics = new Map<string, Topic>()
  /** The same topics by the actor that they show: a turn sees at once whether anybody watches it. */
  readonly #byActor = new Map<string, Topic>()
  /** Topics without subscribers, longest first, and the instant at which a sweep first saw them so. */
  readonly #lingering = new Map<Topic, number | null>()
  readonly #touched = new Set<Topic>()
  readonly #touchedPresence = new Set<Topic>()
  /** Topics with a pace that were looked at less than their pace ago. */
  readonly #paced = new Set<Topic>()
  #isFrameDue = false
  #hasEnded = false
  #subscribers = 0
  /** What each topic weighed when it was looked at last, and all of them. */
  readonly #weights = new Map<Topic, number>()
  #weight = 0
  /** Topics with a history that can be dropped when room is needed: without any, no topic has to be looked at. */
  readonly #withPast = new Set<Topic>()

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
  /** Patches kept for resuming subscribers. */
  get patches(): number {
    return this.#topics.values().reduce((sum, topic) => sum + topic.patches, 0)
  }

  /** What the topics hold of the heap, in bytes. */
  get weight(): number {
    return this.#weight
  }

  /** What a topic without an actor shows has changed. */
  touch(name: string): void {
    this.#plan(this.#touched, this.#topics.get(name))
  }

  /** An actor changed in a turn. It must stay resident until the frame, or be touched again. */
  touchActor(id: string): void {
    this.#plan(this.#touched, this.#byActor.get(id))
  }

  /** Who types or looks at a conversation changed. */
  touchPresence(id: string): void {
    this.#plan(this.#touchedPresence, this.#byActor.get(id))
  }

  /** An actor was merged into another one: its subscribers have to look up the name again. */
  moved(id: string): void {
    const topic = this.#byActor.get(id)
    if (topic !== undefined) this.#sendAway(topic)
  }

  /** Ends the patches of a topic without an actor: its subscribers have to look up the name again. */
  outdated(name: string): void {
    const topic = this.#topics.get(name)
    if (topic !== undefined) this.#sendAway(topic)
  }

  /** Whether the topic is kept, for subscribers or for those who come back. */
  has(name: string): boolean {
    return this.#topics.has(name)
  }

  /**
   * Subscribes: sends `subscribed` and the patches since `since`, or a snapshot; then the presence, if there is any (a
   * subscription starts with none). From then on it gets every patch.
   */
  open(name: string, subscriber: Subscriber, since?: Position): Opened {
    if (this.#hasEnded) return "ended"
    const open = this.#topics.get(name)
    // A paced topic is not looked at more often because more viewers subscribe.
    const state = open !== undefined && this.#paced.has(open) ? open.state : this.#options.view(name)
    if (state === undefined) return "unknown_topic"
    const topic = open ?? this.#start(name, state)
    if (topic === null) return "too_many_topics"
    // Publishes what waits for the next frame to the other subscribers, so that offset and state agree.
    topic.publish(state)
    this.#lingering.delete(topic)
    if (open === undefined && !this.#hasRoom(topic)) return "too_many_topics"
    if (!topic.subscribers.has(subscriber)) this.#subscribers += 1
    topic.join(subscriber, since, this.#options.present(name))
    this.#weigh(topic)
    this.#makeRoom()
    this.#pace(topic)
    return "opened"
  }

  /** Ends a subscription. The topic lingers for a while. */
  close(name: string, subscriber: Subscriber): void {
    const topic = this.#topics.get(name)
    if (topic === undefined || !topic.subscribers.delete(subscriber)) return
    this.#subscribers -= 1
    if (topic.subscribers.size === 0) this.#lingering.set(topic, null)
  }

  /** Publishes now what waits for the next frame: called before passivation, since a sleeping actor has no view. */
  flush(): void {
    for (const topic of this.#touched) this.#publish(topic)
    for (const topic of this.#touchedPresence) topic.publishPresent(this.#options.present(topic.name))
    this.#touched.clear()
    this.#touchedPresence.clear()
  }

  /** Drops topics that have had no subscriber for `linger` milliseconds. For a call every few seconds. */
  sweep(now: number): void {
    for (const topic of this.#topics.values()) {
      topic.rest()
      this.#weigh(topic)
    }
    for (const [topic, since] of this.#lingering) {
      // Ahead of now: the clock has been set back since.
      if (since === null || since > now) this.#lingering.set(topic, now)
      else if (now - since >= this.#options.limits.linger) this.#forget(topic)
    }
  }

  /** Ends all subscriptions: the tenant leaves this process, or is loaded again (I6). */
  end(): void {
    this.#hasEnded = true
    const subscribers = [...this.#topics.values()].flatMap((topic) => [...topic.subscribers])
    for (const topic of this.#topics.values()) this.#forget(topic)
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
    const actor = actorIn(name)
    if (actor !== undefined) this.#byActor.set(actor, topic)
    return topic
  }

  /** Whether the new topic fits; if the topics with subscribers leave no room, it is dropped again. */
  #hasRoom(topic: Topic): boolean {
    this.#weigh(topic)
    this.#makeRoom(topic)
    if (this.#options.isCrowded?.() !== true) return true
    this.#forget(topic)
    return false
  }

  /** Frees room: drops topics without subscribers, the longest unwatched first; then the history of topics. */
  #makeRoom(except?: Topic): void {
    if (this.#options.isCrowded?.() !== true) return
    for (const topic of this.#lingering.keys()) {
      this.#forget(topic)
      if (!this.#options.isCrowded()) return
    }
    for (const topic of this.#withPast) {
      if (topic === except) continue
      topic.forget()
      this.#weigh(topic)
      if (!this.#options.isCrowded()) return
    }
  }

  #weigh(topic: Topic): void {
    const { weight } = topic
    this.#weight += weight - (this.#weights.get(topic) ?? 0)
    this.#weights.set(topic, weight)
    if (topic.hasPast) this.#withPast.add(topic)
    else this.#withPast.delete(topic)
  }

  #forget(topic: Topic): void {
    this.#weight -= this.#weights.get(topic) ?? 0
    this.#weights.delete(topic)
    this.#withPast.delete(topic)
    const actor = actorIn(topic.name)
    if (actor !== undefined) this.#byActor.delete(actor)
    this.#topics.delete(topic.name)
    this.#lingering.delete(topic)
    this.#touched.delete(topic)
    this.#touchedPresence.delete(topic)
    this.#options.forgotten?.(topic.name)
  }

  #sendAway(topic: Topic): void {
    this.#forget(topic)
    this.#subscribers -= topic.subscribers.size
    for (const subscriber of topic.subscribers) subscriber.moved()
  }

  #publish(topic: Topic): void {
    try {
      const state = this.#options.view(topic.name)
      if (state === undefined) return
      topic.publish(state)
      this.#weigh(topic)
      this.#makeRoom()
    } catch {
      // A defect in one view must not stop the patches of other topics. The topic's subscribers are made to subscribe again,
      // meet the defect and get an error.
      this.#sendAway(topic)
    }
  }

  #plan(due: Set<Topic>, topic: Topic | undefined): void {
    if (topic === undefined) return
    due.add(topic)
    if (this.#isFrameDue) return
    this.#isFrameDue = true
    this.#options.schedule(() => {
      this.#isFrameDue = false
      this.flush()
    }, frameInterval)
  }

  #pace(topic: Topic): void {
    const every = own(this.#options.paces, topic.name)
    if (every === undefined || this.#paced.has(topic)) return
    this.#paced.add(topic)
    this.#options.schedule(() => {
      this.#paced.delete(topic)
      // A dropped topic keeps its subscribers, which may have subscribed to a new one of that name by now.
      if (this.#topics.get(topic.name) !== topic || topic.subscribers.size === 0) return
      this.#publish(topic)
      this.#pace(topic)
    }, every)
  }
}
