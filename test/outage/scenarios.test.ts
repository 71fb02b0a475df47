/**
 * Failover, a frozen process, a full disk: a few seconds each; `npm run outage` takes its time. What a clock that is set does is in
 * test/journeys/clock.test.ts.
 */
import { expect, inject, test } from "vitest"
import { postgresAt } from "../support/fresh-databases.ts"
import { scenariosOn } from "./scenarios.ts"

const scenarios = scenariosOn(postgresAt(() => inject("postgresUrl")))

test.for(scenarios.filter(({ name }) => !name.startsWith("the clock")))(
  "$name",
  { timeout: 180_000 },
  async ({ isPossible, run }, { skip }) => {
    if (!(await isPossible())) return skip("this user may not mount a file system")
    const report = await run(2)
    console.log(report)
    expect(report.violations).toEqual([])
  }
)
