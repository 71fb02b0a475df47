/**
 * The runtime of one tenant: its mailbox, its turns, its feed, and which answers wait for which journal entry. It is the only
 * caller of its actors (I4). Synchronous: what needs the database is handed to the `Aside`, which comes back later.
 *
 *   submit ─► turn ─┬─► asleep: wake, then again
 *                   ├─► refused: answered at once
 *                   └─► done: counters have moved, feed is told ─► journal ─► answered when durable
 */
import type { Event, Signal } from "../../machines/events.ts"
import type { PresenceEvent } from "../../machines/presence/machine.ts"
import type { TaskStarted } from "../../machines/told.ts"
import type { PlaceRequest } from "../prepare/place.ts"
import { admitted, neededPlace } from "../prepare/place.ts"
import type { Base } from "../../persistence/journal/journal.ts"
import { AuditTrail } from "./audit-trail.ts"
import { Deadlines } from "../memory/deadlines.ts"
import {
  AccountUnknown,
  ActorUnknown,
  CutBehind,
  EventIndigestible,
  MailboxFull,
  MemoryDropped,
  OwnershipLost,
  RuleBroken
} from "../errors.ts"
import type { SubmitError } from "../errors.ts"
import { weightOf } from "../../machines/weight.ts"
import { Figures } from "../views/figures.ts"
import { Hub, hubLimits } from "../feed/hub.ts"
import { Identity } from "../memory/identity.ts"
import { RecordIndex } from "../memory/record-index.ts"
import type { Inbox } from "../views/inbox.ts"
import type { Living } from "../memory/living.ts"
import type { Address } from "../memory/population.ts"
import { Population } from "../memory/population.ts"
import { neededRecall } from "../prepare/recall.ts"
import type { RecallRequest } from "../prepare/recall.ts"
import type { Admissions, Backlog, SharedWeight } from "./shared-bounds.ts"
import { accountOf } from "../turn/routes.ts"
import { RowChanges } from "./row-changes.ts"
import { Settled } from "./settled.ts"
import type { SettledLimits } from "./settled.ts"
import type { Done } from "../turn/outcome.ts"
import { Turn } from "../turn/turn.ts"
import { mergedInto, paces, presentOn, topicView } from "../views/topics.ts"
import type { Answer } from "../turn/outcome.ts"

/** An event, and whom to tell what became of it. `settle` is called exactly once. */
export interface Envelope {
  readonly event: Event
  readonly settle: (result: Answer | SubmitError) => void
  /** When it was admitted, on the clock of `performance.now`. */
  readonly since?: number
  /** What it takes of the backlog until it is answered; once it is applied, that is counted until a cut holds it. */
  readonly weight?: number
}

/** Somebody who waits until the journal holds everything up to `seq`; `refuse` is there when the entry `seq` is its own. */
interface Waiting {
  readonly seq: number
  readonly settle: (now: number) => void
  readonly lose: () => void
  readonly refuse?: (detail: string) => void
}

/** What the runtime hands to those who may wait. None of these is waited for. */
export interface Aside {
  /** Load these actors, then `retry` the envelope. */
  readonly wake: (actors: ReadonlyArray<Address>, envelope: Envelope) => void
  /** Look up rows of messages that the conversation no longer remembers, then retry with them. */
  readonly recall: (request: RecallRequest, envelope: Envelope) => void
  /** Look up the thread of a message that the channel does not know, then retry with it. */
  readonly locate: (request: PlaceRequest, envelope: Envelope) => void
  /** Journal the event; call `durable` or `lose` in time. */
  readonly journal: (seq: number, event: Event) => void
  /** Look whether the journal still ends with the entry `seq`; call `durable` or `lose` in time. */
  readonly fence: (seq: number) => void
  readonly startTask: (task: TaskStarted) => void
  /** Deadlines have changed. */
  readonly rearm: () => void
  /** So much has changed that the next cut should not wait for its time. */
  readonly cutSoon: () => void
}

