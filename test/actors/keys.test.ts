/** Idempotency-Keys and the policy of reading on reply over a restart: a replay remembers what was remembered (I2). */
import * as HashMap from "effect/HashMap"
import { expect, test } from "vitest"
import { kinds } from "../../actors/memory/kinds.ts"
import type { Event } from "../../machines/events.ts"
import { unpackKeys, useOf } from "../../machines/tenant/keys.ts"
import { ann, me, message, start } from "../machines/facts.ts"
import { House } from "./house.ts"

const failure: Event = {
  type: "webhook_status_reported",
  ok: false,
  at: start,
  received: start,
  via: "api",
  once: { key: "k", print: "p" }
}
const tenantOf = (house: House) => house.runtime.population.get("tenant", "acme")!.context
const restarted = (house: House) => {
  const next = new House({ founded: false })
  for (const { seq, event } of house.journaled) next.replay(seq, event)
  return next
}

test("a key that was used before a restart is used after it, and the repeat is answered like the first", () => {
  const house = new House()
  const first = house.submit(failure)
  house.commit()
  const next = restarted(house)
  const repeat = next.submit(failure)
  expect([first.answer, repeat.answer]).toEqual(["applied", "applied"])
  expect(next.journaled).toEqual([])
  expect(tenantOf(next).webhook_failures).toBe(1)
  expect(next.submit({ ...failure, once: { key: "k", print: "other" } }).answer).toBe("RuleBroken")
})

test("a repeat waits for the commit of the first", () => {
  const house = new House()
  const first = house.submit(failure)
  const repeat = house.submit(failure)
  expect([first.answer, repeat.answer]).toEqual([null, null])
  house.commit()
  expect([first.answer, repeat.answer]).toEqual(["applied", "applied"])
})

test("a keyed event that changes nothing is remembered as that", () => {
  const house = new House()
  house.submit(message("m1", 1, ann))
  const again = house.submit({ ...message("m1", 1, ann), once: { key: "m", print: "p" } })
  house.commit()
  expect(again.answer).toBe("duplicate")
  const repeat = restarted(house).submit({ ...message("m1", 1, ann), once: { key: "m", print: "p" } })
  expect(repeat.answer).toBe("duplicate")
})

test("what a reply read under the policy of its moment, a replay reads again", () => {
  const house = new House()
  const policy = (read_on: string): Event => ({
    type: "tenant_configured",
    changes: { read_on },
    received: start,
    via: "api"
  })
  const events = [
    message("m1", 1, ann),
    policy("reply"),
    message("o1", 2, me),
    policy("open"),
    message("m2", 3, ann),
    message("o2", 4, me)
  ]
  for (const event of events) house.submit(event)
  expect(house.conversation.unread_count).toBe(1)
  expect(restarted(house).conversation).toEqual(house.conversation)
})

test("what was decided about sends under a key is told again after a restart, whatever has happened since", () => {
  const reserve = (key: string, count = 1): Event => ({
    type: "send_reserved",
    account_id: "account",
    reservation_id: `r-${key}`,
    count,
    idempotency_key: null,
    received: start,
    via: "api",
    once: { key, print: "p" }
  })
  const decided = (house: House, event: Event) => {
    let answer: unknown
    house.runtime.submit({ event, settle: (result) => void (answer = "decided" in result ? result.decided : result) })
    house.commit()
    return answer
  }
  const house = new House()
  const first = decided(house, reserve("k"))
  expect(first).toMatchObject({ allowed: true, reservation_id: "r-k" })
  decided(house, reserve("l", 5))
  expect(decided(house, { ...reserve("k"), reservation_id: "another" } as Event)).toEqual(first)
  const next = restarted(house)
  expect(decided(next, { ...reserve("k"), reservation_id: "another" } as Event)).toEqual(first)
  const { pack, unpack } = kinds.tenant
  const woken = unpack(structuredClone(pack(tenantOf(next))) as never)
  expect(useOf(woken.facts.keys, "k")).toEqual({ print: "p", outcome: "applied", decided: first })
  expect(unpackKeys({ young: [["old", "p", "applied"]], old: [], since: 0 }).young).toEqual(
    HashMap.make(["old", { print: "p", outcome: "applied" }])
  )
})
