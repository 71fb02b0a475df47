/** I8: what stays in memory for as long as its tenant is refused at its bound, by number and by weight, and only what is new. */
import { expect, test } from "vitest"
import { Sharing, SharedWeight } from "../../actors/tenant/shared-bounds.ts"
import type { ConnectionRegistered, RecordPut } from "../../machines/events.ts"
import { registered, start } from "../machines/facts.ts"
import { retainedBy } from "../support/retained.ts"
import { House } from "./house.ts"

const account = (n: number, config: object = {}): ConnectionRegistered => ({
  ...registered,
  account_id: `account-${n}`,
  connection_config: config as ConnectionRegistered["connection_config"]
})
const record = (n: number, identifiers = 1): RecordPut => ({
  type: "record_put",
  record: {
    record_id: `r${n}`,
    kind: "contact",
    pipeline_id: null,
    emails: Array.from({ length: identifiers }, (_, i) => `person-${n}-${i}@example.com`),
    phones: [],
    linkedin: [],
    domains: []
  },
  received: start + n,
  via: "api"
})
const apply = (house: House, event: Parameters<House["submit"]>[0]) => {
  const answered = house.submit(event)
  house.commit()
  return answered.answer
}
/** A map of 16 Ki characters. */
const full = (n: number) => ({ text: JSON.parse(JSON.stringify(String(n).padEnd(16_000, "x"))) as string })

test("connections are bounded by number: one more is refused, one that is there is not, and a replay refuses nothing", () => {
  const house = new House({ connections: 3 })
  expect([1, 2, 3].map((n) => apply(house, account(n)))).toEqual(["applied", "applied", "TenantFull"])
  expect(apply(house, { ...account(2), account_name: "Other" })).toBe("applied")
  // What another bound accepted once is a fact of the journal.
  const again = new House({ founded: false, connections: 1 })
  for (const { seq, event } of house.journaled) again.replay(seq, event)
  expect(again.runtime.population.count("connection")).toBe(3)
})

test("connections with full maps fill their share by weight, before any cut weighs them; tenants with less than an even share go on", () => {
  const settled = new SharedWeight(4_000_000)
  const [hog, quiet] = [new House({ settled }), new House({ settled })]
  for (const { runtime } of [hog, quiet]) settled.add(runtime.settled)
  let taken = 0
  while (taken < 1_000 && apply(hog, account(taken, full(taken))) === "applied") taken++
  expect(taken).toBeGreaterThan(10)
  expect(settled.held).toBeGreaterThan(4_000_000)
  expect(settled.held).toBeLessThan(4_400_000)
  expect(apply(hog, account(5_000))).toBe("TenantFull")
  expect(apply(hog, { ...account(1), account_name: "Other", connection_config: full(-1) })).toBe("TenantFull")
  expect(apply(hog, { ...account(1), account_name: "Other" })).toBe("applied")
  expect(apply(quiet, account(1, full(1)))).toBe("applied")
})

test("records fill it too, and what is taken back makes room", () => {
  const settled = new SharedWeight(1_000_000)
  const house = new House({ settled })
  settled.add(house.runtime.settled)
  let taken = 0
  while (taken < 10_000 && apply(house, record(taken, 20)) === "applied") taken++
  expect(taken).toBeGreaterThan(20)
  expect(apply(house, account(1))).toBe("TenantFull")
  for (let n = 0; n < 10; n++) apply(house, { type: "record_removed", record_id: `r${n}`, received: start, via: "api" })
  expect(apply(house, account(1))).toBe("applied")
})

test("the estimate is near what the heap says: of connections with maps, and of records", () => {
  const connections = retainedBy(() => {
    const house = new House()
    for (let n = 0; n < 300; n++) apply(house, account(n, full(n)))
    house.journaled.length = 0
    house.runtime.rows.take()
    return house.runtime.settled.weight
  })
  expect(connections.value / connections.bytes).toBeGreaterThan(0.5)
  const records = retainedBy(() => {
    const house = new House()
    for (let n = 0; n < 3_000; n++) apply(house, record(n, 3))
    house.journaled.length = 0
    house.runtime.rows.take()
    return [house, house.runtime.settled.weight] as const
  })
  expect(records.value[1] / records.bytes).toBeGreaterThan(0.5)
  expect(records.value[1] / records.bytes).toBeLessThan(4)
})

test("a share: what the others leave, and never less than an even part", () => {
  const share = new Sharing<{ held: number }>(90, ({ held }) => held)
  const [busy, quiet, idle] = [{ held: 100 }, { held: 20 }, { held: 0 }]
  for (const holder of [busy, quiet, idle]) share.add(holder)
  expect(share.held).toBe(120)
  expect([busy, quiet, idle].map((holder) => share.roomFor(holder))).toEqual([70, 30, 30])
  expect([busy, quiet, idle].map((holder) => share.isCrowdedBy(holder))).toEqual([true, false, false])
  share.remove(busy)
  expect(share.roomFor(quiet)).toBe(90)
})
