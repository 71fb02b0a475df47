/**
 * The mailbox of one tenant: how many events are admitted and not answered yet, and what the backlog weighs, which is those events
 * and the journaled ones that no cut holds (uncut). It refuses new events at either bound, which is the backpressure on senders (I8).
 */
import type { Event } from "../../machines/events.ts"
import { weightOf } from "../../machines/weight.ts"
import type { SubmitError } from "../errors.ts"
import { CutBehind, MailboxFull } from "../errors.ts"
import type { Answer } from "../turn/outcome.ts"
import type { Admissions, Backlog } from "./shared-bounds.ts"

/** An event, and the callback for its result, which is called exactly once. */
export interface Envelope {
  readonly event: Event
  readonly settle: (result: Answer | SubmitError) => void
  /** When it was admitted, on the clock of `performance.now`. */
  readonly since?: number
  /** Its weight in the backlog until it is answered. Once applied, the weight counts as uncut until a cut holds it. */
  readonly weight?: number
}

export interface MailboxLimits {
  /** Events admitted and not yet durable; past that, 503 (I8). */
  readonly mailbox: number
  /** Journaled events that no cut holds, past which 503 (I8); `mostUncut` when left out. */
  readonly uncut?: number
  /** As `mailbox`, for all tenants of the process. */
  readonly admissions?: Admissions
  /** What uncut events weigh, for all tenants of the process. */
  readonly backlog?: Backlog
}

/** What a sender is told to wait when a mailbox is full, seconds. */
const fullRetryAfter = 5
/** The same when cuts are behind. */
const cutRetryAfter = 5

/**
 * Most uncut events, should cuts fail while the journal works: they take memory, and the next start replays them. A tenant with
 * 100 events a second gets there in a quarter of an hour; from a quarter of it a cut is due at once.
 */
const mostUncut = 100_000

export class Mailbox {
  readonly #tenant: string
  readonly #limits: MailboxLimits
  #admitted = 0
  #weight = 0
  #uncutWeight = 0

  constructor(tenant: string, limits: MailboxLimits) {
    this.#tenant = tenant
    this.#limits = limits
  }

  /** Events admitted and not answered yet. */
  get admitted(): number {
    return this.#admitted
  }

  /** The weight of the whole backlog: uncut events, and those on their way. In characters. */
  get weight(): number {
    return this.#weight
  }

  /** The weight of the uncut events. */
  get uncutWeight(): number {
    return this.#uncutWeight
  }

  get mostUncut(): number {
    return this.#limits.uncut ?? mostUncut
  }

  /** Whether the next cut takes over a good part of what may be held. Events that still wait for the database are in no cut. */
  isPressed(uncut: number): boolean {
    return uncut >= this.mostUncut / 4 || this.#limits.backlog?.presses(this.#uncutWeight) === true
  }

  /** Why one more event is not admitted; null: it is. */
  refusal(uncut: number): MailboxFull | CutBehind | null {
    const { mailbox, admissions } = this.#limits
    if (this.#admitted >= mailbox) {
      return new MailboxFull({ tenant: this.#tenant, limit: mailbox, retry_after_s: fullRetryAfter })
    }
    if (admissions?.isFull === true) {
      return new MailboxFull({ tenant: null, limit: admissions.limit, retry_after_s: fullRetryAfter })
    }
    return this.#behind(uncut)
  }

  /** Counts an event in, with its weight and the moment of its admission. */
  admit(envelope: Envelope): Envelope {
    const { admissions } = this.#limits
    this.#admitted++
    if (admissions !== undefined) admissions.count++
    const weight = weightOf(envelope.event)
    this.#weigh(weight)
    return { ...envelope, weight, since: performance.now() }
  }

  /** Counts an admitted event out, and answers its sender. */
  answer(envelope: Envelope, result: Answer | SubmitError): void {
    const { admissions } = this.#limits
    this.#admitted--
    if (admissions !== undefined) admissions.count--
    this.#weigh(-(envelope.weight ?? 0))
    envelope.settle(result)
  }

  /**
   * The repeat of a webhook in the form that is journaled: it moves nothing but the tenant's last_webhook_received, so its content
   * need not be journaled once more.
   */
  shortened(envelope: Envelope): Envelope {
    const { type, via, received } = envelope.event
    if (via !== "webhook" || type === "webhook_failed" || type === "webhook_noted") return envelope
    const event: Event = { type: "webhook_noted", success: true, received, via }
    const weight = weightOf(event)
    this.#weigh(weight - (envelope.weight ?? 0))
    return { ...envelope, event, weight }
  }

  /** Moves the event's weight, and that of what was looked up for it, from in flight to uncut. */
  moveToUncut(envelope: Envelope): Envelope {
    const { recalled } = envelope.event as { readonly recalled?: unknown }
    const lookedUp = recalled === undefined ? 0 : weightOf(recalled)
    this.#uncutWeight += (envelope.weight ?? 0) + lookedUp
    this.#weigh(lookedUp)
    return { ...envelope, weight: 0 }
  }

  /** A replayed journal entry is uncut. */
  replayed(event: Event): void {
    const weight = weightOf(event)
    this.#uncutWeight += weight
    this.#weigh(weight)
  }

  /** A cut holds uncut events of that weight. */
  release(weight: number): void {
    const released = Math.min(weight, this.#uncutWeight)
    this.#uncutWeight -= released
    this.#weigh(-released)
  }

  /** Why nothing more may be added to the backlog; null: there is room. */
  #behind(uncut: number): CutBehind | null {
    const { backlog } = this.#limits
    const retry_after_s = cutRetryAfter
    if (uncut >= this.mostUncut)
      return new CutBehind({ tenant: this.#tenant, limit: this.mostUncut, unit: "events", retry_after_s })
    if (backlog === undefined || this.#weight < backlog.share) return null
    // A tenant that holds little is refused only when the whole backlog is full; the error names no tenant then.
    return backlog.share === 0 && this.#weight < backlog.limit / 64
      ? new CutBehind({ tenant: null, limit: backlog.limit, unit: "characters", retry_after_s })
      : new CutBehind({ tenant: this.#tenant, limit: backlog.share, unit: "characters", retry_after_s })
  }

  #weigh(weight: number): void {
    this.#weight += weight
    this.#limits.backlog?.weigh(weight)
  }
}
