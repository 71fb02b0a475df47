/**
 * Errands: what an event needs from the database before its turn can run, and its retry afterwards. Two queues for each tenant,
 * so that neither blocks the other:
 *
 *   wakes     sleeping actors, in batches; one statement for each kind of actor
 *   look-ups  messages below a window, and the conversations of facts that name none. In batches: first a cut, where rows must
 *             be as new as memory; then one statement for each kind of look-up; then the events run in the order of arrival
 *
 * The events that wait are in the mailbox, which bounds them; what was looked up for them is bounded by the size of a batch.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Result from "effect/Result"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { clockSlack } from "../../machines/ahead.ts"
import { recordNotAhead } from "../../machines/conversation/ahead.ts"
import { find } from "../../machines/conversation/message-window.ts"
import type { Event } from "../../machines/events.ts"
import { Messages, type StoredMessage } from "../../persistence/lists/messages.ts"
import { describe, neverPasses } from "../../persistence/database/sql-state.ts"
import type { PlaceRequest } from "../prepare/place.ts"
import { meansUnwritten } from "../prepare/place.ts"
import type { Cutter } from "../cut/cutter.ts"
import { EventIndigestible, OwnershipLost } from "../errors.ts"
import { lookedUp } from "../prepare/locate.ts"
import { type Asked, newest } from "../prepare/newest-rows.ts"
import type { Address } from "../memory/population.ts"
import { untilItIsBack } from "./real-time.ts"
import { lean, messageTime, recalledRecord, type RecallRequest } from "../prepare/recall.ts"
import type { Following } from "../tenant/row-changes.ts"
import type { RuntimeHost } from "../tenant/host.ts"
import type { Envelope } from "../tenant/mailbox.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { tellIfAhead } from "./watch-deadlines.ts"
import { isAsleep, unreadable, wakeActors, wakeTogether } from "../waking/wake.ts"

interface Wake {
  readonly actors: ReadonlyArray<Address>
  readonly envelope: Envelope
}
interface Recall {
  readonly type: "recall"
  readonly request: RecallRequest
  readonly envelope: Envelope
}
interface Locate {
  readonly type: "locate"
  readonly request: PlaceRequest
  readonly envelope: Envelope
}
type LookUp = Recall | Locate

/** Look-ups in one statement; their answers are in memory together. */
const batchSize = 128

/** Look-ups that share one cut. */
const roundSize = 2_048
/** After so many turns the event loop is yielded. */
const turnsAtOnce = 32

type Retry = (envelope: Envelope, event: Event) => void
type Refuse = (envelope: Envelope, detail: string) => void

/** How an errand ends. */
interface Outcomes {
  /** The event runs again, with what was looked up for it. */
  readonly retry: Retry
  /** The sender is refused: what the event needs can never be loaded. */
  readonly refuse: Refuse
}

/** Errands can be queued while the tenant still loads; `run` starts the workers. */
export const makeErrands = Effect.gen(function* () {
  const wakes = yield* Queue.unbounded<Wake>()
  const lookUps = yield* Queue.unbounded<LookUp>()
  /** Envelopes with an errand under way. Each of their senders waits for an answer. */
  const outstanding = new Set<Envelope>()
  const send = <A extends { readonly envelope: Envelope }>(queue: Queue.Queue<A>, errand: A): void => {
    outstanding.add(errand.envelope)
    Queue.offerUnsafe(queue, errand)
  }
  const host: Pick<RuntimeHost, "wake" | "recall" | "locate"> = {
    wake: (actors, envelope) => send(wakes, { actors, envelope }),
    recall: (request, envelope) => send(lookUps, { type: "recall", request, envelope }),
    locate: (request, envelope) => send(lookUps, { type: "locate", request, envelope })
  }

  /**
   * Runs both workers until the scope closes. What is outstanding then is rejected, so that every sender gets an answer.
   */
  const run = Effect.fnUntraced(function* (runtime: TenantRuntime, cutter: Cutter) {
    runtime.figures.errands = () => outstanding.size
    const refuse: Refuse = (envelope, detail) => {
      outstanding.delete(envelope)
      runtime.reject(envelope, new EventIndigestible({ type: envelope.event.type, detail }))
    }
    const retry: Retry = (envelope, event) => {
      runtime.attempt({ ...envelope, event })
      // Deleted last, so that a defect in `attempt` still finds the envelope and answers its sender.
      outstanding.delete(envelope)
    }
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        const lost = runtime.lost ?? new OwnershipLost({ tenant: runtime.tenant })
        for (const envelope of outstanding) runtime.reject(envelope, lost)
      })
    )
    const line = <A extends { readonly envelope: Envelope }, R>(
      batch: Effect.Effect<ReadonlyArray<A>>,
      done: (batch: ReadonlyArray<A>) => Effect.Effect<void, never, R>
    ) =>
      Effect.flatMap(batch, (errands) =>
        // A defect fails the events of this batch only, not the later ones.
        Effect.catchDefect(done(errands), (defect) =>
          Effect.andThen(
            Effect.logError(`Tenant ${runtime.tenant}: events could not be given what they need`, defect),
            Effect.sync(() => {
              for (const { envelope } of errands) if (outstanding.has(envelope)) refuse(envelope, String(defect))
            })
          )
        )
      ).pipe(Effect.forever, Effect.forkScoped)
    yield* line(Queue.takeAll(wakes), (batch) => woken(runtime, batch, { retry, refuse }))
    yield* line(Queue.takeBetween(lookUps, 1, roundSize), (round) =>
      lookedUpTogether(runtime, cutter, round, { retry, refuse })
    )
  })
  return { host, run }
})

