/**
 *   ┌──────┐ somebody listens ┌───────┐ snapshot, subscribed ┌──────┐
 *   │ idle │─────────────────►│ asked │─────────────────────►│ held │
 *   └──────┘                  └───────┘◄─────────────────────└──────┘
 *      ▲ nobody listens,      refused │ ▲  a gap, a new socket   │ nothing is heard
 *      │ and a while goes by          ▼ │ a new socket           ▼
 *      └────────────────────────   ┌───────┐                  ┌──────┐
 *                                  │ ended │                  │ lost │
 *                                  └───────┘                  └──────┘
 *
 * One topic as its listeners see it. It is subscribed while somebody listens and a little longer; it comes back from where
 * it was (I7: `since`), and never applies a patch after one that it missed.
 */
import { applyPatch, isObject } from "../../../actors/feed/apply-patch.ts"
import type {
  ErrorFrame,
  PatchFrame,
  Position,
  ServerFrame,
  SubscriptionErrorCode
} from "../../../actors/feed/frames.ts"
import { backoff } from "../backoff.ts"
import type { Environment } from "../environment.ts"
import { Cell } from "../store.ts"
import type { Topics } from "./topics.ts"
import type { TopicValue } from "./value.ts"
import { live, loading, stale, without } from "./value.ts"

/** Frames about a topic. */
export type TopicFrame = Extract<ServerFrame, { readonly topic?: string }>

/** What refusals of a subscription mean: an end until the next socket, or later. Other codes refuse commands only. */
const refusals: Readonly<Record<SubscriptionErrorCode, "gone" | "refused" | "later">> = {
  not_found: "gone",
  topic_not_allowed: "refused",
  unknown_topic: "refused",
  too_many_subscriptions: "refused",
  malformed: "refused",
  too_many_topics: "later",
  database_unavailable: "later",
  tenant_halted: "later"
}
const isOfSubscription = (code: string): code is SubscriptionErrorCode => Object.hasOwn(refusals, code)

export class TopicStore<S> extends Cell<TopicValue<S>> {
  readonly topic: string
  readonly #topics: Topics
  readonly #environment: Environment
  readonly #linger: number
  #at: "idle" | "asked" | "held" | "ended" | "lost" = "idle"
  /** Where the state stands; undefined when it cannot be continued. */
  #position: Position | undefined
  #refusals = 0
  /** As the server has it, without what lies over it. */
  #held: TopicValue<S> = loading
  readonly #overlays = new Set<{ readonly patch: unknown }>()
  #stopLingering: () => void = () => {}
  #stopRetry: () => void = () => {}

  constructor(topic: string, topics: Topics, environment: Environment, linger: number) {
    super(loading)
    this.topic = topic
    this.#topics = topics
    this.#environment = environment
    this.#linger = linger
  }

  /** A socket is there that knows nothing of this topic yet. */
  opened(): void {
    this.#ask()
  }

  /** There is no socket. */
  lost(): void {
    this.#stopRetry()
    this.#at = "lost"
    this.#fade()
  }

  /** Whether the frame was this topic's business. */
  take(frame: TopicFrame): boolean {
    switch (frame.type) {
      case "snapshot":
        this.#hold(frame)
        this.#tell(live(frame.state as S, false))
        return true
      case "subscribed":
        // From elsewhere than we are: not to be continued.
        if (this.#position?.epoch !== frame.epoch || frame.offset > this.#position.offset) this.#askAnew()
        else this.#resume()
        return true
      case "patch":
        this.#patch(frame)
        return true
      case "typing":
        this.#present({ typists: frame.typists })
        return true
      case "viewing":
        this.#present({ viewers: frame.viewers })
        return true
      case "error":
        return this.#error(frame)
    }
  }

  /** Lays a patch over the state, ahead of the server's word, until the returned function is called. */
  overlay(patch: unknown): () => void {
    const overlay = { patch }
    this.#overlays.add(overlay)
    this.#tell(this.#held)
    return () => {
      if (this.#overlays.delete(overlay)) this.#tell(this.#held)
    }
  }

  /** Whether the state, as the server has it, has a member of that name in the map. */
  holds(map: string, name: string): boolean {
    const members = new Map(isObject(this.#held.state) ? Object.entries(this.#held.state) : []).get(map)
    return isObject(members) && Object.hasOwn(members, name)
  }

  #tell(value: TopicValue<S>): void {
    this.#held = value
    if (this.#overlays.size === 0 || value.state === null) return this.set(value)
    let state: unknown = value.state
    for (const { patch } of this.#overlays) state = applyPatch(state, patch)
    this.set({ ...value, state } as TopicValue<S>)
  }

  protected override listened(): void {
    this.#stopLingering()
    if (this.#at !== "idle") return
    this.#topics.add(this)
    this.#ask()
  }

  protected override unlistened(): void {
    this.#stopLingering = this.#environment.after(this.#linger, () => this.#release())
  }

  #release(): void {
    this.#stopRetry()
    this.#at = "idle"
    this.#topics.remove(this)
    this.#topics.send({ type: "unsubscribe", topic: this.topic })
    // It stays as the place to resume from.
    this.#tell(stale(this.#held))
  }

  #ask(): void {
    this.#stopRetry()
    this.#at = "asked"
    const since = this.#position && { since: this.#position }
    this.#topics.send({ type: "subscribe", topic: this.topic, ...since })
  }

  #askAnew(): void {
    this.#position = undefined
    this.#fade()
    this.#ask()
  }

  #fade(): void {
    const value = this.#held
    if (value.status === "live") this.#tell(stale(value))
  }

  #answered(): void {
    this.#stopRetry()
    this.#at = "held"
    this.#refusals = 0
  }

  #hold(position: Position): void {
    this.#answered()
    this.#position = { epoch: position.epoch, offset: position.offset }
  }

  #resume(): void {
    this.#answered()
    const { state } = this.#held
    // A subscription begins with nobody typing or looking.
    if (state !== null) this.#tell(live(state, true))
  }

  #patch({ offset, changes }: PatchFrame): void {
    // Without a position a snapshot is on its way. What comes twice was told to us by two subscriptions, old and new.
    if (this.#position === undefined || offset <= this.#position.offset) return
    if (offset > this.#position.offset + 1) return this.#askAnew()
    this.#position = { epoch: this.#position.epoch, offset }
    const value = this.#held
    if (value.state !== null) this.#tell({ ...value, state: applyPatch(value.state, changes) as S } as TopicValue<S>)
  }

  #present(present: Partial<Pick<TopicValue<S>, "typists" | "viewers">>): void {
    const value = this.#held
    if (value.status === "live") this.#tell({ ...value, ...present })
  }

  /** An error frame may answer a subscription or a command. */
  #error({ code, message, answers }: ErrorFrame): boolean {
    if (!isOfSubscription(code)) return false
    // An earlier server does not say what it answers.
    if (answers !== undefined && answers !== "subscribe") return false
    if (this.#at === "held") {
      // A command was refused, or the server has let go of the subscription: asking again is right for both.
      this.#ask()
      return false
    }
    if (this.#at !== "asked") return false
    const refusal = refusals[code]
    if (refusal === "later") this.#askLater()
    else {
      this.#at = "ended"
      this.#position = undefined
      this.#tell(without(refusal, this.#held, { code, message }))
    }
    return true
  }

  #askLater(): void {
    this.#stopRetry()
    this.#fade()
    const wait = backoff(this.#refusals, this.#environment.random())
    this.#refusals += 1
    this.#stopRetry = this.#environment.after(wait, () => this.#ask())
  }
}
