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
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import type { ConversationContext } from "../machines/conversation/context.ts"
import type { Event } from "../machines/events.ts"
import { interrupted } from "../machines/scheduler/machine.ts"
import type { TaskStarted } from "../machines/told.ts"
import { Messages } from "../persistence/messages.ts"
import type { Snapshots } from "../persistence/snapshots.ts"
import type { PlaceRequest } from "./arrival.ts"
import { located } from "./arrival.ts"
import { analyticsUpkeep } from "./analytics-upkeep.ts"
import { EventIndigestible } from "./errors.ts"
import { GroupCommit } from "./group-commit.ts"
import { loadTenant } from "./load-tenant.ts"
import type { Address } from "./population.ts"
import type { RecallRequest } from "./recall.ts"
import { messageTime, recalledRecord } from "./recall.ts"
import { runTask } from "./tasks/run-task.ts"
import type { Envelope, RuntimeLimits } from "./tenant-runtime.ts"
import { TenantRuntime } from "./tenant-runtime.ts"
import { wakeActors } from "./wake.ts"
import { writeCut } from "./write-cut.ts"

export interface ShellOptions extends RuntimeLimits {
  /** Between two cuts. */
  readonly snapshotInterval: Duration.Input
  /** An actor that heard nothing for so long, in milliseconds, goes to sleep. */
  readonly idle: number
  /** Actors in memory past which the least recently touched go to sleep early (I8). */
  readonly residents: number
}

/** A tenant that is in memory. */
export interface TenantShell {
  readonly runtime: TenantRuntime
  /** Writes a cut now. */
  readonly cut: Effect.Effect<void>
}

type Errand =
  | { readonly type: "wake"; readonly actors: ReadonlyArray<Address>; readonly envelope: Envelope }
  | { readonly type: "locate"; readonly request: PlaceRequest; readonly envelope: Envelope }
  | { readonly type: "recall"; readonly request: RecallRequest; readonly envelope: Envelope }

/** While the database is away, look-ups are tried again; the events that need them wait (DESIGN §4). */
const untilItIsBack = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")])
/** A deadline that could not be handled, because the mailbox is full, is tried again after this. */
const deadlineRetry = "1 second"

/** Brings a tenant into memory and keeps it running until the scope closes; then a last cut is written. */
export const openTenant = Effect.fn("openTenant")(function* (tenant: string, options: ShellOptions) {
  const commits = yield* GroupCommit
  const services = yield* Effect.context<Snapshots | Effect.Services<ReturnType<typeof runTask>>>()
  const errands = yield* Queue.unbounded<Errand>()
  const tasks = yield* Queue.unbounded<TaskStarted>()
  const rearmed = yield* Latch.make()
  const cutDue = yield* Latch.make()
  const oneCut = yield* Semaphore.make(1)

  const runtime: TenantRuntime = yield* loadTenant(
    tenant,
    options,
    {
      wake: (actors, envelope) => void Queue.offerUnsafe(errands, { type: "wake", actors, envelope }),
      recall: (request, envelope) => void Queue.offerUnsafe(errands, { type: "recall", request, envelope }),
      locate: (request, envelope) => void Queue.offerUnsafe(errands, { type: "locate", request, envelope }),
      journal: (seq: number, event: Event) =>
        commits.push({
          tenant_id: tenant,
          seq,
          at: event.received,
          event,
          written: (written) => runtime.durable(written),
          lost: () => runtime.lose(),
          isStale: () => runtime.isLost
        }),
      startTask: (task) => void Queue.offerUnsafe(tasks, task),
      rearm: () => void rearmed.openUnsafe(),
      cutSoon: () => void cutDue.openUnsafe()
    },
    yield* Clock.currentTimeMillis
  )

  const cut = writeCut(runtime).pipe(
    oneCut.withPermits(1),
    Effect.provideContext(services),
    // Another writer is ahead (I6): this memory is worth nothing any more, and waiting does not help.
    Effect.catchTag("CutOutrun", () => Effect.sync(() => runtime.lose()))
  )
  const cutOrWarn = cut.pipe(
    Effect.catch((error) =>
      Effect.logWarning(`Tenant ${tenant}: the cut could not be written; the next one tries again`, error)
    )
  )

  yield* runErrands(runtime, errands, cut).pipe(Effect.forever, Effect.forkScoped)
  yield* watchDeadlines(runtime, rearmed).pipe(Effect.forever, Effect.forkScoped)
  yield* Queue.take(tasks).pipe(
    Effect.flatMap((task) => Effect.forkScoped(runTask(runtime, cut, task))),
    Effect.forever,
    Effect.forkScoped
  )
  yield* Effect.gen(function* () {
    yield* Effect.raceFirst(Effect.sleep(options.snapshotInterval), cutDue.await)
    yield* cutOrWarn
    // While the database is away, everything stays due; the next try takes its time all the same.
    if (runtime.rows.size > 0) yield* Effect.sleep("1 second")
    cutDue.closeUnsafe()
    yield* letSleep(runtime, options)
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
  yield* Effect.addFinalizer(() => (runtime.isLost ? Effect.void : cutOrWarn))
  return { runtime, cut: cutOrWarn } satisfies TenantShell
})

const runErrands = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  errands: Queue.Queue<Errand>,
  cut: Effect.Effect<void, unknown>
) {
  const batch = yield* Queue.takeAll(errands)
  const wakes = batch.flatMap((errand) => (errand.type === "wake" ? errand.actors : []))
  const now = yield* Clock.currentTimeMillis
  yield* wakeActors(runtime, wakes, now).pipe(
    Effect.tapError((error) =>
      Effect.logWarning(`Tenant ${runtime.tenant}: actors cannot be woken; events wait`, error)
    ),
    Effect.retry(untilItIsBack),
    Effect.orDie,
    Effect.catchDefect((defect) => Effect.logError(`Tenant ${runtime.tenant}: ${String(defect)}`))
  )
  for (const errand of batch) {
    if (errand.type === "wake") retryWoken(runtime, errand.actors, errand.envelope)
    else if (errand.type === "locate") yield* locate(runtime, errand.request, errand.envelope, cut)
    else yield* recall(runtime, errand.request, errand.envelope, cut)
  }
})