export interface RuntimeLimits extends SettledLimits {
  /** Events admitted and not yet durable; past that, 503 (I8). */
  readonly mailbox: number
  /** Journaled events that no cut holds, past which 503 (I8); `mostUncut` when left out. */
  readonly uncut?: number
  /** As `mailbox`, for all tenants of the process. */
  readonly admissions?: Admissions
  /** What uncut events weigh, for all tenants of the process. */
  readonly backlog?: Backlog
  /** What actors weigh that may sleep, and what the feed holds, for all tenants of the process. */
  readonly residents?: SharedWeight
  readonly feed?: SharedWeight
}

/** What a sender is told to wait when a mailbox is full, seconds. */
const fullRetryAfter = 5
/** The same when cuts are behind. */
const cutRetryAfter = 5

/**
 * Cuts that fail while the journal works are paid for by memory and by the replay of the next start: so many events. A busy tenant
 * of 100 events a second gets there in a quarter of an hour; from a quarter of them a cut is due, whatever the interval.
 */
export const mostUncut = 100_000

/** Conversations of a tenant in which somebody may type or look at a time; in further ones nobody is shown (I8). */
const presentLimit = 10_000

export class TenantRuntime {
  readonly tenant: string
  readonly identity: Identity
  readonly population: Population
  readonly rows: RowChanges
  readonly audit: AuditTrail
  readonly deadlines = new Deadlines()
  readonly figures = new Figures()
  readonly hub: Hub
  readonly limits: RuntimeLimits
  readonly settled: Settled
  inbox: Inbox
  seq: number
  durableSeq: number
  checkpointSeq: number
  admitted = 0
  readonly #turn: Turn
  readonly #aside: Aside
  #unanswered: Array<Waiting> = []
  #closed: OwnershipLost | MemoryDropped | null = null
  #weight = 0
  #uncutWeight = 0
  #loaded: Base

  constructor(
    tenant: string,
    start: { readonly seq: number; readonly inbox: Inbox; readonly records?: RecordIndex },
    limits: RuntimeLimits,
    aside: Aside
  ) {
    this.tenant = tenant
    this.identity = new Identity(tenant)
    this.population = new Population()
    const records = start.records ?? new RecordIndex()
    this.#turn = new Turn(tenant, this.identity, this.population, records)
    this.settled = new Settled(tenant, this.identity, this.population, records, limits)
    this.rows = new RowChanges(this.identity)
    this.audit = new AuditTrail(this.identity)
    this.inbox = start.inbox
    this.seq = this.durableSeq = this.checkpointSeq = start.seq
    this.#loaded = { seq: start.seq, writer: null }
    this.limits = limits
    this.#aside = aside
    this.hub = new Hub({
      view: (topic) => topicView(this, topic),
      present: (topic) => presentOn(this, topic),
      schedule: (run, after) => void setTimeout(run, after),
      epoch: () => crypto.randomUUID(),
      paces,
      limits: hubLimits,
      isCrowded: () => this.limits.feed?.isCrowdedBy(this.hub) === true
    })
  }

