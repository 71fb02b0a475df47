/** I8: memory of a process is bounded however many tenants it serves. */
import { expect, test } from "vitest"
import { Admissions, Backlog, Residency } from "../../actors/shared-bounds.ts"
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

test("long texts of all tenants together fill the backlog, until cuts hold them; refused, lost and repeated ones weigh nothing", () => {
  const backlog = new Backlog(100_000)
  const houses = [new House({ backlog }), new House({ backlog })]
  const cut = (house: House) => house.runtime.cutHolds(house.runtime.seq, house.runtime.uncutWeight)
  for (const house of houses) cut(house)
  expect(backlog.weight).toBe(0)
  const long = (id: string) => message(id, 1, ann, { message: { content: "x".repeat(60_000) } })
  for (const [n, house] of houses.entries()) {
    expect(house.submit(long(`m${n}`)).answer).toBeNull()
    house.commit()
  }
  expect(houses[0]!.submit(message("m9", 9, ann)).answer).toBe("CutBehind")
  cut(houses[0]!)
  expect(backlog.weight).toBeGreaterThan(60_000)
  expect(backlog.weight).toBeLessThan(70_000)
  const before = backlog.weight
  expect(houses[0]!.submit(long("m0")).answer).toBe("duplicate")
  expect(houses[0]!.submit({ ...long("m8"), account_id: "stranger" }).answer).toBe("AccountUnknown")
  expect(backlog.weight).toBe(before)
  houses[1]!.runtime.lose()
  expect(backlog.weight).toBe(0)
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
