/** I8: memory of a process is bounded however many tenants it serves. */
import { expect, test } from "vitest"
import { Admissions, Backlog, Residency } from "../../actors/tenant/shared-bounds.ts"
import { ann, message } from "../machines/facts.ts"
import { House } from "./house.ts"

test("events of all tenants together fill one mailbox too; answered, they leave it", () => {
  const admissions = new Admissions(3)
  const houses = [new House({ admissions }), new House({ admissions })]
  expect(admissions.count).toBe(0)
  const taken = [0, 1, 0].map((which, n) => houses[which]!.submit(message(`m${n}`, n, ann)))
  expect(houses[1]!.submit(message("m9", 9, ann)).answer).toBe("MailboxFull")
  houses[0]!.commit()
  expect(taken.map(({ answer }) => answer)).toEqual(["applied", null, "applied"])
  expect(houses[1]!.submit(message("m9", 9, ann)).answer).toBeNull()
  houses[1]!.commit()
  expect(admissions.count).toBe(0)
})

const long = (id: string, length = 60_000) => message(id, 1, ann, { message: { content: "x".repeat(length) } })
const cut = (house: House) => house.runtime.cutHolds(house.runtime.seq, house.runtime.uncutWeight)
const behind = (backlog: Backlog, houses: ReadonlyArray<House>): void => {
  for (const house of houses) {
    backlog.add(house.runtime)
    cut(house)
  }
  expect(backlog.weight).toBe(0)
}

test("long texts of all tenants together fill the backlog, until cuts hold them; refused, lost and repeated ones weigh nothing", () => {
  const backlog = new Backlog(100_000)
  const houses = [new House({ backlog }), new House({ backlog })]
  behind(backlog, houses)
  for (const [n, house] of houses.entries()) {
    expect(house.submit(long(`m${n}`)).answer).toBeNull()
    house.commit()
  }
  expect(houses[0]!.submit(message("m9", 9, ann)).answer).toBe("CutBehind")
  cut(houses[0]!)
  expect(backlog.weight).toBeGreaterThan(60_000)
  expect(backlog.weight).toBeLessThan(70_000)
  const before = backlog.weight
  expect(houses[0]!.submit({ ...long("m8", 10_000), account_id: "stranger" }).answer).toBe("AccountUnknown")
  expect(houses[0]!.submit(long("m0")).answer).toBe("duplicate")
  expect(backlog.weight).toBe(before)
  houses[1]!.runtime.lose()
  expect(backlog.weight).toBe(0)
})

test("however many tenants are behind, there is room for one that is not; each is told its own share", () => {
  const backlog = new Backlog(1_000_000)
  const greedy = [new House({ backlog }), new House({ backlog }), new House({ backlog })]
  const quiet = new House({ backlog })
  behind(backlog, [...greedy, quiet])
  for (let n = 0; n < 100; n++) for (const house of greedy) house.submit(long(`m${n}`, 5_000))
  for (const house of greedy) expect(house.submit(long("last", 5_000)).answer).toBe("CutBehind")
  const weights = greedy.map(({ runtime }) => runtime.weight)
  for (const weight of weights)
    expect(Math.abs(weight - 250_000), "a fourth each, the last fourth is free").toBeLessThan(12_000)
  for (let n = 0; n < 10; n++) expect(quiet.submit(long(`m${n}`, 5_000)).answer).toBeNull()
})

test("what gathers asks for its cut long before anybody is refused, and a refusal asks again (whatever the interval)", () => {
  const backlog = new Backlog(1_600_000)
  const [big, small, idle] = [new House({ backlog }), new House({ backlog }), new House({ backlog })]
  behind(backlog, [big, small, idle])
  expect(small.submit(message("m0", 1, ann)).answer).toBeNull()
  for (let n = 0; n < 4; n++) big.submit(long(`m${n}`, 20_000))
  expect(big.cutsAsked, "less than a sixteenth").toBe(0)
  big.submit(long("m4", 20_000))
  expect(big.cutsAsked).toBeGreaterThan(0)
  const asked = () => [big, small, idle].map(({ cutsAsked }) => cutsAsked)
  for (let n = 5; big.submit(long(`m${n}`, 20_000)).answer !== "CutBehind"; n++) expect(n).toBeLessThan(100)
  const [before] = asked()
  big.submit(long("refused", 20_000))
  expect(asked()).toEqual([before! + 1, 0, 0])
})

test("past half of the whole everybody is cut who holds much of it, busy or not", () => {
  const backlog = new Backlog(1_600_000)
  const houses = Array.from({ length: 20 }, () => new House({ backlog }))
  const idle = new House({ backlog })
  behind(backlog, [...houses, idle])
  for (const house of houses) for (let n = 0; n < 2; n++) house.submit(long(`m${n}`, 18_300))
  const asked = houses.map(({ cutsAsked }) => cutsAsked)
  expect(backlog.weight).toBeGreaterThan(backlog.limit * 0.45)
  expect(asked.every((count) => count === 0)).toBe(true)
  houses[0]!.submit(long("m2", 20_000))
  houses[1]!.submit(long("m2", 20_000))
  expect(houses.map(({ cutsAsked }) => cutsAsked).every((count) => count > 0)).toBe(true)
  expect(idle.cutsAsked).toBe(0)
})

test("a quarter of the events that may be uncut asks for a cut too", () => {
  const house = new House({ uncut: 100 })
  cut(house)
  for (let n = 0; n < 24; n++) house.submit(message(`m${n}`, n, ann))
  expect(house.cutsAsked).toBe(0)
  house.submit(message("m24", 24, ann))
  expect(house.cutsAsked).toBe(1)
})

test("a tenant keeps what the others leave, and never less than an even share", () => {
  const residency = new Residency(90)
  const [busy, quiet, idle] = [{ size: 100 }, { size: 20 }, { size: 0 }]
  for (const holder of [busy, quiet, idle]) residency.add(holder)
  expect(residency.roomFor(busy)).toBe(70)
  expect(residency.roomFor(quiet)).toBe(30)
  residency.remove(busy)
  expect(residency.roomFor(quiet)).toBe(90)
})
