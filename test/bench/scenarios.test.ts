/** Each scenario in its smallest form: figures come out. What they are says nothing here. */
import { expect, inject, test } from "vitest"
import { cutFigures } from "../../bench/cut.ts"
import { fanOutFigures } from "../../bench/fan-out.ts"
import { growthFigures } from "../../bench/growth.ts"
import { memoryFigures } from "../../bench/memory.ts"
import type { BenchPostgres } from "../../bench/postgres.ts"
import { postgresOn } from "../../bench/postgres.ts"
import { Report } from "../../bench/report.ts"
import { administer, createDatabase } from "../support/fresh-cluster.ts"

/** Databases that are migrated already, of names that nobody else has. */
const copiesOf = (url: string): BenchPostgres => {
  const suffix = crypto.randomUUID().replaceAll("-", "")
  return {
    database: async (name) => {
      await createDatabase(url, `${name}_${suffix}`, false)
      return `${url}/${name}_${suffix}`
    },
    run: (name, statement) => administer(url, statement, `${name}_${suffix}`),
    connect: (name) => postgresOn(url).connect(`${name}_${suffix}`)
  }
}

/** Nothing is printed. */
class Quiet extends Report {
  override step(): void {}
  override head(): void {}
  override line(): void {}
}

/** Every figure that was kept. */
const figuresOf = async (run: (postgres: BenchPostgres, report: Report) => Promise<void>) => {
  const report = new Quiet()
  await run(copiesOf(inject("postgresUrl")), report)
  const figures = Object.values(report.kept).flatMap((targets) => Object.values(targets).flatMap(Object.values))
  for (const samples of figures) {
    expect(samples.length).toBeGreaterThan(0)
    for (const sample of samples) expect(sample).toBeTypeOf("number")
  }
  return report.kept
}
const isMeasured = (value: number | undefined) => value !== undefined && Number.isFinite(value) && value > 0

test("fan-out counts what the feed and the floor deliver", async () => {
  const kept = await figuresOf((postgres, report) =>
    fanOutFigures({ sockets: 5, webhooks: 20, rounds: 1 }, postgres, report)
  )
  for (const target of ["the feed", "bare ws"]) expect(kept["fan-out"]![target]!["rate"]!.every(isMeasured)).toBe(true)
})

test("a cut is seen, also one that was held up, and the webhooks that come meanwhile", async () => {
  const kept = await figuresOf((postgres, report) =>
    cutFigures({ changed: 100, isHeld: true, rate: 50, seconds: 0.5, rounds: 1 }, postgres, report)
  )
  const { "without a cut": without, "during the cut": during } = kept["cut after a lock"]!
  expect(without!["p99"]!.every(isMeasured)).toBe(true)
  expect(during!["conversations"]!.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(100)
})

test("memory is measured at every size", async () => {
  const kept = await figuresOf((postgres, report) =>
    memoryFigures({ conversations: [20, 60], sockets: [2, 6], messages: 1 }, postgres, report)
  )
  expect(Object.keys(kept["memory by conversations"]!["heap"]!)).toEqual(["20", "60"])
  expect(Object.keys(kept["memory by sockets"]!["resident memory"]!)).toEqual(["2", "6"])
})

test("growth is measured at every size, of chats, groups and accounts", async () => {
  const kept = await figuresOf((postgres, report) =>
    growthFigures({ messages: [10, 40], members: [3, 30], chats: [20, 40], webhooks: 8, rounds: 1 }, postgres, report)
  )
  expect(Object.keys(kept["growth by messages"]!["switchboard"]!)).toEqual(["10", "40"])
  expect(Object.keys(kept["growth by members"]!["bare node:http"]!)).toEqual(["3", "30"])
  expect(Object.keys(kept["growth by chats"]!["switchboard"]!)).toEqual(["20", "40"])
  expect(kept["growth by members"]!["switchboard"]!["30"]!.every(isMeasured)).toBe(true)
})
