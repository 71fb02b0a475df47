/**
 * One open topic: its published state, the patches that led there, and its subscribers. Its life is an epoch; within it the
 * offset grows by one per patch. It does not know where the state comes from or when to look.
 */
import { isDeepStrictEqual } from "node:util"
import { weightOf } from "../../machines/weight.ts"
import { diff } from "./diff.ts"
import type { Position, ServerFrame, TypingFrame, ViewingFrame } from "./frames.ts"
import { Packet } from "./packet.ts"

/**
 * A subscription of one socket, which takes the topic's packets. Called in the middle of the hub's work: it must neither throw
 * nor open topics; closing is fine.
 */
export interface Subscriber {
  deliver(topic: string, packet: Packet): void
  /** The actor behind the topic was merged into another one: no more packets; the name has to be looked up again. */
  moved(): void
  /** The hub has ended (its tenant left this process): no more packets. */
  ended(): void
}

/** The presence in a conversation, as it stands on the wire; not part of the state or its history (I10). */
export interface Present {
  readonly typists: TypingFrame["typists"]
  readonly viewers: ViewingFrame["viewers"]
}
export const nobody: Present = { typists: [], viewers: [] }

/** How much history a topic keeps for resuming subscribers. */
export interface History {
  readonly patches: number
  /** In bytes of the heap. */
  readonly weight: number
}

/** A value in memory takes some three times the bytes of its encoding, which is kept beside it. */
const valuePerByte = 3
/** Weight of an empty topic. */
const bareTopic = 1_024

/** What a value takes of the heap: by its encoding, where there is one, else by a walk over it. */
const heapOf = (value: unknown, encoded: number | undefined): number => valuePerByte * (encoded ?? weightOf(value))

export class Topic {
  readonly name: string
  readonly epoch: string
  readonly subscribers = new Set<Subscriber>()
  /** The newest patches, oldest first; the last one has `#offset`. */
  readonly #history: Array<{ readonly packet: Packet; readonly weight: number }> = []
  readonly #keep: History
  #historyWeight = 0
  #stateWeight = 0
  #offset = 0
  #state: unknown
  /**
   * The snapshot packet for new subscribers until the next patch; kept because after a restart every viewer needs it.
   */
  #snapshot: Packet | undefined
  /** The presence published last. */
  #present = nobody

  constructor(name: string, epoch: string, state: unknown, keep: History) {
    this.name = name
    this.epoch = epoch
    this.#state = state
    this.#keep = keep
  }

  get patches(): number {
    return this.#history.length
  }
  /** Weight in bytes of the heap: state, patches, snapshot packet. */
  get weight(): number {
    return bareTopic + this.#stateWeight + (this.#snapshot?.length ?? 0) + this.#historyWeight
  }
  /** Whether `forget` would free anything. */
  get hasPast(): boolean {
    return this.#history.length > 0 || this.#snapshot !== undefined
  }
  /** As it was published last. */
  get state(): unknown {
    return this.#state
  }

  /** Publishes what differs from the last published state. Nothing, if nothing does. */
  publish(state: unknown): void {
    const changes = diff(this.#state, state)
    this.#state = state
    if (changes === undefined) return
    this.#offset += 1
    this.#snapshot = undefined
    const packet = new Packet({ type: "patch", topic: this.name, offset: this.#offset, changes })
    this.#deliver(packet)
    // Weighed once a subscriber's socket has encoded it.
    this.#remember(packet, heapOf(changes, packet.length) + (packet.length ?? 0))
  }

  #remember(packet: Packet, weight: number): void {
    this.#history.push({ packet, weight })
    this.#historyWeight += weight
    // A patch that brings much of the state along tells how much that is.
    this.#stateWeight = Math.max(this.#stateWeight, weight)
    while (this.#history.length > this.#keep.patches || this.#historyWeight > this.#keep.weight) {
      this.#historyWeight -= this.#history.shift()!.weight
    }
  }

  /** Publishes each set that differs from what was shown, replaced as a whole; an empty one takes back what was shown. */
  publishPresent(present: Present): void {
    for (const packet of this.#presenceFrames(this.#present, present)) this.#deliver(packet)
    this.#present = present
  }

  /** Adds a subscriber and brings it here from where it says it is: the missed patches, or a snapshot (I7). */
  join(subscriber: Subscriber, since: Position | undefined, present: Present): void {
    this.publishPresent(present)
    this.subscribers.add(subscriber)
    const missed = this.#missed(since)
    if (missed === null) {
      const whole = this.#whole()
      subscriber.deliver(this.name, whole)
      this.#stateWeight = heapOf(this.#state, whole.length)
    } else {
      const position = { epoch: this.epoch, offset: this.#offset - missed.length }
      const subscribed = new Packet({ type: "subscribed", topic: this.name, ...position, recovered: true })
      for (const packet of [subscribed, ...missed]) subscriber.deliver(this.name, packet)
    }
    for (const packet of this.#presenceFrames(nobody, present)) subscriber.deliver(this.name, packet)
  }

  /** Drops what can be made again. */
  rest(): void {
    this.#snapshot = undefined
  }

  /** Drops the history as well: a resuming subscriber gets a snapshot. */
  forget(): void {
    this.rest()
    this.#history.length = 0
    this.#historyWeight = 0
  }

  /** Every patch after that place, or null when they are not all here. */
  #missed(since: Position | undefined): ReadonlyArray<Packet> | null {
    if (since === undefined || since.epoch !== this.epoch) return null
    const count = this.#offset - since.offset
    if (count < 0 || count > this.#history.length) return null
    return this.#history.slice(this.#history.length - count).map(({ packet }) => packet)
  }

  #whole(): Packet {
    return (this.#snapshot ??= new Packet({
      type: "snapshot",
      topic: this.name,
      epoch: this.epoch,
      offset: this.#offset,
      recovered: false,
      state: this.#state
    }))
  }

  #presenceFrames(shown: Present, { typists, viewers }: Present): ReadonlyArray<Packet> {
    const frames: Array<ServerFrame> = []
    if (!isDeepStrictEqual(shown.typists, typists)) frames.push({ type: "typing", topic: this.name, typists })
    if (!isDeepStrictEqual(shown.viewers, viewers)) frames.push({ type: "viewing", topic: this.name, viewers })
    return frames.map((frame) => new Packet(frame))
  }

  #deliver(packet: Packet): void {
    for (const subscriber of this.subscribers) subscriber.deliver(this.name, packet)
  }
}
