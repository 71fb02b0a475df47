/**
 * The common part of the drift checks (CONTRACT §6): a counter that differs from the rows it counts is corrected by an event,
 * counted in a metric and reported. In SQL two kinds of damage look alike: a wrong actor, and wrong columns of a right actor
 * (edited by hand); the snapshot in the row tells which. Knows no rule about what is right.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Result from "effect/Result"
import type { ActorKind, Event } from "../../machines/events.ts"
import type { SleepingActor } from "../../persistence/cut/snapshots.ts"
import type { Contexts } from "../memory/kinds.ts"
import { kinds } from "../memory/kinds.ts"
import { decodeSnapshot } from "../memory/snapshot-codec.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { wakeActors } from "../waking/wake.ts"
import { tell } from "./tell.ts"

const drifted = Metric.counter("switchboard_drift_total", {
  description: "Actors whose counters differed from the rows they count, and were repaired; expected: 0",
  incremental: true
})

/** Sleeping actors woken at a time. */
const atOnce = 100

/** Makes the repairing event from an actor's context at the cut; null when the actor itself is right. */
export type Repair<D extends SleepingActor, K extends ActorKind> = (
  drift: D,
  context: Contexts[K],
  received: number
) => Event | null

/** Repairs what a check found; answers how many. */
export const repairDrift = Effect.fnUntraced(function* <D extends SleepingActor, K extends ActorKind>(
  runtime: TenantRuntime,
  kind: K,
  found: ReadonlyArray<D>,
  repair: Repair<D, K>
) {
  const received = yield* Clock.currentTimeMillis
  const repaired = yield* Effect.forEach(
    found,
    Effect.fnUntraced(function* (drift: D) {
      const known = Result.try(() => decodeSnapshot(kinds[kind], drift.internals).context as Contexts[K])
      // An unreadable one is rebuilt when it wakes, and checked at the next run.
      const event = Result.isSuccess(known) ? repair(drift, known.success, received) : null
      const { internals: _, ...right } = drift
      yield* Effect.logWarning(
        `Tenant ${runtime.tenant}: counters of a ${kind} had drifted and are repaired`,
        event ?? { ...right, damaged: "columns only" }
      )
      if (event !== null) return yield* tell(runtime, event)
      return yield* rewritten(runtime, kind, drift.id)
    }),
    { concurrency: atOnce }
  )
  const count = repaired.filter(Boolean).length
  yield* counted(kind, count)
  return count
})

/** Also shows the figure 0 once a check has run. */
export const counted = (kind: ActorKind, count: number): Effect.Effect<void> =>
  Metric.update(Metric.withAttributes(drifted, { kind }), count)

/** The actor is right and its columns are not: the next cut writes them again. */
export const rewritten = Effect.fnUntraced(function* (runtime: TenantRuntime, kind: ActorKind, id: string) {
  yield* wakeActors(runtime, [{ kind, id }], yield* Clock.currentTimeMillis)
  const living = runtime.population.get(kind, id)
  if (living === undefined) return false
  living.kept = "no"
  return true
})
