/** Tokens of a connection and what their end does (CONTRACT 2.2, §6). Times are milliseconds after `start`. */
import { describe, expect, test } from "vitest"
import { kinds } from "../../actors/memory/kinds.ts"
import { derivedOf } from "../../machines/connection/derived.ts"
import type { Event, TokensStored } from "../../machines/events.ts"
import { hour, registered, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const created: Event = { type: "tenant_created", name: "Acme", webhook_secret: "s1", received: start, via: "api" }
const ok = (at: number, received = at): Event => ({
  type: "account_status_changed",
  account_id: "account",
  status: "OK",
  at: start + at,
  received: start + received,
  via: "webhook"
})
const stored = (at: number, more: Partial<TokensStored> = {}): Event => ({
  type: "tokens_stored",
  account_id: "account",
  access_token: null,
  refresh_token: null,
  token_expires_at: null,
  received: start + at,
  via: "api",
  ...more
})

const tenantWith = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, ...events]) tenant.apply(event)
  return tenant
}
const passed = (tenant: SmallTenant, at: number): Event => ({
  type: "deadline_passed",
  kind: "connection",
  id: tenant.connection().id,
  received: start + at,
  via: "clock"
})
const checked = (tenant: SmallTenant, at: number): Event => ({
  type: "token_checked",
  connection_id: tenant.connection().id,
  received: start + at,
  via: "clock"
})
const health = (tenant: SmallTenant) => {
  const { account_status, auth_status } = tenant.connection()
  return [account_status, auth_status]
}
const deadline = (tenant: SmallTenant) => kinds.connection.deadline(tenant.connection())

describe("tokens that are stored", () => {
  test("replace what is given and keep what is absent", () => {
    const tenant = tenantWith(
      stored(1, { access_token: "a1", refresh_token: "r1", token_expires_at: start + hour }),
      stored(2, { access_token: "a2" })
    )
    expect(tenant.connection()).toMatchObject({
      access_token: "a2",
      refresh_token: "r1",
      token_expires_at: start + hour
    })
    tenant.apply(stored(3, { refresh_token: "r3", token_expires_at: start + 2 * hour }))
    expect(tenant.connection()).toMatchObject({
      access_token: "a2",
      refresh_token: "r3",
      token_expires_at: start + 2 * hour
    })
  })

  test("with nothing in them change nothing", () => {
    const tenant = tenantWith(stored(1, { access_token: "a1" }))
    expect(tenant.changes(stored(2))).toBe(false)
  })

  test("and are good revive an account that only its token had ended, with its channel", () => {
    const tenant = tenantWith(ok(1), stored(2, { access_token: "a", token_expires_at: start + 10 }))
    tenant.apply(passed(tenant, 10))
    expect(health(tenant)).toEqual(["expired", "expired"])
    tenant.apply(stored(11, { access_token: "b", token_expires_at: start + hour }))
    expect(health(tenant)).toEqual(["active", "authenticated"])
    expect(tenant.context("channel", tenant.connection().channel_id).auth_status).toBe("authenticated")
    tenant.expectStatesToFollowFields()
    expect(deadline(tenant)).toBe(start + hour)
  })

  test("and are good revive what maintenance has expired", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 10 }), ok(15))
    tenant.apply(checked(tenant, 30))
    tenant.apply(stored(31, { access_token: "b", token_expires_at: start + hour }))
    expect(health(tenant)).toEqual(["active", "authenticated"])
  })

  test.each([
    ["is over already", { access_token: "b", token_expires_at: start + 11 }],
    ["comes without an expiry of its own", { access_token: "b" }],
    ["only refreshes", { refresh_token: "r" }]
  ])("revive nothing with a token that %s", (_, more) => {
    const tenant = tenantWith(ok(1), stored(2, { access_token: "a", token_expires_at: start + 10 }))
    tenant.apply(passed(tenant, 10))
    tenant.apply(stored(12, more))
    expect(health(tenant)).toEqual(["expired", "expired"])
  })

  const word = (status: "expired" | "failed", at: number): Event => ({
    type: "auth_reported",
    account_id: "account",
    status,
    at: start + at,
    received: start + 100,
    via: "api"
  })
  test.each(["expired", "failed"] as const)("do not undo the word that the account is %s", (status) => {
    const good = stored(101, { access_token: "b", token_expires_at: start + hour })
    const old = stored(2, { access_token: "a", token_expires_at: start + 10 })
    const later = tenantWith(ok(1), old, word(status, 20), good)
    expect(health(later)).toEqual([status, status])
    // Said before the token's end and heard after it.
    const late = tenantWith(ok(1), old, { ...word(status, 5), received: start + 12 }, good)
    expect(health(late)).toEqual([status, status])
  })

  test("leave a pending account pending", () => {
    expect(health(tenantWith(stored(2, { token_expires_at: start + hour })))).toEqual(["pending", "pending"])
  })

  test("revive an account that an earlier version had expired by its token", () => {
    const tenant = tenantWith(ok(1), stored(2, { access_token: "a", token_expires_at: start + 10 }))
    tenant.apply(passed(tenant, 10))
    asOfBefore(tenant, { status_at: start + 10, auth_at: start + 10 })
    expect(health(tenant)).toEqual(["expired", "expired"])
    tenant.apply(stored(11, { access_token: "b", token_expires_at: start + hour }))
    expect(health(tenant)).toEqual(["active", "authenticated"])
  })

  test("leave alone what an earlier version had heard to be expired", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 10 }), word("expired", 5))
    asOfBefore(tenant, { status_at: start + 5, auth_at: start + 5 })
    tenant.apply(stored(101, { access_token: "b", token_expires_at: start + hour }))
    expect(health(tenant)).toEqual(["expired", "expired"])
  })
})

