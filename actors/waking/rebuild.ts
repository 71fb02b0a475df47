/**
 * Rebuilds an actor with an unreadable snapshot (DESIGN §10). The bytes go to quarantine; the actor is rebuilt exactly from the
 * journal where that reaches back to the first entry, else from rows. The tenant goes on in either case.
 */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { Journal } from "../../persistence/journal/journal.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import type { SleepingActor } from "../../persistence/cut/snapshots.ts"
import type { Address } from "../memory/population.ts"
import { memoryShares } from "../memory/memory-shares.ts"
import { refolded, refoldLimit } from "./refold.ts"
import { restored } from "./restore.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

const rebuilt = Metric.counter("switchboard_actors_rebuilt_total", {
  description: "Actors whose snapshot could not be read, by what they were built again from; expected: 0",
  incremental: true
})

/**
 * The actor as of the cut; null when it cannot be rebuilt. Only for an actor that no event has reached since the cut.
 */
export const rebuildActor = Effect.fn("rebuildActor")(function* (
  runtime: TenantRuntime,
  address: Address,
  damaged: SleepingActor,
  problem: string,
  now: number
) {
  const quarantine = yield* Quarantine
  const name = `the snapshot of ${address.kind} ${address.id}`
  yield* quarantine.add({
    tenant_id: runtime.tenant,
    source: "snapshot",
    reason: `${name} cannot be read: ${problem}`,
    body: damaged.internals,
    received_at: now
  })
  const seq = runtime.checkpointSeq
  const isWhole = seq <= refoldLimit && (yield* (yield* Journal).isWhole(runtime.tenant, seq))
  const mostBytes = runtime.limits.backlog?.limit ?? memoryShares().backlog
  const fromJournal = isWhole ? yield* refolded(runtime.tenant, address, seq, mostBytes) : null
  const snapshot = fromJournal ?? (yield* restored(runtime, address, now))
  const from = fromJournal !== null ? "journal" : snapshot !== null ? "rows" : "nothing"
  yield* Metric.update(Metric.withAttributes(rebuilt, { from }), 1)
  yield* Effect.logError(`Tenant ${runtime.tenant}: ${name} cannot be read (${problem}); built again from ${from}`)
  return snapshot
})
