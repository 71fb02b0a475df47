/** Answers that change nothing are promises too: a memory that has fallen behind must not give them (I1, I6). */
import { expect, test } from "vitest"
import { start } from "../machines/facts.ts"
import { House } from "./house.ts"

const unchanged = { type: "connection_activity_set", account_id: "account", is_active: true, via: "api" } as const

/** A house in which the command changes nothing any more. */
const settledHouse = (): House => {
  const house = new House({})
  house.submit({ ...unchanged, received: start })
  house.commit()
  return house
}

test("a memory that the journal ends with answers at once", () => {
  const house = settledHouse()
  const before = house.journaled.length
  expect(house.submit({ ...unchanged, received: start + 1 }).answer).toBe("duplicate")
  expect(house.journaled).toHaveLength(before)
})

test("a memory that was overtaken gives no such answer, and is dropped", () => {
  const house = settledHouse()
  house.isOvertaken = true
  expect(house.submit({ ...unchanged, received: start + 1 }).answer).toBe("OwnershipLost")
  expect(house.runtime.isLost).toBe(true)
})

test("a commit under way is proof enough: the answer waits for it", () => {
  const house = new House({})
  house.isOvertaken = true
  const first = house.submit({ ...unchanged, is_active: false, received: start + 1 })
  const repeat = house.submit({ ...unchanged, is_active: false, received: start + 2 })
  expect([first.answer, repeat.answer]).toEqual([null, null])
  house.commit()
  expect([first.answer, repeat.answer]).toEqual(["applied", "duplicate"])
})