/** The connection wakes from the snapshot that version 0903716 would have written. */
const asOfBefore = (tenant: SmallTenant, times: { readonly status_at: number; readonly auth_at: number }) => {
  const living = tenant.population.get("connection", tenant.connection().id)!
  const { word: _, auth_word: __, token_end: ___, first_live_at: ____, ...facts } = tenant.connection().facts
  const context = { ...tenant.connection(), last_rate_limit_reset: null, facts: { ...facts, ...times } }
  const { machine, unpack } = kinds.connection
  living.restore(machine.resolveState({ value: living.snapshot.value, context: unpack(context as never) as never }))
}

describe("a token's own deadline", () => {
  test("is the connection's, unless its budget comes first", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + hour }))
    expect(deadline(tenant)).toBe(start + hour)
    tenant.apply({
      type: "send_reserved",
      account_id: "account",
      reservation_id: "r",
      count: 1,
      idempotency_key: null,
      received: start + 5,
      via: "api"
    })
    tenant.apply(stored(6, { token_expires_at: start + 4 * hour }))
    expect(deadline(tenant)).toBeLessThan(start + 2 * hour)
  })

  test("comes an hour earlier too: what is shown as of the last change shows then that the token has to be renewed", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 3 * hour }))
    const shown = () => derivedOf(tenant.connection(), tenant.connection().updated_at!)
    expect([deadline(tenant), shown().needs_refresh]).toEqual([start + 2 * hour, false])
    expect(tenant.changes(passed(tenant, 2 * hour - 1))).toBe(false)
    tenant.apply(passed(tenant, 2 * hour + 5))
    expect(shown()).toMatchObject({ needs_refresh: true, is_token_expired: false })
    expect(health(tenant)).toEqual(["active", "authenticated"])
    expect(deadline(tenant)).toBe(start + 3 * hour)
    expect(tenant.changes(passed(tenant, 2 * hour + 6))).toBe(false)
  })

  test("expires an active account and its channel, once, and states follow", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 10 }))
    expect(tenant.changes(passed(tenant, 9))).toBe(false)
    expect(tenant.changes(passed(tenant, 10))).toBe(true)
    expect(health(tenant)).toEqual(["expired", "expired"])
    expect(tenant.context("channel", tenant.connection().channel_id).auth_status).toBe("expired")
    tenant.expectStatesToFollowFields()
    expect(deadline(tenant)).toBeNull()
    expect(tenant.changes(passed(tenant, 11))).toBe(false)
  })

  test("stops sends at its instant, even before the clock has said so", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 10 }))
    const send: Event = {
      type: "send_reserved",
      account_id: "account",
      reservation_id: "r",
      count: 1,
      idempotency_key: null,
      received: start + 10,
      via: "api"
    }
    expect(tenant.run(send)).toMatchObject({ type: "declined", decided: { reason: "not_active" } })
  })

  test("leaves the health of accounts alone that are not active, and shows that the token is over", () => {
    const tenant = tenantWith(stored(2, { token_expires_at: start + 10 }))
    expect(deadline(tenant)).toBe(start + 10)
    tenant.apply(passed(tenant, 20))
    expect(health(tenant)).toEqual(["pending", "pending"])
    expect(derivedOf(tenant.connection(), tenant.connection().updated_at!).is_token_expired).toBe(true)
    expect(deadline(tenant)).toBeNull()
    expect(tenant.changes(passed(tenant, 30))).toBe(false)
  })

  test("that has passed already expires the account in the same turn", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 2 }))
    expect(health(tenant)).toEqual(["expired", "expired"])
  })

  test("and an older OK that comes late end the same in either order; a newer OK stands", () => {
    const token = stored(2, { token_expires_at: start + 10 })
    const straight = tenantWith(ok(1), token, ok(5))
    straight.apply(passed(straight, 20))
    const crossed = tenantWith(ok(1), token)
    crossed.apply(passed(crossed, 20))
    crossed.apply(ok(5, 21))
    expect(health(straight)).toEqual(["expired", "expired"])
    expect(health(crossed)).toEqual(health(straight))

    const newer = tenantWith(ok(1), token)
    newer.apply(passed(newer, 20))
    newer.apply(ok(15, 21))
    const early = tenantWith(ok(1), token, ok(15, 9))
    early.apply(passed(early, 20))
    expect(health(newer)).toEqual(["active", "authenticated"])
    expect(health(early)).toEqual(health(newer))
  })
})

