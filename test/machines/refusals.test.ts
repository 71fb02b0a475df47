/** What a state does not take is refused by the chart: the same event in another state is taken. */
import { describe, expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { ProviderAccountStatus } from "../../machines/vocabulary.ts"
import { ann, day, me, message, minute, person, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const reserve = (id: string, at = minute, idempotency_key: string | null = null): Event => ({
  type: "send_reserved",
  account_id: "account",
  reservation_id: id,
  count: 1,
  idempotency_key,
  received: start + at,
  via: "api"
})
const declined = { type: "declined", decided: { allowed: false, reason: "not_active", retry_after_s: null } }

describe("a send", () => {
  test.each(ProviderAccountStatus.literals)(
    "of an account that is told %s is taken only while it is active",
    (status) => {
      const tenant = new SmallTenant()
      tenant.apply(registered)
      tenant.apply({ ...running, status, at: start, received: start })
      const isActive = tenant.connection().account_status === "active"
      const result = tenant.run(reserve("r1"))
      if (isActive) expect(result).toMatchObject({ type: "done", decided: { allowed: true } })
      else expect(result).toMatchObject(declined)
      expect(tenant.connection().messages_sent_count).toBe(isActive ? 1 : 0)
    }
  )

  test("of an account that is switched off is not taken", () => {
    const tenant = new SmallTenant()
    for (const event of [registered, running]) tenant.apply(event)
    tenant.apply({
      type: "connection_activity_set",
      account_id: "account",
      is_active: false,
      received: start,
      via: "api"
    })
    expect(tenant.run(reserve("r1"))).toMatchObject(declined)
  })

  test("that was allowed under a key stays allowed once the account no longer runs; a new one is not", () => {
    const tenant = new SmallTenant()
    for (const event of [registered, running]) tenant.apply(event)
    tenant.apply(reserve("r1", minute, "k"))
    tenant.apply({ ...running, status: "CREDENTIALS", at: start + 2 * minute, received: start + 2 * minute })
    const again = tenant.run(reserve("r2", 3 * minute, "k"))
    expect(again).toMatchObject({ type: "done", decided: { allowed: true, reservation_id: "r1" } })
    expect(tenant.run(reserve("r3", 3 * minute, "other"))).toMatchObject(declined)
    // An hour later the reservation is over, and so is what was allowed with it.
    expect(tenant.run(reserve("r4", 3 * minute + day, "k"))).toMatchObject(declined)
  })

  test("at the moment at which the token has ended is not taken", () => {
    const tenant = new SmallTenant()
    for (const event of [registered, running]) tenant.apply(event)
    tenant.apply({
      type: "tokens_stored",
      account_id: "account",
      access_token: "sealed",
      refresh_token: null,
      token_expires_at: start + 2 * minute,
      received: start + minute,
      via: "api"
    })
    expect(tenant.run(reserve("r1", minute))).toMatchObject({ type: "done" })
    expect(tenant.run(reserve("r2", 2 * minute))).toMatchObject(declined)
  })
})

describe("a connection's state", () => {
  const synced = (at: number, error: string | null): Event => ({
    type: "connection_synced",
    account_id: "account",
    at: start + at,
    error,
    received: start + at,
    via: "api"
  })

  test("follows a sync that succeeds, and a send is taken from then on", () => {
    const tenant = new SmallTenant()
    tenant.apply(registered)
    expect(tenant.run(reserve("r1", minute))).toMatchObject(declined)
    tenant.apply(synced(2 * minute, null))
    tenant.expectStatesToFollowFields()
    expect(tenant.run(reserve("r2", 3 * minute))).toMatchObject({ type: "done", decided: { allowed: true } })
  })

  test("follows syncs that fail, until no send is taken", () => {
    const tenant = new SmallTenant()
    for (const event of [registered, running]) tenant.apply(event)
    for (const n of [1, 2, 3]) {
      tenant.apply(synced(n * minute, "no answer"))
      tenant.expectStatesToFollowFields()
    }
    expect(tenant.connection().account_status).toBe("failed")
    expect(tenant.run(reserve("r1", 4 * minute))).toMatchObject(declined)
  })

  test("follows the token's end that is noticed by a repeat", () => {
    const tenant = new SmallTenant()
    for (const event of [registered, running]) tenant.apply(event)
    tenant.apply({
      type: "tokens_stored",
      account_id: "account",
      access_token: "sealed",
      refresh_token: null,
      token_expires_at: start + 3 * minute,
      received: start + minute,
      via: "api"
    })
    tenant.apply(reserve("r1", 2 * minute, "k"))
    expect(tenant.run(reserve("r2", 4 * minute, "k"))).toMatchObject({
      type: "done",
      decided: { reservation_id: "r1" }
    })
    expect(tenant.connection().account_status).toBe("expired")
    tenant.expectStatesToFollowFields()
  })
})

test("who became part of somebody else takes nothing; what is meant for them reaches who they are now", () => {
  const tenant = new SmallTenant()
  for (const event of [registered, running]) tenant.apply(event)
  tenant.apply(message("m1", 0, ann, { people: [me] }))
  tenant.apply(message("m2", 1, person("email-ann", { key: "email:ann" }), { people: [me] }))
  tenant.apply(message("m3", 2, { ...ann, also: ["email:ann"] }, { people: [me] }))
  const all = tenant.population.ofKind("participant")
  const merged = all.find(({ snapshot }) => snapshot.value === "merged")!
  expect(merged.context.facts.merged_into).toBe(ann.key)
  expect(merged.send({ type: "deadline_passed", received: start })).toBeNull()
  const done = tenant.run({
    type: "participant_corrected",
    participant_id: merged.id,
    corrections: { name: "Ann Lee" },
    received: start + day,
    via: "api"
  })
  expect(done.type).toBe("done")
  const survivor = tenant.context("participant", tenant.identity.participant(ann.key))
  expect(survivor).toMatchObject({ name: "Ann Lee", total_messages: 3 })
})
