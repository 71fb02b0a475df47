/**
 * The runtime of one tenant: admits events, runs their turns, and answers when the journal holds them. It is the only caller of
 * the tenant's actors (I4), and synchronous: what needs the database is asked of its host, which calls back.
 *
 *   submit ─► turn ─┬─► asleep: wake, then again
 *                   ├─► refused: answered at once
 *                   └─► done: counters have moved, feed is told ─► journal ─► answered when durable
 */
import type { Event } from "../../machines/events.ts"
import type { CommandRefused } from "../../machines/told.ts"
import type { Base } from "../../persistence/journal/journal.ts"
import { AccountUnknown, ActorUnknown, EventIndigestible, MemoryDropped, OwnershipLost, RuleBroken } from "../errors.ts"
import type { SubmitError } from "../errors.ts"
import type { Address } from "../memory/population.ts"
import { completed, neededPlace } from "../prepare/place.ts"
import { neededRecall } from "../prepare/recall.ts"
import type { Done } from "../turn/outcome.ts"
import { accountOf } from "../turn/routes.ts"
import { Turn } from "../turn/turn.ts"
import { Acknowledgements } from "./acknowledgements.ts"
import type { RuntimeHost } from "./host.ts"
import type { Envelope } from "./mailbox.ts"
import { project } from "./projections.ts"
import type { RuntimeLimits, Start } from "./state.ts"
import { TenantState } from "./state.ts"

export class TenantRuntime extends TenantState {
  readonly #turn: Turn
  readonly #host: RuntimeHost
  readonly #acknowledgements = new Acknowledgements()
  #closed: OwnershipLost | MemoryDropped | null = null
  #loaded: Base

  constructor(tenant: string, start: Start, limits: RuntimeLimits, host: RuntimeHost) {
    super(tenant, start, limits, host.rearm)
    this.#turn = new Turn(tenant, this.identity, this.population, this.records)
    this.#host = host
    this.#loaded = { seq: start.seq, writer: null }
  }