  /** Admits an event and applies it; `settle` hears what became of it, once that is durable. */
  submit(envelope: Envelope): void {
    if (this.#closed !== null) return envelope.settle(this.#closed)
    const { mailbox, admissions } = this.limits
    if (this.admitted >= mailbox) {
      return envelope.settle(new MailboxFull({ tenant: this.tenant, limit: mailbox, retry_after_s: fullRetryAfter }))
    }
    if (admissions?.isFull === true) {
      return envelope.settle(new MailboxFull({ tenant: null, limit: admissions.limit, retry_after_s: fullRetryAfter }))
    }
    const behind = this.#behind()
    if (behind !== null) {
      // Whatever else it waits for, a full backlog brings its cut; what is still on its way no cut can take.
      if (this.uncut > 0) this.cutSoon()
      return envelope.settle(behind)
    }
    this.admitted++
    if (admissions !== undefined) admissions.count++
    const weight = weightOf(envelope.event)
    this.#weigh(weight)
    this.attempt({ ...envelope, weight, since: performance.now() })
  }

  /** Why nothing more may be added to what no cut holds; null: there is room. */
  #behind(): CutBehind | null {
    const { backlog } = this.limits
    const retry_after_s = cutRetryAfter
    if (this.uncut >= this.mostUncut)
      return new CutBehind({ tenant: this.tenant, limit: this.mostUncut, unit: "events", retry_after_s })
    if (backlog === undefined || this.#weight < backlog.share) return null
    // Who holds little is refused only when all of it is used up, and then that is nobody's own doing.
    return backlog.share === 0 && this.#weight < backlog.limit / 64
      ? new CutBehind({ tenant: null, limit: backlog.limit, unit: "characters", retry_after_s })
      : new CutBehind({ tenant: this.tenant, limit: backlog.share, unit: "characters", retry_after_s })
  }

  /** Whether so much has gathered that a cut is due, whatever the interval: rows, events, or what they weigh. */
  get isCutDue(): boolean {
    return this.rows.size >= changedRowsPerCut || this.isPressed
  }

  /**
   * Whether what the next cut takes over is a good part of what may be held: then cuts follow each other without a pause. Events that
   * still wait for the database are no cut's business.
   */
  get isPressed(): boolean {
    return this.uncut >= this.mostUncut / 4 || this.limits.backlog?.presses(this.#uncutWeight) === true
  }

  /** The next cut does not wait for its time. */
  cutSoon(): void {
    this.#aside.cutSoon()
  }

  /** All that this tenant has in the backlog: uncut events, and those on their way. In characters. */
  get weight(): number {
    return this.#weight
  }

  /** Events that memory holds and no cut does. */
  get uncut(): number {
    return this.seq - this.checkpointSeq
  }

  /** What the uncut events weigh; `cutHolds` says of how much a cut has taken over. */
  get uncutWeight(): number {
    return this.#uncutWeight
  }

  /** A cut holds everything up to `seq`, and events of that weight less wait for one. */
  cutHolds(seq: number, weight: number): void {
    this.checkpointSeq = seq
    const released = Math.min(weight, this.#uncutWeight)
    this.#uncutWeight -= released
    this.#weigh(-released)
  }

  #replayed(weight: number): void {
    this.#uncutWeight += weight
    this.#weigh(weight)
  }

  #weigh(weight: number): void {
    this.#weight += weight
    this.limits.backlog?.weigh(weight)
  }

  get mostUncut(): number {
    return this.limits.uncut ?? mostUncut
  }

  /** One more try of an admitted event, after what it needed has been loaded. */
  attempt(envelope: Envelope): void {
    if (this.#closed !== null) return this.#answer(envelope, this.#closed)
    const account = accountOf(envelope.event)
    if (account !== null && this.population.get("connection", this.identity.connection(account)) === undefined) {
      return this.#answer(envelope, new AccountUnknown({ account_id: account }))
    }
    const full = this.settled.refusal(envelope.event)
    if (full !== null) return this.#answer(envelope, full)
    const event = admitted(this, envelope.event)
    const wanted = neededPlace(this, event)
    if (wanted !== null) return this.#aside.locate(wanted, { ...envelope, event })
    const recall = neededRecall(this, event)
    if (recall !== null) return this.#aside.recall(recall, envelope)
    const result = this.#turn.run(event, this.seq + 1)
    switch (result.type) {
      case "done":
        return this.#keep({ ...envelope, event }, result)
      case "asleep":
        return this.#aside.wake(result.actors, envelope)
      case "unknown":
        return this.#answer(envelope, new ActorUnknown(result.actor))
      case "refused":
        return this.#answer(envelope, new RuleBroken({ field: result.refusal.field, rule: result.refusal.rule }))
      case "declined":
        return this.#answer(envelope, { outcome: "applied", decided: result.decided })
      case "failed":
        return this.#answer(envelope, new EventIndigestible({ type: event.type, detail: String(result.cause) }))
    }
  }

  /** Actors came into memory: if they are too many or too heavy, some have to sleep soon. */
  populated(): void {
    if (this.limits.residents?.isCrowdedBy(this.population) === true) this.#aside.cutSoon()
  }

  /**
   * Applies a journaled event again, as it was (I2). Answers with the actors that have to be woken first, if any. Throws what keeps
   * it from being applied: only events that were go to the journal, so whatever else comes of it now must not pass in silence.
   */
  replay(seq: number, event: Event): ReadonlyArray<Address> {
    const result = this.#turn.run(event, seq)
    if (result.type === "asleep") return result.actors
    this.seq = this.durableSeq = seq
    switch (result.type) {
      case "done":
        this.#absorb(result, event)
        this.#replayed(weightOf(event))
        return []
      case "failed":
        throw result.cause
      case "unknown":
        throw new ActorUnknown(result.actor)
      case "refused":
        throw new RuleBroken({ field: result.refusal.field, rule: result.refusal.rule })
      case "declined":
        throw new Error("it was applied once, and is declined now")
    }
  }

  /** The event could not get what it needed; it is answered with that and was never applied. */
  giveUp(envelope: Envelope, error: SubmitError): void {
    this.#answer(envelope, error)
  }

  /** Everything up to `seq` is in the journal: the answers that waited for it leave. */
  durable(seq: number): void {
    this.durableSeq = Math.max(this.durableSeq, seq)
    let answered = 0
    const now = performance.now()
    while (answered < this.#unanswered.length && this.#unanswered[answered]!.seq <= this.durableSeq) {
      this.#unanswered[answered++]!.settle(now)
    }
    if (answered > 0) this.#unanswered.splice(0, answered)
  }

  /** The journal's entry that this memory was loaded up to. */
  standsOn(loaded: Base): void {
    this.#loaded = loaded
  }

  /** The entry `seq` as a base: the one that was loaded last, else one of this process's own. */
  baseAt(seq: number): Base {
    return seq === this.#loaded.seq ? this.#loaded : { seq }
  }

  /** Calls back when everything up to now is durable, or when the tenant is lost. */
  whenDurable(settle: (now: number) => void, lose: () => void, refuse?: (detail: string) => void): void {
    if (this.durableSeq >= this.seq) settle(performance.now())
    else this.#unanswered.push({ seq: this.seq, settle, lose, ...(refuse && { refuse }) })
  }

  /** This memory is worth nothing any more: whoever waits is told so, and nothing is accepted. Left out: another writer (I6). */
  lose(why: OwnershipLost | MemoryDropped = new OwnershipLost({ tenant: this.tenant })): void {
    if (this.#closed !== null) return
    this.#closed = why
    const waiting = this.#unanswered
    this.#unanswered = []
    this.cutHolds(this.checkpointSeq, this.#uncutWeight)
    this.hub.end()
    for (const { lose } of waiting) lose()
  }

  get isLost(): boolean {
    return this.#closed !== null
  }

  /** Why it is lost; null: it is not. */
  get lost(): OwnershipLost | MemoryDropped | null {
    return this.#closed
  }

  /**
   * The journal can never take the entry `seq`. State is what the journal says (I2), and this memory is already ahead of it: the
   * event's sender is told that the event is the fault, everybody after it to send again, and the tenant is loaded anew.
   */
  refused(seq: number, detail: string): void {
    if (this.#closed !== null) return
    const own = this.#unanswered.findIndex((each) => each.seq === seq && each.refuse !== undefined)
    if (own !== -1) this.#unanswered.splice(own, 1)[0]!.refuse!(detail)
    this.lose(new MemoryDropped({ tenant: this.tenant, reason: `entry ${seq} of its journal cannot be written` }))
  }

  /** Typing and viewing: applied and published, never journaled (I10). The conversation must exist. */
  signal(event: Signal): void {
    const id = event.conversation_id
    const isBeginning = event.type === "typing_signalled" ? event.is_typing : event.is_viewing
    const presence =
      this.population.get("presence", id) ??
      (isBeginning && this.population.count("presence") < presentLimit
        ? this.population.make("presence", id, { id }, event.received)
        : undefined)
    if (presence !== undefined) this.#tellPresence(presence, event)
  }

  /** An ephemeral deadline: whoever stopped typing or looking disappears from the feed. */
  presenceDeadline(presence: Living, now: number): void {
    this.#tellPresence(presence, { type: "deadline_passed", received: now })
  }

  #keep(applied: Envelope, done: Done): void {
    const isJournaled = done.changes.length > 0 || done.record !== null
    const outcome =
      done.keyed ??
      (done.record !== null ||
      done.changes.some(({ living }) => living.kind !== "tenant" || applied.event.via !== "webhook")
        ? "applied"
        : "duplicate")
    const short = outcome === "duplicate" && isJournaled ? this.#shortened(applied) : applied
    const envelope = isJournaled ? this.#moveToUncut(short) : applied
    const answer: Answer = {
      outcome,
      ...(done.decided === null ? {} : { decided: done.decided })
    }
    const since = envelope.since ?? performance.now()
    this.figures.turned(answer.outcome, done.changes, since)
    if (isJournaled) {
      this.seq++
      this.#absorb(done, envelope.event)
      this.#aside.journal(this.seq, envelope.event)
      // Not in a replay: what ran has run, and what did not end is known to the scheduler.
      for (const task of done.tasks) this.#aside.startTask(task)
    }
    const settle = (now: number) => {
      this.figures.acknowledged(since, now)
      this.#answer(envelope, answer)
    }
    const lose = () => this.#answer(envelope, this.#closed!)
    if (isJournaled) {
      const refuse = (detail: string) =>
        this.#answer(envelope, new EventIndigestible({ type: envelope.event.type, detail }))
      this.#unanswered.push({ seq: this.seq, settle, lose, refuse })
      return
    }
    // "Nothing changes" is a promise too, and stale memory may be wrong about it (I6): a commit under way proves that this memory
    // is the newest, else the journal is asked.
    this.#unanswered.push({ seq: this.seq, settle, lose })
    if (this.durableSeq >= this.seq) this.#aside.fence(this.seq)
  }

  /** A webhook's repeat moves nothing but the tenant's last_webhook_received: the journal need not hold it once more. */
  #shortened(envelope: Envelope): Envelope {
    const { type, via, received } = envelope.event
    if (via !== "webhook" || type === "webhook_failed" || type === "webhook_noted") return envelope
    const event: Event = { type: "webhook_noted", success: true, received, via }
    const weight = weightOf(event)
    this.#weigh(weight - (envelope.weight ?? 0))
    return { ...envelope, event, weight }
  }

  /** Moves the event's weight, and that of what was looked up for it, from in flight to not yet in a cut. */
  #moveToUncut(envelope: Envelope): Envelope {
    const { recalled } = envelope.event as { readonly recalled?: unknown }
    const lookedUp = recalled === undefined ? 0 : weightOf(recalled)
    this.#uncutWeight += (envelope.weight ?? 0) + lookedUp
    this.#weigh(lookedUp)
    return { ...envelope, weight: 0 }
  }

  #absorb(done: Done, event: Event): void {
    this.audit.note(this.seq, event, done.changes)
    for (const change of done.changes) {
      const { living } = change
      living.kept = "no"
      this.deadlines.note(living)
      this.hub.touchActor(living.id)
      if (mergedInto(this, living) !== null) this.hub.moved(living.id)
      if (change.kind !== "conversation") continue
      this.inbox.changed(change.before, change.living.context)
      this.hub.touch("inbox")
    }
    this.rows.absorb(done)
    if (done.record !== null) this.rows.addRecord(done.record)
    for (const event of done.outgoing) this.rows.addOutgoing(event)
    for (const { conversation_id, message } of done.appeared) {
      const presence = this.population.get("presence", conversation_id)
      if (presence === undefined || message.key === null) continue
      this.#tellPresence(presence, { type: "typing_ended", typist_id: this.identity.participant(message.key) })
    }
    this.settled.grew(event, done.changes)
    if (this.isCutDue) this.#aside.cutSoon()
    this.#aside.rearm()
  }

  #tellPresence(presence: Living, event: PresenceEvent): void {
    const before = presence.context
    presence.send(event)
    if (presence.context === before) return
    this.hub.touchPresence(presence.id)
    this.deadlines.note(presence)
    if (presence.deadline === null) this.population.remove(presence)
    this.#aside.rearm()
  }

  #answer(envelope: Envelope, result: Answer | SubmitError): void {
    this.admitted--
    if (this.limits.admissions !== undefined) this.limits.admissions.count--
    this.#weigh(-(envelope.weight ?? 0))
    envelope.settle(result)
  }
}

/**
 * Changed message rows from which a cut is due early: it bounds memory between two cuts (I8), and on the embedded database,
 * whose one connection the journal shares, how long an answer waits for a cut.
 */
const changedRowsPerCut = 4_000
