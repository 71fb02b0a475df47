/** Whatever comes in a declared format ends as events or as a fault that names a field, never as an exception (I9). Repeat with SEED=… */
import * as Result from "effect/Result"
import fc from "fast-check"
import { expect, test } from "vitest"
import { bodies, gatewayBodies, type Json, received, translateGateway, translateOwn } from "./generic-bodies.ts"

const seed = Number(process.env["SEED"] ?? 20260504)

const junk = fc.oneof(
  fc.constantFrom(undefined, null, true, 0, 1, -1, 1e300, "", "\0", "\ud800", "0", [], {}, [null], { text: 3 }),
  fc.constantFrom("2026-02-31T00:00:00Z", "__proto__", "constructor", "x".repeat(600)),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.jsonValue({ maxDepth: 3 })
)
const steps = fc.array(
  fc.record({ at: fc.noBias(fc.nat(9999)), junk, how: fc.constantFrom("replace", "drop", "wrap", "swap") }),
  { minLength: 1, maxLength: 3 }
)

test.each([
  ["the own format", translateOwn, Object.values(bodies)],
  ["a format that is only a table", translateGateway, gatewayBodies]
] as const)("no mutation of a payload of %s makes it throw", (_, translate, bodies) => {
  console.log(`mutations: seed ${seed}`)
  const ends = { read: 0, refused: 0 }
  fc.assert(
    fc.property(
      fc.nat(bodies.length - 1),
      steps,
      fc.constantFrom(undefined, "whatsapp", "telegram"),
      (index, changes, type) => {
        const body: Json = { in: structuredClone(bodies[index]!) }
        for (const change of changes) {
          const places = placesIn(body)
          const [holder, key] = places[change.at % places.length]!
          if (change.how === "drop" && key !== "in") delete holder[key]
          else if (change.how === "wrap") holder[key] = [holder[key]]
          else if (change.how === "swap") holder[key] = structuredClone(places[(change.at * 7) % places.length]![0])
          else holder[key] = change.junk
        }
        const result = translate(body["in"], { received, ...(type && { channel_type: type }) })
        if (Result.isFailure(result)) {
          ends.refused++
          expect(result.failure).toMatchObject({ _tag: "Unreadable", field: expect.any(String) })
          expect(result.failure.field === "").toBe(result.failure.rule === "is not a JSON object")
          return
        }
        ends.read++
        expect(result.success).toHaveLength(1)
        const text = JSON.stringify(result.success)
        expect(text).not.toContain("\\u0000")
        expect(text).not.toMatch(/\\ud[89a-f]/)
        for (const event of result.success) {
          const at = "at" in event ? event.at : 0
          expect(at).toBeGreaterThanOrEqual(Date.UTC(2000, 0, 1))
          expect(at).toBeLessThanOrEqual(received)
        }
      }
    ),
    { seed, numRuns: 2000 }
  )
  expect(ends.read).toBeGreaterThan(200)
  expect(ends.refused).toBeGreaterThan(200)
})

test("no JSON value makes it throw", () => {
  console.log(`values: seed ${seed}`)
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(...Object.keys(bodies)), (value, event) => {
      for (const body of [value, { event, ...(value as Json) }])
        expect(Result.isResult(translateOwn(body, { received }))).toBe(true)
    }),
    { seed, numRuns: 2000 }
  )
})

/** Every place of a JSON value that a mutation can change, as its holder and key. */
const placesIn = (value: unknown): Array<[Json, string]> =>
  typeof value !== "object" || value === null
    ? []
    : Object.keys(value).flatMap((key) => [[value, key] as [Json, string], ...placesIn((value as Json)[key])])
