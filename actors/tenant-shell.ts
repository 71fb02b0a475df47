/**
 * The effectful shell around a tenant's runtime: what the runtime hands aside is done here, each kind of work in a fiber of its
 * own, so that a slow database delays only those who need it.
 *
 *   waker     sleeping actors and forgotten messages, in batches
 *   deadlines the first deadline of all actors, on the Effect clock
 *   cutter    a cut every few seconds; then who is idle and clean goes to sleep
 *   upkeep    days whose analytics a cut has put behind are calculated again
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import type { ConversationContext } from "../machines/conversation/context.ts"
import type { Event } from "../machines/events.ts"
import { interrupted } from "../machines/scheduler/machine.ts"
import type { TaskStarted } from "../machines/told.ts"
import { Messages } from "../persistence/messages.ts"
import type { Snapshots } from "../persistence/snapshots.ts"
import { describe } from "../persistence/sql-state.ts"
import type { PlaceRequest } from "./arrival.ts"
import { lookedUp } from "./locate.ts"
import { analyticsUpkeep } from "./analytics-upkeep.ts"
import { DatabaseAway, EventIndigestible, OwnershipLost } from "./errors.ts"
import { GroupCommit } from "./group-commit.ts"
import { loadTenant } from "./load-tenant.ts"
import type { MemoryShares } from "./memory-shares.ts"
import { promptly } from "./patience.ts"
import type { Address } from "./population.ts"
import type { RecallRequest } from "./recall.ts"
import { messageTime, recalledRecord } from "./recall.ts"
import type { Admissions, Backlog, Residency, SharedWeight } from "./shared-bounds.ts"
import { runTask } from "./tasks/run-task.ts"
import { within } from "./real-time.ts"
import type { Envelope } from "./tenant-runtime.ts"
import { TenantRuntime } from "./tenant-runtime.ts"
import { unreadable, wakeActors } from "./wake.ts"
import { watchDeadlines } from "./watch-deadlines.ts"
import { writeCut } from "./write-cut.ts"

export interface ShellOptions {
  /** Events of one tenant that may wait to be durable; past that, 503. */
  readonly mailbox: number
  /** Journaled events that no cut holds, past which 503; `mostUncut` when left out. */
  readonly uncut?: number
  /** As `mailbox`, over all tenants; only the tenants' own when left out. */
  readonly events?: number
  /** Between two cuts. */
  readonly snapshotInterval: Duration.Input
  /** An actor that heard nothing for so long, in milliseconds, goes to sleep. */
  readonly idle: number
  /** Actors in memory, over all tenants, past which the least recently touched go to sleep early (I8). */
  readonly residents: number
  /** What memory may hold, over all tenants; the shares of this process's heap when left out. */
  readonly memory?: MemoryShares
  /** Connections of one tenant; `mostConnections` when left out. */
  readonly connections?: number
}

/** What the tenants of a process share. */
export interface SharedBounds {
  readonly admissions: Admissions
  readonly backlog: Backlog
  readonly residency: Residency
  /** What actors weigh that may sleep, and what stays with its tenant. */
  readonly residents: SharedWeight
  readonly settled: SharedWeight
  readonly feed: SharedWeight
}

/** A tenant that is in memory. */
export interface TenantShell {
  readonly runtime: TenantRuntime
  /** Everything that was acknowledged is in the tables, or DatabaseAway, soon. */
  readonly flush: Effect.Effect<void, DatabaseAway>
}

type Errand =
  | { readonly type: "wake"; readonly actors: ReadonlyArray<Address>; readonly envelope: Envelope }
  | { readonly type: "locate"; readonly request: PlaceRequest; readonly envelope: Envelope }
  | { readonly type: "recall"; readonly request: RecallRequest; readonly envelope: Envelope }

/** While the database is away, look-ups are tried again; the events that need them wait (DESIGN §4). */
const untilItIsBack = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")])
/** A cut was given up; all of it is still due. */
class CutSlow extends Schema.TaggedError<CutSlow>()("CutSlow", { limit: Schema.String }) {
  override get message() {
    return `it took more than ${this.limit}: look for locks on its tables, and whether the database answers`
  }
}

