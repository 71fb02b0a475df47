import { describe, expect, test } from "vitest"
import { derivedOf } from "../../machines/connection/derived.ts"
import type { Event } from "../../machines/events.ts"
import type { AccountStatus, AuthStatus, ProviderAccountStatus } from "../../machines/vocabulary.ts"
import { ProviderAccountStatus as Statuses } from "../../machines/vocabulary.ts"
import { ann, me, message, registered, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const status = (said: ProviderAccountStatus, at: number): Event => ({
  type: "account_status_changed",
  account_id: "account",
  status: said,
  at: start + at,
  received: start + 1000,
  via: "webhook"
})
const registeredTenant = () => {
  const tenant = new SmallTenant()
  tenant.apply({ type: "tenant_created", name: "Acme", webhook_secret: "sealed", received: start, via: "api" })
  tenant.apply(registered)
  return tenant
}
const health = (tenant: SmallTenant) => {
  const { account_status, auth_status } = tenant.connection()
  return [account_status, auth_status]
}

/** CONTRACT 2.2, auth_status and account_status; null leaves the credentials as they were. */
const table: Record<ProviderAccountStatus, readonly [AccountStatus, AuthStatus | null]> = {
  OK: ["active", "authenticated"],
  RECONNECTED: ["active", "authenticated"],
  CREATION_SUCCESS: ["active", "authenticated"],
  SYNC_SUCCESS: ["active", "authenticated"],
  CONNECTING: ["pending", null],
  CREDENTIALS: ["checkpoint_required", "expired"],
  ERROR: ["failed", null],
  STOPPED: ["failed", null],
  PERMISSIONS: ["failed", "failed"],
  CREATION_FAIL: ["failed", "failed"],
  DELETED: ["disconnected", null]
}

describe("the provider's word on an account", () => {
  const pairs = Statuses.literals.flatMap((first) => Statuses.literals.map((second) => [first, second] as const))

  test.each(pairs)("after %s comes %s", (first, second) => {
    const tenant = registeredTenant()
    tenant.apply(status(first, 1))
    expect(health(tenant)).toEqual([table[first][0], table[first][1] ?? "pending"])
    tenant.expectStatesToFollowFields()
    tenant.apply(status(second, 2))
    expect(health(tenant)).toEqual([table[second][0], table[second][1] ?? table[first][1] ?? "pending"])
    tenant.expectStatesToFollowFields()
    expect(tenant.context("channel", tenant.connection().channel_id).auth_status).toBe(tenant.connection().auth_status)
  })

  test.each(pairs)("%s and then %s end the same when they arrive the other way round", (first, second) => {
    const [straight, crossed] = [registeredTenant(), registeredTenant()]
    for (const event of [status(first, 1), status(second, 2)]) straight.apply(event)
    for (const event of [status(second, 2), status(first, 1)]) crossed.apply(event)
    expect(health(crossed)).toEqual(health(straight))
    expect(crossed.connection().last_sync_at).toBe(straight.connection().last_sync_at)
  })

  test.each(pairs)(
    "%s and %s of one instant end the same in either order, and repeats change nothing",
    (one, other) => {
      const words = [status(one, 1), status(other, 1)]
      const [straight, crossed] = [registeredTenant(), registeredTenant()]
      for (const event of words) straight.apply(event)
      for (const event of words.toReversed()) crossed.apply(event)
      expect(health(crossed)).toEqual(health(straight))
      for (const event of words) expect(straight.changes(event)).toBe(false)
    }
  )

  test("an old failure that comes late does not undo an OK that changed nothing", () => {
    const tenant = registeredTenant()
    for (const event of [status("OK", 1), status("OK", 10), status("ERROR", 5)]) tenant.apply(event)
    expect(health(tenant)).toEqual(["active", "authenticated"])
  })

  test("a first sync that is done is a sync, a message is not", () => {
    const tenant = registeredTenant()
    tenant.apply(status("SYNC_SUCCESS", 3))
    expect(tenant.connection()).toMatchObject({ last_sync_at: start + 3, sync_error_count: 0, last_error: "" })
    expect(tenant.context("channel", tenant.connection().channel_id).last_sync_at).toBe(start + 3)
  })

  test("a failed sign-in of one user touches nobody else's account", () => {
    const tenant = registeredTenant()
    const report = (user_id: string): Event => ({
      type: "hosted_auth_reported",
      account_id: null,
      user_id,
      status: "CREATION_FAIL",
      received: start + 5,
      via: "webhook"
    })
    tenant.apply(report("user-2"))
    expect(health(tenant)).toEqual(["pending", "pending"])
    tenant.apply(report("user-1"))
    expect(health(tenant)).toEqual(["failed", "failed"])
  })

  test("a failed sign-in does not touch the user's account that runs already", () => {
    const tenant = registeredTenant()
    tenant.apply(status("OK", 1))
    tenant.apply({
      type: "hosted_auth_reported",
      account_id: null,
      user_id: "user-1",
      status: "CREATION_FAIL",
      received: start + 5,
      via: "webhook"
    })
    expect(health(tenant)).toEqual(["active", "authenticated"])
  })

  test.each<[ProviderAccountStatus, object]>([
    ["OK", { can_send: true, needs_reconnection: false, needs_action: null }],
    ["CREDENTIALS", { can_send: false, needs_reconnection: false, needs_action: "checkpoint" }],
    ["ERROR", { can_send: false, needs_reconnection: true, needs_action: "reconnect" }],
    ["DELETED", { can_send: false, needs_reconnection: true, needs_action: "reconnect" }],
    ["CONNECTING", { can_send: false, needs_reconnection: false, needs_action: "complete_auth" }]
  ])("%s says what is to be done", (said, derived) => {
    const tenant = registeredTenant()
    tenant.apply(status(said, 1))
    expect(derivedOf(tenant.connection(), start)).toMatchObject(derived)
  })

  test("registering once more changes only what differs", () => {
    const tenant = registeredTenant()
    expect(tenant.changes(registered)).toBe(false)
    expect(tenant.changes({ ...registered, account_name: "Home" })).toBe(true)
    expect(tenant.connection().account_name).toBe("Home")
  })
})

describe("a new account", () => {
  const live = (
    id: string,
    at: number,
    more: { readonly received?: number; readonly via?: "api" | "webhook" } = {}
  ) => {
    const { via = "webhook", received = start + 1000 } = more
    return { ...message(id, at, ann, { received }), via }
  }

  test("counts the day from the midnight before its registration", () => {
    expect(registeredTenant().connection().last_rate_limit_reset).toBe(Date.UTC(2026, 10, 19))
  })

  test.each([
    ["active", ["active", "authenticated"]],
    ["pending", ["pending", "pending"]],
    ["expired", ["expired", "expired"]],
    ["failed", ["failed", "pending"]],
    ["checkpoint_required", ["checkpoint_required", "pending"]],
    ["disconnected", ["disconnected", "pending"]]
  ] as const)("that is registered as %s is so", (account_status, expected) => {
    const tenant = registeredTenant()
    const event: Event = { ...registered, received: start, account_status }
    tenant.apply(event)
    expect(health(tenant)).toEqual(expected)
    tenant.expectStatesToFollowFields()
    expect(tenant.context("channel", tenant.connection().channel_id).auth_status).toBe(expected[1])
    expect(tenant.changes({ ...event, received: start + 5 })).toBe(false)
  })

  test("takes a status of its credentials too, and what it waits for", () => {
    const tenant = registeredTenant()
    tenant.apply({
      ...registered,
      received: start,
      account_status: "failed",
      auth_status: "failed",
      checkpoint_data: { kind: "2fa" },
      hosted_auth_url: "https://auth.example"
    })
    expect(tenant.connection()).toMatchObject({
      account_status: "failed",
      auth_status: "failed",
      checkpoint_data: { kind: "2fa" },
      hosted_auth_url: "https://auth.example"
    })
  })

  test("registered with a status hears a newer word of the provider, and no older one", () => {
    const tenant = registeredTenant()
    tenant.apply({ ...registered, received: start + 5, account_status: "active" })
    tenant.apply(status("ERROR", 4))
    expect(health(tenant)).toEqual(["active", "authenticated"])
    tenant.apply(status("ERROR", 6))
    expect(health(tenant)).toEqual(["failed", "authenticated"])
  })

  test.each([
    ["inbound", ann],
    ["outbound", me]
  ])("becomes active with its first live message, %s, and may send", (_, from) => {
    const tenant = registeredTenant()
    tenant.apply({ ...message("m1", 5, from, { received: start + 1000 }), via: "webhook" })
    expect(health(tenant)).toEqual(["active", "authenticated"])
    tenant.expectStatesToFollowFields()
    expect(derivedOf(tenant.connection(), start + 1000)).toMatchObject({ can_send: true, needs_action: null })
    expect(tenant.context("channel", tenant.connection().channel_id).auth_status).toBe("authenticated")
  })

  test("is not made active by imported history, nor by a system line", () => {
    const tenant = registeredTenant()
    tenant.apply(live("m1", 5, { received: start + 2 * 86_400_000, via: "api" }))
    tenant.apply({ ...message("s1", 6, ann, { message: { is_event: true } }), via: "webhook" })
    expect(health(tenant)).toEqual(["pending", "pending"])
  })

  test.each(Statuses.literals)("hears %s above a live message, whichever came first", (said) => {
    const [straight, crossed] = [registeredTenant(), registeredTenant()]
    for (const event of [live("m1", 5), status(said, 8)]) straight.apply(event)
    for (const event of [status(said, 8), live("m1", 5)]) crossed.apply(event)
    expect(health(straight)).toEqual([table[said][0], table[said][1] ?? "authenticated"])
    expect(health(crossed)).toEqual(health(straight))
  })

  test("that only connects becomes active with the first message after that", () => {
    const [straight, crossed] = [registeredTenant(), registeredTenant()]
    for (const event of [status("CONNECTING", 3), live("m1", 5)]) straight.apply(event)
    for (const event of [live("m1", 5), status("CONNECTING", 3)]) crossed.apply(event)
    expect(health(straight)).toEqual(["active", "authenticated"])
    expect(health(crossed)).toEqual(health(straight))
    straight.apply(live("m0", 2))
    expect(health(straight)).toEqual(["pending", "authenticated"])
  })

  test("becomes active by a successful sync", () => {
    const tenant = registeredTenant()
    tenant.apply(synced(5, null))
    expect(health(tenant)).toEqual(["active", "authenticated"])
  })
})

const synced = (at: number, error: string | null): Event => ({
  type: "connection_synced",
  account_id: "account",
  at: start + at,
  error,
  received: start + 1000,
  via: "api"
})

describe("becoming active", () => {
  const failing = () => {
    const tenant = registeredTenant()
    for (const at of [1, 2, 3]) tenant.apply(synced(at, `no connection ${at}`))
    expect(tenant.connection()).toMatchObject({ account_status: "failed", sync_error_count: 3 })
    return tenant
  }
  const words: ReadonlyArray<readonly [string, Event]> = [
    ["the provider's OK", status("OK", 5)],
    ["RECONNECTED", status("RECONNECTED", 5)],
    [
      "the auth webhook",
      {
        type: "auth_reported",
        account_id: "account",
        status: "connected",
        at: start + 5,
        received: start + 9,
        via: "api"
      }
    ],
    ["a registration", { ...registered, account_status: "active", received: start + 9 }],
    ["a successful sync", synced(5, null)]
  ]
  test.each(words)("by %s clears the errors before it", (_, word) => {
    const tenant = failing()
    tenant.apply(word)
    expect(tenant.connection()).toMatchObject({ account_status: "active", sync_error_count: 0, last_error: "" })
    tenant.apply(synced(20, "again"))
    expect(tenant.connection()).toMatchObject({ account_status: "active", sync_error_count: 1, last_error: "again" })
  })

  test("by the first live message clears them too", () => {
    const tenant = registeredTenant()
    tenant.apply(synced(1, "no connection"))
    tenant.apply({ ...message("m1", 5, ann, { received: start + 1000 }), via: "webhook" })
    expect(tenant.connection()).toMatchObject({ account_status: "active", sync_error_count: 0, last_error: "" })
  })

  test("by a token that is good clears them too", () => {
    const tenant = registeredTenant()
    tenant.apply(status("OK", 1))
    const tokens = { type: "tokens_stored", account_id: "account", refresh_token: null, via: "api" } as const
    tenant.apply({ ...tokens, access_token: "a", token_expires_at: start + 1500, received: start + 1100 })
    tenant.apply({ ...synced(1200, "no connection"), received: start + 1200 })
    tenant.apply({ ...synced(1600, "token is over"), received: start + 1600 })
    expect(tenant.connection()).toMatchObject({ account_status: "expired", sync_error_count: 2 })
    tenant.apply({ ...tokens, access_token: "b", token_expires_at: start + 9000, received: start + 2000 })
    expect(tenant.connection()).toMatchObject({ account_status: "active", sync_error_count: 0, last_error: "" })
  })

  test("keeps errors that came after it", () => {
    const tenant = registeredTenant()
    tenant.apply(synced(8, "later"))
    tenant.apply(status("OK", 5))
    expect(tenant.connection()).toMatchObject({ account_status: "active", sync_error_count: 1, last_error: "later" })
  })

  test("clears what failed before it and is told after it", () => {
    const tenant = registeredTenant()
    tenant.apply(status("OK", 5))
    tenant.apply(synced(3, "earlier"))
    expect(tenant.connection()).toMatchObject({ sync_error_count: 0, last_error: "" })
  })
})