  /** Admits an event and applies it; `settle` hears what became of it, once that is durable. */
  submit(envelope: Envelope): void {
    if (this.#closed !== null) return envelope.settle(this.#closed)
    const refusal = this.mailbox.refusal(this.uncut)
    if (refusal !== null) {
      // A full backlog triggers a cut. Without uncut events there is nothing for a cut to take.
      if (refusal._tag === "CutBehind" && this.uncut > 0) this.cutSoon()
      return envelope.settle(refusal)
    }
    this.attempt(this.mailbox.admit(envelope))
  }

  /** The next cut does not wait for its time. */
  cutSoon(): void {
    this.#host.cutSoon()
  }

  /** Tries to run an admitted event; called again after what it needed was loaded. */
  attempt(envelope: Envelope): void {
    if (this.#closed !== null) return this.mailbox.answer(envelope, this.#closed)
    const account = accountOf(envelope.event)
    if (account !== null && this.population.get("connection", this.identity.connection(account)) === undefined) {
      return this.mailbox.answer(envelope, new AccountUnknown({ account_id: account }))
    }
    const full = this.settled.refusal(envelope.event)
    if (full !== null) return this.mailbox.answer(envelope, full)
    const event = completed(this, envelope.event)
    const wanted = neededPlace(this, event)
    if (wanted !== null) return this.#host.locate(wanted, { ...envelope, event })
    const recall = neededRecall(this, event)
    if (recall !== null) return this.#host.recall(recall, envelope)
    const result = this.#turn.run(event, this.seq + 1)
    switch (result.type) {
      case "done":
        return this.#keep({ ...envelope, event }, result)
      case "asleep":
        return this.#host.wake(result.actors, envelope)
      case "unknown":
        return this.mailbox.answer(envelope, new ActorUnknown(result.actor))
      case "refused":
        return this.mailbox.answer(envelope, ruleBroken(result.refusal))
      case "declined":
        return this.mailbox.answer(envelope, { outcome: "applied", decided: result.decided })
      case "failed":
        return this.mailbox.answer(envelope, new EventIndigestible({ type: event.type, detail: String(result.cause) }))
    }
  }

  /** Actors were loaded: when they are too many or too heavy, a cut follows, so that some can be passivated. */
  populated(): void {
    if (this.limits.residents?.isCrowdedBy(this.population) === true) this.#host.cutSoon()
  }

  /**
   * Replays a journaled event (I2). Answers the actors that have to be woken first, if any. Throws when the event cannot be
   * applied: it was applied once, so anything else is a defect that must not go unnoticed.
   */
  replay(seq: number, event: Event): ReadonlyArray<Address> {
    const result = this.#turn.run(event, seq)
    if (result.type === "asleep") return result.actors
    this.seq = this.durableSeq = seq
    switch (result.type) {
      case "done":
        this.#absorb(result, event)
        this.mailbox.replayed(event)
        return []
      case "failed":
        throw result.cause
      case "unknown":
        throw new ActorUnknown(result.actor)
      case "refused":
        throw ruleBroken(result.refusal)
      case "declined":
        throw new Error("it was applied once, and is declined now")
    }
  }

  /** Answers an event that was never applied, because what it needed could not be loaded. */
  reject(envelope: Envelope, error: SubmitError): void {
    this.mailbox.answer(envelope, error)
  }

  /** Everything up to `seq` is in the journal: the answers that waited for it leave. */
  durable(seq: number): void {
    this.durableSeq = Math.max(this.durableSeq, seq)
    this.#acknowledgements.settle(this.durableSeq)
  }

  /** The newest journal entry that was loaded into this memory. */
  loadedUpTo(loaded: Base): void {
    this.#loaded = loaded
  }

  /** The entry `seq` as the base of an append: the loaded one with its writer, or one that this process wrote. */
  baseAt(seq: number): Base {
    return seq === this.#loaded.seq ? this.#loaded : { seq }
  }

  /** Calls `settle` when everything up to now is durable, `lose` when the memory is dropped first. */
  whenDurable(settle: (now: number) => void, lose: () => void, refuse?: (detail: string) => void): void {
    if (this.durableSeq >= this.seq) settle(performance.now())
    else this.#acknowledgements.add({ seq: this.seq, settle, lose, ...(refuse && { refuse }) })
  }

  /**
   * Drops this memory: waiting callers are told why, and nothing is accepted any more. `why` left out: another process writes
   * the journal (I6).
   */
  lose(why: OwnershipLost | MemoryDropped = new OwnershipLost({ tenant: this.tenant })): void {
    if (this.#closed !== null) return
    this.#closed = why
    const pending = this.#acknowledgements.take()
    this.cutHolds(this.checkpointSeq, this.uncutWeight)
    this.hub.end()
    for (const { lose } of pending) lose()
  }

  get isLost(): boolean {
    return this.#closed !== null
  }

  /** Why the memory was dropped; null: it was not. */
  get lost(): OwnershipLost | MemoryDropped | null {
    return this.#closed
  }

  /**
   * The journal can never take the entry `seq`. State is what the journal says (I2), and this memory is ahead of it: the event's
   * sender is told that the event is the fault, later senders are told to send again, and the tenant is loaded anew.
   */
  refused(seq: number, detail: string): void {
    if (this.#closed !== null) return
    this.#acknowledgements.refuse(seq, detail)
    this.lose(new MemoryDropped({ tenant: this.tenant, reason: `entry ${seq} of its journal cannot be written` }))
  }

  #keep(applied: Envelope, done: Done): void {
    const isJournaled = done.changes.length > 0 || done.record !== null
    const outcome = outcomeOf(done, applied.event)
    const short = outcome === "duplicate" && isJournaled ? this.mailbox.shortened(applied) : applied
    const envelope = isJournaled ? this.mailbox.moveToUncut(short) : applied
    const answer = done.decided === null ? { outcome } : { outcome, decided: done.decided }
    const since = envelope.since ?? performance.now()
    this.figures.turned(outcome, done.changes, since)
    if (isJournaled) {
      this.seq++
      this.#absorb(done, envelope.event)
      this.#host.journal(this.seq, envelope.event)
      // Not in a replay: the scheduler knows which tasks were interrupted, and the others have run.
      for (const task of done.tasks) this.#host.startTask(task)
    }
    const settle = (now: number) => {
      this.figures.acknowledged(since, now)
      this.mailbox.answer(envelope, answer)
    }
    const lose = () => this.mailbox.answer(envelope, this.#closed!)
    if (isJournaled) {
      const refuse = (detail: string) =>
        this.mailbox.answer(envelope, new EventIndigestible({ type: envelope.event.type, detail }))
      this.#acknowledgements.add({ seq: this.seq, settle, lose, refuse })
      return
    }
    // "Nothing changed" has to be true as well, and stale memory may be wrong about it (I6). A commit under way proves that
    // this memory is the newest; otherwise the journal is asked.
    this.#acknowledgements.add({ seq: this.seq, settle, lose })
    if (this.durableSeq >= this.seq) this.#host.fence(this.seq)
  }

  #absorb(done: Done, event: Event): void {
    project(this, this.seq, event, done)
    if (this.isCutDue) this.#host.cutSoon()
    this.#host.rearm()
  }
}

const ruleBroken = ({ field, rule, retry_after_s, is_conflict }: CommandRefused): RuleBroken =>
  new RuleBroken({
    field,
    rule,
    ...(retry_after_s === undefined ? {} : { retry_after_s }),
    ...(is_conflict === undefined ? {} : { is_conflict })
  })

/** A webhook that changed nothing but the tenant's own figures is a duplicate. */
const outcomeOf = (done: Done, event: Event): "applied" | "duplicate" =>
  done.keyed ??
  (done.record !== null || done.changes.some(({ living }) => living.kind !== "tenant" || event.via !== "webhook")
    ? "applied"
    : "duplicate")