/** What a last cut may take: what it holds is in the journal, so a database that is away costs the next start some replay. */
const lastCut = "10 seconds"
/** A cut that is under way for so long is given up and tried again: its connection went silent, or somebody holds a lock. */
const longestCut = "5 minutes"
/** Where actors are still too heavy after a cut, the next one comes after this. */
const crowdedRetry = "250 millis"
/** A cut that failed is tried again after this. */
const failedCutRetry = "5 seconds"

/** Brings a tenant into memory and keeps it running until the scope closes; then a last cut is written. */
export const openTenant = Effect.fn("openTenant")(function* (
  tenant: string,
  options: ShellOptions,
  shared: SharedBounds
) {
  const commits = yield* GroupCommit
  const services = yield* Effect.context<Snapshots | Effect.Services<ReturnType<typeof runTask>>>()
  const errands = yield* Queue.unbounded<Errand>()
  /** Envelopes that an errand is out for: whoever sent them waits for an answer. */
  const held = new Set<Envelope>()
  const send = (errand: Errand): void => {
    held.add(errand.envelope)
    Queue.offerUnsafe(errands, errand)
  }
  const tasks = yield* Queue.unbounded<TaskStarted>()
  const rearmed = yield* Latch.make()
  const cutDue = yield* Latch.make()
  const oneCut = yield* Semaphore.make(1)
  const turnstile = yield* Semaphore.make(1)
  const scope = yield* Effect.scope

  const runtime: TenantRuntime = yield* loadTenant(
    tenant,
    {
      mailbox: options.mailbox,
      admissions: shared.admissions,
      backlog: shared.backlog,
      residents: shared.residents,
      settled: shared.settled,
      feed: shared.feed,
      ...(options.uncut === undefined ? {} : { uncut: options.uncut }),
      ...(options.connections === undefined ? {} : { connections: options.connections })
    },
    {
      wake: (actors, envelope) => send({ type: "wake", actors, envelope }),
      recall: (request, envelope) => send({ type: "recall", request, envelope }),
      locate: (request, envelope) => send({ type: "locate", request, envelope }),
      journal: (seq: number, event: Event) =>
        commits.push({
          tenant_id: tenant,
          seq,
          base: runtime.baseAt(seq - 1),
          at: event.received,
          event,
          written: (written) => runtime.durable(written),
          lost: () => runtime.lose(),
          refused: (detail) => runtime.refused(seq, detail),
          isStale: () => runtime.isLost
        }),
      fence: (seq) =>
        commits.fence({
          tenant_id: tenant,
          base: runtime.baseAt(seq),
          holds: () => runtime.durable(seq),
          lost: () => runtime.lose(),
          isStale: () => runtime.isLost
        }),
      startTask: (task) => void Queue.offerUnsafe(tasks, task),
      rearm: () => void rearmed.openUnsafe(),
      cutSoon: () => void cutDue.openUnsafe()
    },
    yield* Clock.currentTimeMillis
  )

  yield* Effect.acquireRelease(
    Effect.sync(() => holds(shared, runtime)),
    () => Effect.sync(() => holdsNothing(shared, runtime))
  )

  const cut = within(writeCut(runtime), longestCut, Effect.fail(new CutSlow({ limit: longestCut }))).pipe(
    oneCut.withPermits(1),
    Effect.provideContext(services),
    // Another writer is ahead (I6): this memory is worth nothing any more, and waiting does not help.
    Effect.catchTag("CutOutrun", () => Effect.sync(() => runtime.lose()))
  )
  /** Whether it was written. */
  const cutOrWarn = cut.pipe(
    Effect.as(true),
    Effect.catch((error) =>
      Effect.as(
        Effect.logWarning(
          `Tenant ${tenant}: the cut could not be written (${error._tag === "SqlError" ? describe(error) : error.message}); the next one tries again. ${runtime.uncut} of at most ${runtime.mostUncut} events are in no cut`
        ),
        false
      )
    )
  )

  let next: Fiber.Fiber<boolean> | null = null
  /** A cut that has not begun yet: it will hold whatever is in memory now. However many ask, one is under way and one waits. */
  const nextCut = Effect.suspend(() => {
    if (next !== null) return Effect.succeed(next)
    const begun = Effect.sync(() => void (next = null))
    const taken = Effect.andThen(begun, cutOrWarn).pipe(turnstile.withPermits(1))
    return Effect.forkIn(taken, scope).pipe(Effect.tap((fiber) => Effect.sync(() => (next = fiber))))
  })
  const flush = Effect.gen(function* () {
    // Not worth a wait: a cut never runs ahead of the journal.
    if ((yield* commits.stuckSince) !== null) return yield* new DatabaseAway({})
    const written = yield* Effect.flatMap(nextCut, Fiber.await)
    if (!Exit.isSuccess(written) || !written.value) return yield* new DatabaseAway({})
  })

  // Who leaves with an errand still out must not leave its sender without an answer.
  yield* Effect.addFinalizer(() =>
    Effect.sync(() =>
      held.forEach((envelope) => runtime.giveUp(envelope, runtime.lost ?? new OwnershipLost({ tenant })))
    )
  )
  yield* runErrands(runtime, errands, held, cut).pipe(Effect.forever, Effect.forkScoped)
  yield* Effect.forkScoped(watchDeadlines(runtime, rearmed))
  yield* Queue.take(tasks).pipe(
    Effect.flatMap((task) => Effect.forkScoped(runTask(runtime, cut, task))),
    Effect.forever,
    Effect.forkScoped
  )
  yield* Effect.gen(function* () {
    yield* Effect.raceFirst(Effect.sleep(options.snapshotInterval), cutDue.await)
    const isWritten = yield* cutOrWarn
    // What could not be written stays due, but to encode all of it every moment would cost more than it brings.
    if (!isWritten) yield* Effect.sleep(failedCutRetry)
    else if (runtime.rows.size > 0) yield* Effect.sleep("1 second")
    if (isWritten) cutDue.closeUnsafe()
    else cutDue.openUnsafe()
    yield* letSleep(runtime, options.idle, shared)
    // Those who were woken a moment ago, or changed since the cut, cannot sleep yet.
    if (shared.residents.isCrowdedBy(runtime.population)) {
      yield* Effect.sleep(crowdedRetry)
      runtime.populated()
    }
  }).pipe(Effect.forever, Effect.forkScoped)
  yield* Effect.sleep(options.snapshotInterval).pipe(
    Effect.andThen(analyticsUpkeep(runtime)),
    Effect.forever,
    Effect.forkScoped
  )

  for (const scheduler of runtime.population.ofKind("scheduler")) {
    for (const { task, due } of interrupted(scheduler.context)) {
      Queue.offerUnsafe(tasks, { type: "task_started", task, due, received: due })
    }
  }
  const noLastCut = Effect.suspend(() =>
    Effect.logWarning(
      `Tenant ${tenant}: no last cut; the next start replays ${runtime.durableSeq - runtime.checkpointSeq} events from the journal`
    )
  )
  yield* Effect.addFinalizer(() => {
    if (runtime.isLost) return Effect.void
    const inTime = within(cutOrWarn, lastCut, noLastCut)
    return Effect.flatMap(commits.stuckSince, (since) => (since === null ? inTime : noLastCut))
  })
  return { runtime, flush: promptly(flush) } satisfies TenantShell
})

