/** The audit trail is a function of the journal: a crash loses no line, a replay doubles none. */
import { describe, expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { ann, message, registered, start } from "../machines/facts.ts"
import { House } from "./house.ts"

const limit = (rate_limit_per_hour: number): Event => ({
  type: "rate_limit_set",
  account_id: "account",
  rate_limit_per_hour,
  received: start,
  via: "api",
  by: "key:ops"
})
const tokens: Event = {
  type: "tokens_stored",
  account_id: "account",
  access_token: "v1.sealed",
  refresh_token: null,
  token_expires_at: null,
  received: start,
  via: "api",
  by: "admin"
}

describe("the trail of a turn", () => {
  test("names actor, action, field, old and new, and masks what is sensitive", () => {
    const house = new House()
    house.runtime.audit.take()
    house.submit(limit(7))
    house.submit(tokens)
    expect(house.runtime.audit.take()).toMatchObject([
      { actor: "key:ops", action: "rate_limit_set", field: "rate_limit_per_hour", old: 100, new: 7, seq: 4 },
      { actor: "admin", action: "tokens_stored", field: "access_token", old: null, new: "••••", seq: 5 }
    ])
  })

  test("has nothing of a repeat, of a refusal, or of what only facts moved", () => {
    const house = new House()
    house.submit(limit(7))
    house.runtime.audit.take()
    house.submit(limit(7))
    house.submit({ ...registered, received: start })
    house.submit({ type: "send_cancelled", account_id: "account", reservation_id: "x", received: start, via: "api" })
    house.submit({ ...message("m1", 1, ann, { thread: { folders: ["SPAM"] } }), via: "webhook" })
    expect(house.runtime.audit.take().map(({ field }) => field)).toEqual([])
  })

  test("is the same when the journal is applied again, ids included", () => {
    const house = new House()
    for (const event of [limit(7), tokens, limit(8)]) house.submit(event)
    const again = new House({ founded: false })
    for (const { seq, event } of house.journaled) again.replay(seq, event)
    const trail = house.runtime.audit.take()
    expect(trail.length).toBeGreaterThan(3)
    expect(again.runtime.audit.take()).toEqual(trail)
    expect(new Set(trail.map(({ id }) => id)).size).toBe(trail.length)
  })

  test("stays for the next cut when one fails, before what came since", () => {
    const house = new House()
    house.submit(limit(7))
    const taken = house.runtime.audit.take()
    house.submit(limit(8))
    house.runtime.audit.putBack(taken)
    const all = house.runtime.audit.take()
    expect(all.slice(0, taken.length)).toEqual(taken)
    expect(all.at(-1)).toMatchObject({ old: 7, new: 8 })
    expect(house.runtime.audit.take()).toEqual([])
  })
})