describe("maintenance", () => {
  test("expires what is active with a token that is over, whatever was said since", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 10 }), ok(15))
    expect(health(tenant)).toEqual(["active", "authenticated"])
    tenant.apply(checked(tenant, 30))
    expect(health(tenant)).toEqual(["expired", "expired"])
    expect(tenant.changes(checked(tenant, 31))).toBe(false)
    tenant.apply(ok(20, 32))
    expect(health(tenant)).toEqual(["expired", "expired"])
  })

  test("leaves a token alone that is still good", () => {
    const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 10 }))
    expect(tenant.changes(checked(tenant, 9))).toBe(false)
  })
})

test.each([
  [2 * hour, { is_token_expired: false, needs_refresh: false }],
  [hour, { is_token_expired: false, needs_refresh: true }],
  [0, { is_token_expired: true, needs_refresh: true }]
])("with %d ms left, a token shows what it needs", (left, derived) => {
  const tenant = tenantWith(ok(1), stored(2, { token_expires_at: start + 3 * hour }))
  expect(derivedOf(tenant.connection(), start + 3 * hour - left)).toMatchObject(derived)
})

describe("a secret under another key", () => {
  const resealed = (tenant: SmallTenant, from: string, to: string): Event => ({
    type: "secret_resealed",
    kind: "connection",
    id: tenant.connection().id,
    field: "access_token",
    from,
    to,
    received: start + 9,
    via: "clock"
  })

  test("takes the place of the same secret, and of no other", () => {
    const tenant = tenantWith(stored(1, { access_token: "a" }))
    expect(tenant.changes(resealed(tenant, "old", "b"))).toBe(false)
    expect(tenant.changes(resealed(tenant, "a", "b"))).toBe(true)
    expect(tenant.connection().access_token).toBe("b")
  })
})
