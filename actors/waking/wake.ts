/** Wakes sleeping actors from their snapshots, many in one look-up. An actor that is not found may be made. */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { AnyMachineSnapshot } from "xstate"
import type { ActorKind } from "../../machines/events.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import type { SleepingActor } from "../../persistence/cut/snapshots.ts"
import { NewerVersion } from "../journal/event-codec.ts"
import { kinds } from "../memory/kinds.ts"
import type { Living } from "../memory/living.ts"
import type { Address } from "../memory/population.ts"
import { rebuildActor } from "./rebuild.ts"
import { decodeSnapshot } from "../memory/snapshot-codec.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

/**
 * Hydrates one actor from its bytes; one with unreadable bytes is rebuilt, and the next cut writes it again. Whether it is
 * awake.
 */
export const hydrate = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  kind: ActorKind,
  actor: SleepingActor,
  now: number
) {
  const read = Result.try(() => decodeSnapshot(kinds[kind], actor.internals))
  if (Result.isSuccess(read)) {
    awake(runtime, kind, actor, read.success, now)
    return true
  }
  // A snapshot of a newer version stays as it is: rebuilding the actor would overwrite it.
  if (read.failure instanceof NewerVersion) {
    yield* Effect.logError(`Tenant ${runtime.tenant}: ${kind} ${actor.id} stays asleep: ${read.failure.message}`)
    return false
  }
  const address = { kind, id: actor.id }
  const snapshot = yield* rebuildActor(runtime, address, actor, String(read.failure), now)
  if (snapshot === null) return false
  awake(runtime, kind, actor, snapshot, now).kept = "no"
  return true
})

const awake = (
  runtime: TenantRuntime,
  kind: ActorKind,
  { id, internals }: SleepingActor,
  snapshot: AnyMachineSnapshot,
  now: number
) => {
  const living = runtime.population.wake(kind, id, snapshot, now, internals.byteLength)
  runtime.deadlines.note(living)
  return living
}

/**
 * Loads absent actors, one statement per kind. Of heavy ones only some are loaded; the others are asked for again
 * (`wakeTogether`). Answers the actors whose snapshots can be neither read nor rebuilt. An actor that was loaded and passivated
 * again while its row was being read is read once more, because the row is older than its last cut or missing.
 */
export const wakeActors = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  actors: ReadonlyArray<Address>,
  now: number
) {
  const snapshots = yield* Snapshots
  const { population } = runtime
  const broken: Array<Address> = []
  let wanted = actors
  while (wanted.length > 0) {
    const again: Array<Address> = []
    for (const [kind, ids] of byKind(runtime, wanted)) {
      const reading = population.readFrom()
      yield* Effect.gen(function* () {
        const { actors: found, left } = yield* snapshots.load(runtime.tenant, kind, ids)
        const missing = new Set(ids)
        for (const id of left) missing.delete(id)
        for (const actor of found) {
          const address = { kind, id: actor.id }
          missing.delete(actor.id)
          if (population.isStale(reading, address)) again.push(address)
          else if (!(yield* hydrate(runtime, kind, actor, now))) broken.push(address)
        }
        for (const id of missing) {
          if (population.isStale(reading, { kind, id })) again.push({ kind, id })
          else population.markVacant({ kind, id })
        }
      }).pipe(Effect.ensuring(Effect.sync(() => population.readTo(reading))))
    }
    wanted = again
  }
  runtime.populated()
  return broken as ReadonlyArray<Address>
})

/**
 * Loads all of them for one event, however heavy they are, and keeps each until the last is there: if each were passivated
 * before the next is loaded, the event would wait for ever. Answers those that are unreadable.
 */
export const wakeTogether = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  actors: ReadonlyArray<Address>,
  now: number
) {
  const { population } = runtime
  const broken: Array<Address> = []
  const here = new Set<Living>()
  yield* Effect.gen(function* () {
    for (let absent = actors, before = Infinity; absent.length > 0 && absent.length < before;) {
      before = absent.length
      broken.push(...(yield* wakeActors(runtime, absent, now)))
      for (const { kind, id } of actors) {
        const living = population.get(kind, id)
        if (living === undefined) continue
        living.woken = Infinity
        here.add(living)
      }
      absent = absent.filter(
        (each) => isAsleep(runtime, each) && !broken.some(({ kind, id }) => kind === each.kind && id === each.id)
      )
    }
  }).pipe(
    Effect.ensuring(
      Effect.sync(() => {
        for (const living of here) living.woken = performance.now()
      })
    )
  )
  return broken as ReadonlyArray<Address>
})

/** Whether an actor is absent and may be in the database. */
export const isAsleep = ({ population }: TenantRuntime, address: Address): boolean =>
  population.get(address.kind, address.id) === undefined && !population.isVacant(address)

/** The message for an actor that exists and can be neither read nor rebuilt. */
export const unreadable = ({ kind, id }: Address): string => `the snapshot of ${kind} ${id} cannot be read`

const byKind = (runtime: TenantRuntime, actors: ReadonlyArray<Address>): Map<ActorKind, ReadonlyArray<string>> => {
  const groups = new Map<ActorKind, Set<string>>()
  for (const { kind, id } of actors) {
    if (runtime.population.get(kind, id) !== undefined) continue
    const ids = groups.get(kind) ?? new Set()
    groups.set(kind, ids.add(id))
  }
  return new Map([...groups].map(([kind, ids]) => [kind, [...ids]]))
}
