import { describe, expect, test } from "vitest"
import { derivedOf } from "../../machines/connection/derived.ts"
import type { Event } from "../../machines/events.ts"
import type { AccountStatus, AuthStatus, ProviderAccountStatus } from "../../machines/vocabulary.ts"
import { ProviderAccountStatus as Statuses } from "../../machines/vocabulary.ts"
import { registered, start } from "./facts.ts"
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
