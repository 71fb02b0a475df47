/** Whatever a provider sends ends as events or as a fault, never as an exception (I9). Repeat a run with SEED=… */
import * as Result from "effect/Result"
import fc from "fast-check"
import { expect, test } from "vitest"
import { translate } from "../../src/providers/unipile/translate.ts"
import type { Json } from "./unipile-bodies.ts"
import { fixture, names, received } from "./unipile-bodies.ts"

test("no mutation of a fixture makes it throw", () => {
  const seed = Number(process.env["SEED"] ?? 20260501)
  console.log(`mutations: seed ${seed}`)
  // Most bodies are of kinds that are understood, or the runs would end at the first field.
  const kinds = names.filter((name) => Result.isSuccess(translate(fixture(name), { received })))
  const bodies = [...kinds, ...kinds, ...kinds, ...names].map(fixture)
  const source = fc.constantFrom("webhook", "webhook", "webhook", "webhook", "hosted_auth")
  const junk = fc.oneof(
    fc.constantFrom(
      undefined,
      null,
      true,
      0,
      1,
      -1,
      1e300,
      "",
      "\0",
      "\ud800",
      [],
      {},
      [null],
      { text: 3 },
      "2026-02-31T00:00:00Z"
    ),
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.jsonValue({ maxDepth: 3 })
  )
  const steps = fc.array(
    fc.record({ at: fc.noBias(fc.nat(9999)), junk, how: fc.constantFrom("replace", "drop", "wrap", "swap") }),
    {
      minLength: 1,
      maxLength: 3
    }
  )
  let readable = 0
  fc.assert(
    fc.property(fc.nat(bodies.length - 1), steps, source, (index, changes, source) => {
      const body = structuredClone(bodies[index]!)
      for (const change of changes) {
        const places = placesIn(body)
        if (places.length === 0) break
        const [holder, key] = places[change.at % places.length]!
        if (change.how === "drop") delete holder[key]
        else if (change.how === "wrap") holder[key] = [holder[key]]
        else if (change.how === "swap") holder[key] = structuredClone(places[(change.at * 7) % places.length]![0])
        else holder[key] = change.junk
      }
      const result = translate(body, { received, source })
      expect(Result.isResult(result)).toBe(true)
      if (Result.isSuccess(result)) {
        readable++
        const text = JSON.stringify(result.success)
        expect(text).not.toContain("\\u0000")
        expect(text).not.toMatch(/\\ud[89a-f]/)
        for (const event of result.success) expect("at" in event ? event.at : event.received).toBeGreaterThan(0)
      }
    }),
    { seed, numRuns: 2000 }
  )
  expect(readable).toBeGreaterThan(200)
})

/** Every place of a JSON value that a mutation can change, as its holder and key. */
const placesIn = (value: unknown): Array<[Json, string]> =>
  typeof value !== "object" || value === null
    ? []
    : Object.keys(value).flatMap((key) => [[value, key] as [Json, string], ...placesIn((value as Json)[key])])
