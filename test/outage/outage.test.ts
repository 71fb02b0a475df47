/** Postgres away, in every way that any user can bring about, a few seconds each; `npm run outage` takes its time. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { everywhere } from "./faults/all.ts"
import { type House, openHouse } from "./house.ts"
import { print } from "./print.ts"
import { perSecond } from "./provider.ts"
import { runRound } from "./round.ts"

const seconds = 3

describe("while Postgres is away", () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse((seconds * perSecond) / 2)
  })
  afterAll(() => house.close())

  test.each(everywhere)(
    "$name: the feed flows, no 200 comes too early, nothing is lost or doubled, /readyz tells",
    async (fault) => {
      const report = await runRound(
        fault,
        house.placeOf(fault),
        fault.name.replaceAll(/[^a-z]+/g, "-").slice(0, 20),
        seconds
      )
      print(report)
      expect(report.violations).toEqual([])
    }
  )
})
