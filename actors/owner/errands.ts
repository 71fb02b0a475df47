/**
 * Look-ups that an event needs before its turn, and its way back to it. Two queues for each tenant, so that neither waits for the
 * other:
 *
 *   wakes     sleeping actors, in batches; one statement for each kind of actor
 *   look-ups  forgotten messages and places of facts, in batches: one cut that began after they came where rows must be as new as
 *             memory, one statement for all that look for the same kind of thing, then each has its turn, in the order of coming
 *
 * Events that wait are bounded by the mailbox, to which they belong; what was looked up for them, by the size of a batch.
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

/** Look-ups that go into one statement, whose answers are in memory together. */
const batchSize = 128

/** Look-ups that wait for one cut together. */
const roundSize = 2_048
/** Turns after which other work gets its own. */
const turnsAtOnce = 32

type Back = (envelope: Envelope, event: Event) => void
type Refuse = (envelope: Envelope, detail: string) => void

/** Where errands come back to. */
interface Returns {
  /** To its turn, with what was looked up for it. */
  readonly back: Back
  /** To its sender: it cannot get what it needs, ever. */
  readonly refuse: Refuse
}

/** Errands of a tenant that is still being loaded; `run` does them once it is there. */
export const makeErrands = Effect.gen(function* () {
  const asleep = yield* Queue.unbounded<Wake>()
  const forgotten = yield* Queue.unbounded<LookUp>()
  /** Envelopes that an errand is out for: whoever sent them waits for an answer. */
  const held = new Set<Envelope>()
  const send = <A extends { readonly envelope: Envelope }>(queue: Queue.Queue<A>, errand: A): void => {
    held.add(errand.envelope)
    Queue.offerUnsafe(queue, errand)
  }
  const host: Pick<RuntimeHost, "wake" | "recall" | "locate"> = {
    wake: (actors, envelope) => send(asleep, { actors, envelope }),
    recall: (request, envelope) => send(forgotten, { type: "recall", request, envelope }),
    locate: (request, envelope) => send(forgotten, { type: "locate", request, envelope })
  }

  /** Both lines, until the scope closes; whoever is still out then is given up: no sender is left without an answer. */
  const run = Effect.fnUntraced(function* (runtime: TenantRuntime, cutter: Cutter) {
    runtime.figures.errands = () => held.size
    const refuse: Refuse = (envelope, detail) => {
      held.delete(envelope)
      runtime.giveUp(envelope, new EventIndigestible({ type: envelope.event.type, detail }))
    }
    const back: Back = (envelope, event) => {
      runtime.attempt({ ...envelope, event })
      // Last: whoever is held is answered whatever fails.
      held.delete(envelope)
    }
    yield* Effect.addFinalizer(() =>
      Effect.sync(() => {
        const lost = runtime.lost ?? new OwnershipLost({ tenant: runtime.tenant })
        for (const envelope of held) runtime.giveUp(envelope, lost)
      })
    )
    const line = <A extends { readonly envelope: Envelope }, R>(
      batch: Effect.Effect<ReadonlyArray<A>>,
      done: (batch: ReadonlyArray<A>) => Effect.Effect<void, never, R>
    ) =>
      Effect.flatMap(batch, (errands) =>
        // A defect of ours costs those whose errand it was, and not all who come after them.
        Effect.catchDefect(done(errands), (defect) =>
          Effect.andThen(
            Effect.logError(`Tenant ${runtime.tenant}: events could not be given what they need`, defect),
            Effect.sync(() => {
              for (const { envelope } of errands) if (held.has(envelope)) refuse(envelope, String(defect))
            })
          )
        )
      ).pipe(Effect.forever, Effect.forkScoped)
    yield* line(Queue.takeAll(asleep), (batch) => woken(runtime, batch, { back, refuse }))
    yield* line(Queue.takeBetween(forgotten, 1, roundSize), (round) =>
      lookedUpTogether(runtime, cutter, round, { back, refuse })
    )
  })
  return { host, run }
})

const nameOf = ({ kind, id }: Address): string => kind + id

/**
 * Events of an actor that exists and cannot come are given back; the others go on, and may find that they need somebody else. Who is
 * too heavy to come along with the rest comes for its own event.
 */
const woken = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  batch: ReadonlyArray<Wake>,
  { back, refuse }: Returns
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
    // Before what waits for them, which else might seem older than what they know.
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
    if (absent === undefined) back(envelope, envelope.event)
    else refuse(envelope, unreadable(absent))
  }
})

/** A round of look-ups after one cut, in the order of coming. */
const lookedUpTogether = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cutter: Cutter,
  round: ReadonlyArray<LookUp>,
  returns: Returns
) {
  const following = runtime.rows.follow()
  yield* Effect.gen(function* () {
    yield* asNewAsMemory(runtime, cutter, round, following)
    for (let start = 0; start < round.length; start += batchSize)
      yield* answered(runtime, round.slice(start, start + batchSize), following, returns)
  }).pipe(Effect.ensuring(Effect.sync(() => runtime.rows.unfollow(following))))
})

/**
 * Rows hold what memory holds now, where that matters: of a message that left its window they are all there is. What is decided from
 * the cut on is in `following`.
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
    // The changes that this cut took are in the rows now.
    Effect.tap(() => Effect.sync(() => void following.taken.shift())),
    Effect.tapError(() => Effect.sync(() => void (following.taken.length = 0))),
    Effect.retry({ schedule: untilItIsBack, while: () => !runtime.isLost }),
    Effect.catch(() => Effect.void)
  )
})

/** One statement for each kind of look-up among them; then each has its turn. */
const answered = (
  runtime: TenantRuntime,
  batch: ReadonlyArray<LookUp>,
  following: Following,
  returns: Returns
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
        // No database will ever answer that: whose fault it is shows when each asks for itself.
        if (batch.length === 1) return Effect.sync(() => returns.refuse(batch[0]!.envelope, describe(error)))
        return Effect.forEach(batch, (each) => answered(runtime, [each], following, returns), { discard: true })
      }
    })
  )

/** For each look-up, in their order: the fact with its threads, or the rows that were named. */
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

/** A fact with its threads; once more, if its message has come since and its window has let it go already. */
const placed = (
  runtime: TenantRuntime,
  { request, envelope }: Locate,
  event: Event,
  following: Following,
  { back }: Returns
): void => back(envelope, hasComeAndGone(runtime, request, following) ? envelope.event : event)

/** Whether a message of such a name has come since the rows were as new as memory, and is in no window any more. */
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
 * An event with what the conversation has forgotten. It is applied behind others that were looked up with it: what those have changed
 * is upon the rows; where only new rows can tell, it asks again.
 */
const recalled = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  { request, envelope }: Recall,
  named: ReadonlyArray<StoredMessage>,
  following: Following,
  { back, refuse }: Returns
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
  if (found === null || context === undefined) return back(envelope, envelope.event)
  const now = momentOf(envelope.event, yield* Clock.currentTimeMillis)
  const records = found.map((row) => recordNotAhead(recalledRecord(row, context, identity), now))
  back(envelope, { ...envelope.event, recalled: records } as Event)
})

/**
 * The moment by which rows are corrected that a clock ahead has dated: they are not corrected where they lie. What comes now is newer
 * than any of them, so it is the event's own time; a payload that was kept is older than what was rightly written since.
 */
const momentOf = ({ received }: Event, now: number): number =>
  received < now && received > now - clockSlack ? received : now
