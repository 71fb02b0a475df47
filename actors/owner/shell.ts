/**
 * The host of a tenant's runtime: runs what the synchronous runtime asks for, each kind of work in its own fiber, so that a slow
 * database delays only the events that need it.
 *
 *   errands   wakes and look-ups before a turn (errands.ts)
 *   deadlines the earliest deadline of all actors, on the Effect clock
 *   cutter    a cut every few seconds, or sooner when much has changed (cutter.ts); then idle clean actors are passivated
 *   upkeep    analytics of days that a cut has made stale are calculated again
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Queue from "effect/Queue"
import type { Event } from "../../machines/events.ts"
import { interrupted } from "../../machines/scheduler/machine.ts"
import type { TaskStarted } from "../../machines/told.ts"
import { analyticsUpkeep } from "../cut/analytics-upkeep.ts"
import { makeCutter } from "../cut/cutter.ts"
import { DatabaseAway } from "../errors.ts"
import { makeErrands } from "./errands.ts"
import { GroupCommit } from "../journal/group-commit.ts"
import { loadTenant } from "../waking/load-tenant.ts"
import type { MemoryShares } from "../memory/memory-shares.ts"
import { promptly } from "./patience.ts"
import type { Admissions, Backlog, Residency, SharedWeight } from "../tenant/shared-bounds.ts"
import { runTask } from "../tasks/run-task.ts"
import { within } from "./real-time.ts"
import { TenantRuntime } from "../tenant/runtime.ts"
import { messagesTopic } from "../views/topics.ts"
import { watchDeadlines } from "./watch-deadlines.ts"

export interface ShellOptions {
  /** Events of one tenant that may wait to be durable; past that, 503. */
  readonly mailbox: number
  /** Journaled events that no cut holds, past which 503; `mostUncut` when left out. */
  readonly uncut?: number
  /** As `mailbox`, over all tenants; only the tenants' own when left out. */
  readonly events?: number
  /** What the events of all tenants may weigh that no cut holds, in characters; the default of `Backlog` when left out. */
  readonly backlog?: number
  /** Between two cuts, unless much has gathered before. */
  readonly snapshotInterval: Duration.Input
  /** Milliseconds without an event after which an actor is passivated. */
  readonly idle: number
  /** Resident actors, over all tenants, past which the least recently used are passivated early (I8). */
  readonly residents: number
  /** What memory may hold, over all tenants; the shares of this process's heap when left out. */
  readonly memory?: MemoryShares
  /** Connections of one tenant; `mostConnections` when left out. */
  readonly connections?: number
  /** What a cut may take at first; `longestCut` when left out. */
  readonly longestCut?: Duration.Input
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
  /** Writes a cut, so that the tables hold everything acknowledged so far; DatabaseAway when that takes too long. */
  readonly flush: Effect.Effect<void, DatabaseAway>
  /** The system clock was set: deadlines are checked again. */
  readonly clockSet: () => void
}

/** Time limit of the last cut at shutdown. What it misses is in the journal and replayed at the next start. */
const lastCut = "10 seconds"
/** Pause before the next cut when residents still weigh too much after one. */
const crowdedRetry = "250 millis"

/** Brings a tenant into memory and keeps it running until the scope closes; then a last cut is written. */
export const openTenant = Effect.fn("openTenant")(function* (
  tenant: string,
  options: ShellOptions,
  shared: SharedBounds
) {
  const commits = yield* GroupCommit
  const errands = yield* makeErrands
  const tasks = yield* Queue.unbounded<TaskStarted>()
  const rearmed = yield* Latch.make()
  let isCutDue = false
  let cutSoon = (): void => void (isCutDue = true)

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
      ...errands.host,
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
      cutSoon: () => cutSoon()
    },
    yield* Clock.currentTimeMillis
  )

  yield* counted(shared.backlog, runtime)
  yield* counted(shared.residency, runtime.population)
  yield* counted(shared.residents, runtime.population)
  yield* counted(shared.settled, runtime.settled)
  yield* counted(shared.feed, runtime.hub)

  const cutter = yield* makeCutter(runtime, options.longestCut)
  cutSoon = cutter.soon
  if (isCutDue || runtime.isCutDue) cutter.soon()
  const flush = Effect.gen(function* () {
    // A cut never runs ahead of the journal, so while that is stuck there is nothing to wait for.
    if ((yield* commits.stuckSince) !== null) return yield* new DatabaseAway({})
    if (!(yield* cutter.next)) return yield* new DatabaseAway({})
  })

  yield* errands.run(runtime, cutter)
  yield* Effect.forkScoped(watchDeadlines(runtime, rearmed))
  yield* Queue.take(tasks).pipe(
    Effect.flatMap((task) => Effect.forkScoped(runTask(runtime, cutter.joined, task))),
    Effect.forever,
    Effect.forkScoped
  )
  const afterCut = Effect.gen(function* () {
    yield* passivate(runtime, options.idle, shared)
    // Actors that were just woken, or changed since the cut, cannot be passivated yet.
    if (!shared.residents.isCrowdedBy(runtime.population)) return
    yield* Effect.sleep(crowdedRetry)
    runtime.populated()
  })
  yield* Effect.forkScoped(cutter.loop(options.snapshotInterval, afterCut))
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
    const inTime = within(cutter.last, lastCut, noLastCut)
    return Effect.flatMap(commits.stuckSince, (since) => (since === null ? inTime : noLastCut))
  })
  return { runtime, flush: promptly(flush), clockSet: () => void rearmed.openUnsafe() } satisfies TenantShell
})

/** Registers a holder with a shared bound until the scope closes. */
const counted = <H>(bound: { add(holder: H): void; remove(holder: H): void }, holder: H) =>
  Effect.acquireRelease(
    Effect.sync(() => bound.add(holder)),
    () => Effect.sync(() => bound.remove(holder))
  )

/** Passivation: idle clean actors leave memory; their snapshots bring them back. */
const passivate = Effect.fnUntraced(function* (
  { hub, messages, scopes, population, deadlines }: TenantRuntime,
  idle: number,
  { residency, residents }: SharedBounds
) {
  const now = yield* Clock.currentTimeMillis
  hub.flush()
  const room = { actors: residency.roomFor(population), weight: residents.roomFor(population) }
  for (const living of population.evictable(now, idle, room)) {
    deadlines.passivated(living)
    population.remove(living)
  }
  hub.sweep(now)
  scopes.sweep((topic) => hub.has(topic))
  messages.sweep((id) => hub.has(messagesTopic(id)))
})
