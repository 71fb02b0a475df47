/** An event that needs more than can be read at once, while memory is full: all of them come, and are there together (I8, I9). */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import type { Cutter } from "../../actors/cut/cutter.ts"
import { makeErrands } from "../../actors/owner/errands.ts"
import type { Address } from "../../actors/memory/population.ts"
import { kinds } from "../../actors/memory/kinds.ts"
import { Population } from "../../actors/memory/population.ts"
import { encodeSnapshot } from "../../actors/memory/snapshot-codec.ts"
import type { Envelope } from "../../actors/tenant/mailbox.ts"
import type { TenantRuntime } from "../../actors/tenant/runtime.ts"
import { Messages } from "../../persistence/lists/messages.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import { Journal } from "../../persistence/journal/journal.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"

const now = Date.UTC(2026, 4, 4)
const kind = "participant"
const ids = ["a", "b", "c"].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`)
const source = new Population()
const bytesOf = (id: string) =>
  encodeSnapshot(kinds[kind], source.make(kind, id, { id, key: id, received: now }, now).snapshot)
/** As where each has 16 MiB: one comes, by id, the others are left. Slower than whoever was woken stays for certain. */
const load = (_tenant: string, _kind: string, asked: ReadonlyArray<string>) => {
  const [first, ...left] = [...asked].sort()
  return Effect.delay(
    Effect.sync(() => ({ actors: [{ id: first!, internals: bytesOf(first!) }], left })),
    600
  )
}

const services = Layer.mergeAll(
  Layer.succeed(Snapshots, { load } as unknown as Snapshots["Service"]),
  Layer.succeed(Messages, {} as Messages["Service"]),
  Layer.succeed(Quarantine, {} as Quarantine["Service"]),
  Layer.succeed(Journal, {} as Journal["Service"])
)
const event: Envelope = { event: { type: "webhook_failed", received: now, via: "webhook" }, settle: () => {} }

test("an event whose turn fails for a reason of ours, after its actors have come, is given back once", async () => {
  const ends: Array<Envelope> = []
  await Effect.gen(function* () {
    const { host, run } = yield* makeErrands
    const runtime = {
      tenant: "acme",
      population: new Population(),
      figures: {},
      deadlines: { note: () => {} },
      populated: () => {},
      attempt: () => {
        throw new Error("a defect")
      },
      reject: (envelope: Envelope) => void ends.push(envelope)
    } as unknown as TenantRuntime
    yield* run(runtime, {} as Cutter)
    host.wake([], event)
    yield* Effect.sleep(100)
    expect(runtime.figures.errands()).toBe(0)
  }).pipe(Effect.scoped, Effect.provide(services), Effect.runPromise)
  expect(ends).toEqual([event])
})

test("an event gets all of its heavy actors, however full memory is and however slowly they come", async () => {
  const population = new Population()
  const absent = (): ReadonlyArray<Address> =>
    ids.filter((id) => population.get(kind, id) === undefined).map((id) => ({ kind, id }))
  const ends: Array<string> = []
  let tries = 0
  await Effect.gen(function* () {
    const { host, run } = yield* makeErrands
    const runtime = {
      tenant: "acme",
      population,
      figures: {},
      deadlines: { note: () => {} },
      populated: () => {},
      attempt: (envelope: Envelope) => {
        tries++
        if (absent().length === 0) ends.push("applied")
        else host.wake(absent(), envelope)
      },
      reject: () => void ends.push("given up")
    } as unknown as TenantRuntime
    // The bound is reached: whoever may sleep is sent to sleep.
    const crowded = Effect.sync(() => {
      for (const living of population.evictable(now, 3_600_000, { actors: Infinity, weight: 0 }))
        population.remove(living)
    }).pipe(Effect.delay(50), Effect.forever)
    yield* Effect.forkScoped(crowded)
    yield* run(runtime, {} as Cutter)
    host.wake(absent(), event)
    yield* Effect.sleep(4_000)
    expect(ends).toEqual(["applied"])
    expect(tries).toBe(1)
    yield* Effect.sleep(700)
    expect(population.size, "afterwards they may sleep like everybody").toBe(0)
  }).pipe(Effect.scoped, Effect.provide(services), Effect.runPromise)
}, 20_000)