/** An actor that neither woke nor may be made has a snapshot that cannot be read: its events are given back, the others go on. */
const retryWoken = (runtime: TenantRuntime, actors: ReadonlyArray<Address>, envelope: Envelope): void => {
  const broken = actors.find(
    ({ kind, id }) => runtime.population.get(kind, id) === undefined && !runtime.population.isVacant({ kind, id })
  )
  if (broken === undefined) return runtime.attempt(envelope)
  runtime.giveUp(
    envelope,
    new EventIndigestible({
      type: envelope.event.type,
      detail: `the snapshot of ${broken.kind} ${broken.id} cannot be read`
    })
  )
}

/** Rows are as new as the last cut, so a cut comes first. Rare: only for messages that left the window. */
const recall = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  request: RecallRequest,
  envelope: Envelope,
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
  runtime.attempt({
    ...envelope,
    event: { ...envelope.event, ...(recalled === undefined ? {} : { recalled }) } as Event
  })
})

/** Which thread a message is in. Rare: only for facts that name nothing but a message that is not in the channel's index. */
const locate = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  { channel_id, names, withNewest }: PlaceRequest,
  envelope: Envelope,
  cut: Effect.Effect<void, unknown>
) {
  const messages = yield* Messages
  const found = yield* Effect.andThen(
    withNewest ? cut : Effect.void,
    messages.threadOf(runtime.tenant, channel_id, names)
  ).pipe(Effect.retry(untilItIsBack), Effect.orDie)
  runtime.attempt({ ...envelope, event: located(envelope.event, found) })
})

const watchDeadlines = Effect.fnUntraced(function* (runtime: TenantRuntime, rearmed: Latch.Latch) {
  rearmed.closeUnsafe()
  const next = runtime.deadlines.next
  const now = yield* Clock.currentTimeMillis
  if (next === null || next > now) {
    const sleep = next === null ? Effect.never : Effect.sleep(next - now)
    return yield* Effect.raceFirst(sleep, rearmed.await)
  }
  let stuck = false
  for (const living of runtime.deadlines.due(now)) {
    if (living.kind === "presence") {
      runtime.presenceDeadline(living, now)
      continue
    }
    const { kind, id } = living
    const event: Event = { type: "deadline_passed", kind, id, received: now, via: "clock" }
    runtime.submit({ event, settle: () => {} })
    stuck ||= (living.deadline ?? Infinity) <= now
  }
  if (stuck) yield* Effect.sleep(deadlineRetry)
})

/** Idle and clean actors leave memory; their rows bring them back. */
const letSleep = Effect.fnUntraced(function* (runtime: TenantRuntime, options: ShellOptions) {
  const now = yield* Clock.currentTimeMillis
  runtime.hub.flush()
  for (const living of runtime.population.drowsy(now - options.idle, options.residents)) {
    runtime.deadlines.forget(living)
    runtime.population.remove(living)
  }
  runtime.hub.sweep(now)
})
