/** I8: memory of a process is bounded however many tenants it serves. */
import { expect, test } from "vitest"
import { Admissions, Residency } from "../../actors/shared-bounds.ts"
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

test("a tenant keeps what the others leave, and never less than an even share", () => {
  const residency = new Residency(90)
  const [busy, quiet, idle] = [{ size: 100 }, { size: 20 }, { size: 0 }]
  for (const holder of [busy, quiet, idle]) residency.add(holder)
  expect(residency.roomFor(busy)).toBe(70)
  expect(residency.roomFor(quiet)).toBe(30)
  residency.remove(busy)
  expect(residency.roomFor(quiet)).toBe(90)
})
