/** Failover, a frozen process, a clock that is set, a full disk: a few seconds each; `npm run outage` takes its time. */
import { expect, inject, test } from "vitest"
import { postgresAt } from "../support/fresh-databases.ts"
import { scenariosOn } from "./scenarios.ts"

test.each(scenariosOn(postgresAt(() => inject("postgresUrl"))))(
  "$name",
  async ({ isPossible, run }) => {
    if (!(await isPossible())) return console.log("not possible here: this user may not mount a file system")
    const report = await run(2)
    console.log(report)
    expect(report.violations).toEqual([])
  },
  180_000
)