const runErrands = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  errands: Queue.Queue<Errand>,
  held: Set<Envelope>,
  cut: Effect.Effect<void, unknown>
) {
  const batch = yield* Queue.takeAll(errands)
  const wakes = batch.flatMap((errand) => (errand.type === "wake" ? errand.actors : []))
  const now = yield* Clock.currentTimeMillis
  const broken = yield* wakeActors(runtime, wakes, now).pipe(
    Effect.tapError((error) =>
      Effect.logWarning(`Tenant ${runtime.tenant}: actors cannot be woken; events wait`, error)
    ),
    Effect.retry(untilItIsBack),
    Effect.orDie,
    Effect.catchDefect((defect) => {
      const absent = wakes.filter(({ kind, id }) => runtime.population.get(kind, id) === undefined)
      return Effect.as(Effect.logError(`Tenant ${runtime.tenant}: ${String(defect)}`), absent)
    })
  )
  const brokenNames = new Set(broken.map(nameOf))
  for (const errand of batch) {
    if (errand.type === "wake") {
      held.delete(errand.envelope)
      retryWoken(runtime, errand.actors, brokenNames, errand.envelope)
      continue
    }
    const event = yield* errand.type === "locate"
      ? locate(runtime, errand.request, errand.envelope.event, cut)
      : recall(runtime, errand.request, errand.envelope.event, cut)
    held.delete(errand.envelope)
    runtime.attempt({ ...errand.envelope, event })
  }
})

