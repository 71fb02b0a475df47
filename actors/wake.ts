/** Sleeping actors come back from their snapshots, many in one look-up; who is not found may be made. */
import * as Effect from "effect/Effect"
import type { ActorKind } from "../machines/events.ts"
import { Snapshots } from "../persistence/snapshots.ts"
import type { SleepingActor } from "../persistence/snapshots.ts"
import { kinds } from "./kinds.ts"
import type { Address } from "./population.ts"
import { decodeSnapshot } from "./snapshot-codec.ts"
import type { TenantRuntime } from "./tenant-runtime.ts"

/** One actor from its bytes. Throws when they cannot be read. */
export const rouse = (runtime: TenantRuntime, kind: ActorKind, actor: SleepingActor, now: number): void => {
  const living = runtime.population.wake(kind, actor.id, decodeSnapshot(kinds[kind], actor.internals), now)
  runtime.deadlines.note(living)
}

/** Loads what is not here; one statement per kind. A snapshot that cannot be read is a defect that names its actor. */
export const wakeActors = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  actors: ReadonlyArray<Address>,
  now: number
) {
  const snapshots = yield* Snapshots
  for (const [kind, ids] of byKind(runtime, actors)) {
    const found = yield* snapshots.load(runtime.tenant, kind, ids)
    const missing = new Set(ids)
    for (const actor of found) {
      missing.delete(actor.id)
      yield* Effect.try({
        try: () => rouse(runtime, kind, actor, now),
        catch: (cause) => new Error(`the snapshot of ${kind} ${actor.id} cannot be read: ${String(cause)}`)
      }).pipe(Effect.orDie)
    }
    for (const id of missing) runtime.population.markVacant({ kind, id })
  }
})

const byKind = (runtime: TenantRuntime, actors: ReadonlyArray<Address>): Map<ActorKind, ReadonlyArray<string>> => {
  const groups = new Map<ActorKind, Set<string>>()
  for (const { kind, id } of actors) {
    if (runtime.population.get(kind, id) !== undefined) continue
    const ids = groups.get(kind) ?? new Set()
    groups.set(kind, ids.add(id))
  }
  return new Map([...groups].map(([kind, ids]) => [kind, [...ids]]))
}