const nameOf = ({ kind, id }: Address): string => kind + id

/**
 * Wakes the actors of a batch. An event that needs an unreadable actor is refused; the others run again and may find that they
 * need more actors. Actors too heavy to be loaded with the batch are loaded for their own event.
 */
const woken = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  batch: ReadonlyArray<Wake>,
  { retry, refuse }: Outcomes
) {
  const brokenNames = new Set<string>()
  const come = Effect.fnUntraced(function* (wake: typeof wakeActors, actors: ReadonlyArray<Address>) {
    const broken = yield* wake(runtime, actors, yield* Clock.currentTimeMillis).pipe(
      Effect.tapError((error) =>
        Effect.logWarning(`Tenant ${runtime.tenant}: actors cannot be woken; events wait`, error)
      ),
      Effect.retry(untilItIsBack),
      Effect.orDie,
      Effect.catchDefect((defect) => {
        const absent = actors.filter(({ kind, id }) => runtime.population.get(kind, id) === undefined)
        return Effect.as(Effect.logError(`Tenant ${runtime.tenant}: ${String(defect)}`), absent)
      })
    )
    for (const each of broken) brokenNames.add(nameOf(each))
    // Before the waiting events run: against instants dated ahead they would look older than what the actor knows.
    const now = yield* Clock.currentTimeMillis
    for (const { kind, id } of actors) tellIfAhead(runtime, runtime.population.get(kind, id), now)
  })
  const isBroken = (each: Address): boolean => brokenNames.has(nameOf(each))
  yield* come(
    wakeActors,
    batch.flatMap(({ actors }) => actors)
  )
  for (const { actors, envelope } of batch) {
    if (!actors.some(isBroken) && actors.some((each) => isAsleep(runtime, each))) yield* come(wakeTogether, actors)
    const absent = actors.find(isBroken)
    if (absent === undefined) retry(envelope, envelope.event)
    else refuse(envelope, unreadable(absent))
  }
})

/** One round of look-ups: one cut, then batches in the order of arrival. */
const lookedUpTogether = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cutter: Cutter,
  round: ReadonlyArray<LookUp>,
  returns: Outcomes
) {
  const following = runtime.rows.follow()
  yield* Effect.gen(function* () {
    yield* asNewAsMemory(runtime, cutter, round, following)
    for (let start = 0; start < round.length; start += batchSize)
      yield* answered(runtime, round.slice(start, start + batchSize), following, returns)
  }).pipe(Effect.ensuring(Effect.sync(() => runtime.rows.unfollow(following))))
})

/**
 * Writes a cut where the look-ups need rows as new as memory: a message outside its window exists only as a row. Changes from
 * that cut on are collected in `following`.
 */
const asNewAsMemory = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cutter: Cutter,
  round: ReadonlyArray<LookUp>,
  following: Following
) {
  const places = round.flatMap((each) => (each.type === "locate" ? each.request : []))
  if (places.length === round.length && !meansUnwritten(runtime, places)) return
  yield* cutter.joined.pipe(
    // The rows hold the changes of this cut now.
    Effect.tap(() => Effect.sync(() => void following.taken.shift())),
    Effect.tapError(() => Effect.sync(() => void (following.taken.length = 0))),
    Effect.retry({ schedule: untilItIsBack, while: () => !runtime.isLost }),
    Effect.catch(() => Effect.void)
  )
})