const nameOf = ({ kind, id }: Address): string => kind + id

/** Events of an actor that exists and cannot come are given back; the others go on, and may find that they need somebody else. */
const retryWoken = (
  runtime: TenantRuntime,
  actors: ReadonlyArray<Address>,
  brokenNames: ReadonlySet<string>,
  envelope: Envelope
): void => {
  const broken = actors.find((each) => brokenNames.has(nameOf(each)))
  if (broken === undefined) return runtime.attempt(envelope)
  runtime.giveUp(envelope, new EventIndigestible({ type: envelope.event.type, detail: unreadable(broken) }))
}

/** Rows are as new as the last cut, so a cut comes first. Rare: only for messages that left the window. */
const recall = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  request: RecallRequest,
  event: Event,
  cut: Effect.Effect<void, unknown>
) {
  const messages = yield* Messages
  const lookUp = Effect.gen(function* () {
    yield* cut
    const named = yield* messages.recall(runtime.tenant, request.conversation_id, request.ids)
    const times = [...named.map(messageTime), ...(request.at === undefined ? [] : [request.at])]
    if (!request.withLater || times.length === 0) return named
    return yield* messages.since(runtime.tenant, request.conversation_id, Math.min(...times))
  })
  const rows = yield* lookUp.pipe(Effect.retry(untilItIsBack), Effect.orDie)
  const context = runtime.population.get("conversation", request.conversation_id)?.context as
    ConversationContext | undefined
  const recalled = context === undefined ? undefined : rows.map((row) => recalledRecord(row, context, runtime.identity))
  return { ...event, ...(recalled === undefined ? {} : { recalled }) } as Event
})

/** Which threads a fact may belong to. Rare: only where nothing that the channel knows tells. */
const locate = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  request: PlaceRequest,
  event: Event,
  cut: Effect.Effect<void, unknown>
) {
  const found = lookedUp(runtime.tenant, request, event)
  return yield* Effect.andThen(request.withNewest ? cut : Effect.void, found).pipe(
    Effect.retry(untilItIsBack),
    Effect.orDie
  )
})

/** The tenant's part of what all of them share. */
const holds = (
  { residency, residents, settled, feed }: SharedBounds,
  { population, settled: own, hub }: TenantRuntime
) => {
  residency.add(population)
  residents.add(population)
  settled.add(own)
  feed.add(hub)
}
const holdsNothing = (
  { residency, residents, settled, feed }: SharedBounds,
  { population, settled: own, hub }: TenantRuntime
) => {
  residency.remove(population)
  residents.remove(population)
  settled.remove(own)
  feed.remove(hub)
}

/** Idle and clean actors leave memory; their rows bring them back. */
const letSleep = Effect.fnUntraced(function* (
  { hub, population, deadlines }: TenantRuntime,
  idle: number,
  { residency, residents }: SharedBounds
) {
  const now = yield* Clock.currentTimeMillis
  hub.flush()
  const room = { actors: residency.roomFor(population), weight: residents.roomFor(population) }
  for (const living of population.drowsy(now - idle, room)) {
    deadlines.forget(living)
    population.remove(living)
  }
  hub.sweep(now)
})
