/** Look-ups remembered in memory, once the clock has been set back: nothing is believed, or held, for longer than its time. */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Redacted from "effect/Redacted"
import { TestClock } from "effect/testing"
import { expect, test } from "vitest"
import { Hub, hubLimits } from "../../actors/feed/hub.ts"
import { cachedFor } from "../../actors/owner/cached-for.ts"
import { Population } from "../../actors/memory/population.ts"
import { Remembered } from "../../src/http/remembered.ts"
import { Accesses } from "../../src/feed/accesses.ts"
import { FeedTokens } from "../../src/feed/tokens.ts"

const month = 30 * 24 * 3_600_000
const now = Date.UTC(2026, 10, 20, 10)

test("what was looked up ahead of now is looked up again", () => {
  const known = new Remembered<string>(2, 60_000)
  known.set("a", "found", now + month)
  expect(known.get("a", now + month + 59_999)).toBe("found")
  expect(known.get("a", now)).toBeUndefined()
  known.set("a", "found", now)
  known.set("b", "found", now)
  known.set("c", "found", now)
  expect([known.get("a", now), known.get("c", now + 59_999), known.get("c", now + 60_000)]).toEqual([
    undefined,
    "found",
    undefined
  ])
})

test("a result that is kept for a second is kept for no month", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      let runs = 0
      const look = yield* cachedFor(
        Effect.sync(() => ++runs),
        1_000
      )
      yield* TestClock.setTime(now + month)
      expect([yield* look, yield* look]).toEqual([1, 1])
      yield* TestClock.setTime(now)
      expect([yield* look, yield* look]).toEqual([2, 2])
      yield* TestClock.setTime(now + 1_000)
      expect(yield* look).toBe(3)
    }).pipe(Effect.provide(TestClock.layer()))
  ))

test("an opened conversation counts again within a minute", () => {
  const accesses = new Accesses()
  expect(accesses.counts("t", "c", now + month)).toBe(true)
  expect([accesses.counts("t", "c", now), accesses.counts("t", "c", now + 1)]).toEqual([true, false])
  expect(accesses.counts("t", "c", now + 60_000)).toBe(true)
})

test("a topic that nobody watches is forgotten after its time", () => {
  const hub = new Hub({
    view: () => ({}),
    present: () => ({ typists: [], viewers: [] }),
    schedule: () => {},
    epoch: () => "e",
    paces: {},
    limits: hubLimits
  })
  const nobody = { deliver: () => {}, moved: () => {}, ended: () => {} }
  hub.open("inbox", nobody)
  hub.close("inbox", nobody)
  hub.sweep(now + month)
  hub.sweep(now)
  hub.sweep(now + hubLimits.linger - 1)
  expect(hub.topics).toBe(1)
  hub.sweep(now + hubLimits.linger)
  expect(hub.topics).toBe(0)
})

test("an idle actor that was touched ahead of now may sleep", () => {
  const population = new Population()
  const living = population.make("record", "r", { id: "r", record_id: "r", user_id: null, received: now }, now + month)
  living.kept = "yes"
  const room = { actors: 100, weight: Infinity }
  expect(population.evictable(now, 60_000, room)).toEqual([living])
  living.touched = now
  expect(population.evictable(now, 60_000, room)).toEqual([])
})

test("a feed token that would be good for longer than any is none", () =>
  Effect.runPromise(
    Effect.gen(function* () {
      const tokens = yield* FeedTokens
      yield* TestClock.setTime(now + month)
      const { token } = yield* tokens.issue({ tenant: "t", user_id: "u", ttl_s: 60 })
      yield* TestClock.setTime(now)
      expect(Exit.isFailure(yield* Effect.exit(tokens.verify(token)))).toBe(true)
      const right = yield* tokens.issue({ tenant: "t", user_id: "u", ttl_s: 86_400 })
      expect((yield* tokens.verify(right.token)).user_id).toBe("u")
    }).pipe(Effect.provide([FeedTokens.layer(Redacted.make("secret")), TestClock.layer()]))
  ))
