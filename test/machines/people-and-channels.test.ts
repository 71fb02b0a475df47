/** Participants, channels and the tenant: small machines, told by others. */
import { describe, expect, test } from "vitest"
import type { Event } from "../../machines/events.ts"
import { ann, ben, deleted, me, message, person, read, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const created: Event = { type: "tenant_created", name: "Acme", webhook_secret: "sealed", received: start, via: "api" }
const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running, ...events]) {
    tenant.apply(event)
    tenant.expectStatesToFollowFields()
  }
  return tenant
}
const participant = (tenant: SmallTenant, key: string) =>
  tenant.context("participant", tenant.identity.participant(key))
const channel = (tenant: SmallTenant) => tenant.context("channel", tenant.connection().channel_id)

describe("a participant", () => {
  const faces = [
    message("m1", 5, person("ann", { name: "Annie" })),
    message("m2", 3, person("ann", { name: "Ann B.", avatar_url: "https://a.example/1" })),
    message("m3", 1, person("ann", { name: null, identifiers: { phone: "+447700900123" } }))
  ]
  test.each([[faces], [faces.toReversed()]])(
    "keeps the earliest value that a provider showed, in any order",
    (events) => {
      expect(participant(after(...events), ann.key)).toMatchObject({
        name: "Ann B.",
        avatar_url: "https://a.example/1",
        phone: "+447700900123"
      })
    }
  )

  test("is one person across conversations", () => {
    const tenant = after(
      message("m1", 5, person("ann", { name: "Annie" })),
      message("m2", 3, person("ann", { name: "Ann B." }), { in: "chat-2" })
    )
    expect(participant(tenant, ann.key)).toMatchObject({
      name: "Ann B.",
      total_conversations: 2,
      total_messages: 2,
      first_seen: start + 3,
      last_seen: start + 5
    })
  })

  test("is not seen by being listed, by system lines or by what happens to their messages", () => {
    const line = message("s1", 9, ann, { message: { is_event: true } })
    const tenant = after(message("m1", 1, ann, { people: [ann, ben] }), line, deleted("m1", 20))
    expect(participant(tenant, ben.key)).toMatchObject({ first_seen: null, last_seen: null, total_conversations: 1 })
    expect(participant(tenant, ann.key)).toMatchObject({
      first_seen: start + 1,
      last_seen: start + 1,
      total_messages: 0
    })
  })

  test("is seen when they read", () => {
    expect(participant(after(message("o1", 1, me), read("o1", 7, ann)), ann.key)).toMatchObject({
      first_seen: start + 7,
      last_seen: start + 7
    })
  })
})

describe("a channel", () => {
  test("is named by the registration, in at most a hundred characters", () => {
    expect(channel(after({ ...registered, account_name: "x".repeat(120) }))).toMatchObject({
      name: "x".repeat(100),
      created_by: "user-1",
      is_active: true
    })
  })

  test("counts over its conversations what counts, and its newest time never falls", () => {
    const tenant = after(
      message("m1", 1, ann),
      message("m2", 2, ann, { in: "chat-2" }),
      message("m3", 9, ann, { message: { is_event: true } }),
      message("m4", 5, ann, { message: { hidden: true } }),
      message("m5", 4, me),
      deleted("m1", 8)
    )
    expect(channel(tenant)).toMatchObject({ message_count: 2, last_message_at: start + 5, last_sync_at: null })
  })
})

describe("a tenant", () => {
  const failed = (received: number): Event => ({ type: "webhook_failed", received: start + received, via: "webhook" })

  test("counts webhooks that failed in a row, and an understood one ends the row", () => {
    const tenant = after(failed(1), failed(2))
    expect(tenant.context("tenant", "acme")).toMatchObject({ webhook_failures: 2, last_webhook_received: start + 2 })
    tenant.apply({ ...message("m1", 1, ann, { received: start + 3 }), via: "webhook" })
    expect(tenant.context("tenant", "acme")).toMatchObject({ webhook_failures: 0, last_webhook_received: start + 3 })
  })

  test("counts a webhook that brought several events as one: what came of its last event came of it", () => {
    const tenant = after(failed(1), failed(2))
    const first = { ...message("m1", 1, ann, { received: start + 3 }), via: "webhook", goes_on: true } as const
    tenant.apply(first)
    expect(tenant.context("tenant", "acme").webhook_failures).toBe(2)
    tenant.apply(failed(3))
    expect(tenant.context("tenant", "acme")).toMatchObject({ webhook_failures: 3, last_webhook_received: start + 3 })
  })

  test("created again changes its name only, and nothing when that is the same", () => {
    const tenant = after()
    expect(tenant.changes({ ...created, webhook_secret: "other", received: start + 9 })).toBe(false)
    expect(tenant.changes({ ...created, name: "Acme Ltd", webhook_secret: "other", received: start + 9 })).toBe(true)
    expect(tenant.context("tenant", "acme")).toMatchObject({
      name: "Acme Ltd",
      webhook_secret: "sealed",
      created_at: start
    })
  })

  test("configured with what it has already changes nothing", () => {
    const configure = (changes: Record<string, unknown>): Event => ({
      type: "tenant_configured",
      changes,
      received: start + 9,
      via: "api"
    })
    const tenant = after(configure({ is_active: false, blacklist: [{ kind: "domain", value: "spam.example" }] }))
    expect(tenant.context("tenant", "acme").is_active).toBe(false)
    expect(tenant.changes(configure({ blacklist: [{ kind: "domain", value: "spam.example" }] }))).toBe(false)
  })
})