/** One statement for each kind of look-up, then one turn for each event. */
const answered = (
  runtime: TenantRuntime,
  batch: ReadonlyArray<LookUp>,
  following: Following,
  returns: Outcomes
): Effect.Effect<void, never, Messages> =>
  lookedUpIn(runtime, batch).pipe(
    Effect.retry({ schedule: untilItIsBack, while: (error) => !neverPasses(error) }),
    Effect.matchEffect({
      onSuccess: Effect.fnUntraced(function* (answers) {
        for (const [index, each] of batch.entries()) {
          if (index % turnsAtOnce === turnsAtOnce - 1) yield* Effect.yieldNow
          const answer = answers[index]!
          if (each.type === "locate") placed(runtime, each, answer as Event, following, returns)
          else yield* recalled(runtime, each, answer as ReadonlyArray<StoredMessage>, following, returns)
        }
      }),
      onFailure: (error) => {
        // This error never passes. Asked one by one, the look-ups show which of them causes it.
        if (batch.length === 1) return Effect.sync(() => returns.refuse(batch[0]!.envelope, describe(error)))
        return Effect.forEach(batch, (each) => answered(runtime, [each], following, returns), { discard: true })
      }
    })
  )

/** The answers, in the order of the look-ups: for a locate the event with its threads, for a recall the rows. */
const lookedUpIn = Effect.fnUntraced(function* (runtime: TenantRuntime, batch: ReadonlyArray<LookUp>) {
  const messages = yield* Messages
  const answers: Array<Event | ReadonlyArray<StoredMessage>> = []
  const locates = batch.flatMap((each, place) => (each.type === "locate" ? { each, place } : []))
  const recalls = batch.flatMap((each, place) => (each.type === "recall" ? { each, place } : []))
  if (locates.length > 0) {
    const sought = locates.map(({ each: { request, envelope } }) => ({ request, event: envelope.event }))
    const events = yield* lookedUp(runtime.tenant, sought)
    for (const [index, { place }] of locates.entries()) answers[place] = events[index]!
  }
  if (recalls.length > 0) {
    const rows = yield* messages.recall(
      runtime.tenant,
      recalls.map(({ each }) => each.request)
    )
    for (const [index, { place }] of recalls.entries()) answers[place] = rows[index]!
  }
  return answers
})

/**
 * Runs a located event again. Without the answer, so that it is located once more, if its message arrived and left its window
 * since.
 */
const placed = (
  runtime: TenantRuntime,
  { request, envelope }: Locate,
  event: Event,
  following: Following,
  { retry }: Outcomes
): void => retry(envelope, hasComeAndGone(runtime, request, following) ? envelope.event : event)

/** Whether a message of such a name arrived after the look-up and is in no window any more. */
const hasComeAndGone = (
  runtime: TenantRuntime,
  { channel_id, chat, names = [] }: PlaceRequest,
  following: Following
) => {
  if (chat !== undefined || names.length === 0) return false
  for (const span of runtime.rows.since(following)) {
    if ("from" in span) continue
    for (const { channel_id: channel, conversation_id, external_message_id, fields } of span.messages) {
      if (channel !== channel_id) continue
      const known = [external_message_id, fields.provider_message_id].filter((name) => name != null)
      const named = known.find((name) => names.includes(name))
      if (named === undefined) continue
      const context = runtime.population.get("conversation", conversation_id)?.context as
        ConversationContext | undefined
      if (context === undefined || find(context.facts.window, named) === undefined) return true
    }
  }
  return false
}

/**
 * Runs an event again with the rows that it recalled. Events of the same batch ran before it: their changes are applied on top
 * of the rows; messages newer than the named ones are read again.
 */
const recalled = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  { request, envelope }: Recall,
  named: ReadonlyArray<StoredMessage>,
  following: Following,
  { retry, refuse }: Outcomes
) {
  const messages = yield* Messages
  const { identity, rows } = runtime
  const { conversation_id, ids, withLater } = request
  const asked: Asked = { conversation_id, ids, from: null }
  let found = newest(named, rows.since(following), asked, identity)
  if (withLater && found !== null) {
    const times = [...found.map(messageTime), ...(request.at === undefined ? [] : [request.at])]
    if (times.length > 0) {
      const from = Math.min(...times)
      const later = yield* messages
        .since(runtime.tenant, conversation_id, from, lean)
        .pipe(Effect.retry({ schedule: untilItIsBack, while: (error) => !neverPasses(error) }), Effect.result)
      if (Result.isFailure(later)) return refuse(envelope, describe(later.failure))
      found = newest(later.success, rows.since(following), { ...asked, from }, identity)
    }
  }
  const context = runtime.population.get("conversation", conversation_id)?.context as ConversationContext | undefined
  if (found === null || context === undefined) return retry(envelope, envelope.event)
  const now = momentOf(envelope.event, yield* Clock.currentTimeMillis)
  const records = found.map((row) => recordNotAhead(recalledRecord(row, context, identity), now))
  retry(envelope, { ...envelope.event, recalled: records } as Event)
})

/**
 * The instant against which rows are corrected that a wrong clock has dated ahead (the rows themselves keep their times). A
 * fresh event is newer than any row, so it is its own `received`; for a payload that was kept for a while it is now.
 */
const momentOf = ({ received }: Event, now: number): number =>
  received < now && received > now - clockSlack ? received : now
