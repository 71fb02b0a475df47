/** Callers who ask for the same thing at the same moment cause one run. */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import * as Scope from "effect/Scope"
import { expect, test } from "vitest"
import { singleFlight } from "../../actors/owner/single-flight.ts"

const run = <A>(effect: Effect.Effect<A, string, Scope.Scope>) => Effect.runPromise(Effect.scoped(effect))

/** A run that ends when the test says so, and how often it was begun. */
const makeRun = Effect.gen(function* () {
  const flights = yield* FiberMap.make<string, string, string>()
  const end = yield* Deferred.make<string, string>()
  const work = { begun: 0 }
  const effect = Effect.suspend(() => {
    work.begun++
    return Deferred.await(end)
  })
  return { work, end, ask: singleFlight(flights, "acme", effect), other: singleFlight(flights, "beta", effect) }
})

test("one run under a name for all who ask meanwhile, another one under another name, and a new one afterwards", () =>
  run(
    Effect.gen(function* () {
      const { work, end, ask, other } = yield* makeRun
      const asked = yield* Effect.forEach([ask, ask, ask, other], (each) => Effect.forkChild(each))
      yield* Effect.yieldNow
      yield* Deferred.succeed(end, "here")
      expect(yield* Effect.forEach(asked, Fiber.join)).toEqual(["here", "here", "here", "here"])
      expect(work.begun).toEqual(2)
      expect(yield* ask).toEqual("here")
      expect(work.begun).toEqual(3)
    })
  ))

test("a failure goes to all who asked", () =>
  run(
    Effect.gen(function* () {
      const { end, ask } = yield* makeRun
      const asked = yield* Effect.forEach([ask, ask], (each) => Effect.forkChild(Effect.flip(each)))
      yield* Effect.yieldNow
      yield* Deferred.fail(end, "away")
      expect(yield* Effect.forEach(asked, Fiber.join)).toEqual(["away", "away"])
    })
  ))

test("the first caller leaves, the run goes on for the others", () =>
  run(
    Effect.gen(function* () {
      const { work, end, ask } = yield* makeRun
      const first = yield* Effect.forkChild(ask)
      yield* Effect.yieldNow
      const second = yield* Effect.forkChild(ask)
      yield* Effect.yieldNow
      yield* Fiber.interrupt(first)
      yield* Deferred.succeed(end, "here")
      expect(yield* Fiber.join(second)).toEqual("here")
      expect(work.begun).toEqual(1)
    })
  ))

test("the end of the scope ends the run, and with it the wait of all who asked", () =>
  run(
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const { ask } = yield* Scope.provide(makeRun, scope)
      const asked = yield* Effect.forEach([ask, ask], (each) => Effect.forkChild(each))
      yield* Effect.yieldNow
      yield* Scope.close(scope, Exit.void)
      for (const each of asked) expect(Exit.hasInterrupts(yield* Fiber.await(each))).toBe(true)
    })
  ))
