/** The field manager's commands and the processors over HTTP (CONTRACT §4, §5): one endpoint each, once each. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { Identity } from "../../actors/memory/identity.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { accountId, chatId, deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "ruled")
  await deliver(edge, tenant, fixture("message_received.whatsapp_direct"))
  await deliver(edge, tenant, fixture("message_received.whatsapp_outbound_echo"))
})
afterAll(() => edge.close())

const call = (method: string, path: string, body?: unknown, key?: string) =>
  edge.call(method, `/v1/tenants/ruled${path}`, {
    key: tenant.key,
    body,
    headers: key === undefined ? {} : { "idempotency-key": key }
  })
const chat = `/conversations/${chatId}`
const tell = (event: object, key?: string) => call("POST", "/events", event, key)
const other = async () =>
  (await call("GET", chat)).json.members.find((member: { role: string }) => member.role !== "owner")
const messages = async (conversation = chatId) =>
  (await call("GET", `/conversations/${conversation}/messages`)).json.items as Array<Record<string, unknown>>

describe("a tenant", () => {
  test("shows its settings without secrets, and changes them", async () => {
    const { json } = await call("GET", "")
    expect(json).toMatchObject({ id: "ruled", read_on: "open", default_contact_status: "new_lead" })
    expect(JSON.stringify(json)).not.toContain('webhook_secret"')
    const blacklist = [
      { kind: "domain", value: "@Spam.Example" },
      { kind: "email", value: " A@b.example " },
      { kind: "phone", value: "+44 7700 900123" }
    ]
    const changed = await call("PATCH", "", { sync_historical_days: 7, read_on: "reply", blacklist })
    expect(changed).toMatchObject({
      status: 200,
      json: {
        sync_historical_days: 7,
        read_on: "reply",
        blacklist: [
          { kind: "domain", value: "spam.example" },
          { kind: "email", value: "a@b.example" },
          { kind: "phone", value: "+447700900123" }
        ]
      }
    })
    await call("PATCH", "", { read_on: "open" })
  })

  test.each([
    [{ sync_historical_days: -1 }, "sync_historical_days"],
    [{ read_on: "never" }, "read_on"],
    [{ duplicate_confidence_threshold: 1.1 }, "duplicate_confidence_threshold"],
    [{ blacklist: [{ kind: "phone", value: "12" }] }, "blacklist.0.value"]
  ])("refuses %j, naming the field", async (body, field) => {
    expect(await call("PATCH", "", body)).toMatchObject({ status: 422, json: { field } })
  })

  test("prefers less than a provider allows, and the quota says who binds", async () => {
    const put = (provider: string, body: unknown) => call("PUT", `/provider-preferences/${provider}`, body)
    expect(
      (await put("whatsapp", { rate_limits: { messages_per_day: 7 } })).json.provider_preferences.whatsapp
    ).toMatchObject({
      sync_frequency: "real_time",
      rate_limits: { messages_per_day: 7, api_calls_per_hour: 800 }
    })
    expect((await call("GET", `/connections/${accountId}/quota`)).json).toMatchObject({
      rate_limit_per_day: 7,
      effective_limits: { hour: { limit: 100, binds: "connection" }, day: { limit: 7, binds: "tenant" } }
    })
    await put("whatsapp", { rate_limits: { messages_per_day: null } })
    expect((await call("GET", `/connections/${accountId}/quota`)).json.effective_limits.day).toEqual({
      limit: 1000,
      binds: "provider"
    })
    expect(await put("fax", {})).toMatchObject({ status: 422, json: { field: "provider" } })
    expect(await put("gmail", { enabled_features: ["x"] })).toMatchObject({
      status: 422,
      json: { field: "enabled_features" }
    })
  })

  test("gets a new webhook secret; the one before is good for the grace, a repeat shows the same", async () => {
    const hook = async (secret: string) =>
      (await edge.call("POST", "/v1/tenants/ruled/webhooks/unipile", { body: {}, headers: { "unipile-auth": secret } }))
        .status
    const first = await call("POST", "/webhook-secret", { grace_s: 3600 }, "rotation-1")
    const again = await call("POST", "/webhook-secret", { grace_s: 3600 }, "rotation-1")
    expect(first.json.webhook_secret).toMatch(/^whs_[A-Za-z0-9_-]{43}$/)
    expect(again.json).toEqual(first.json)
    expect([await hook(tenant.secret), await hook(first.json.webhook_secret)]).toEqual([200, 200])
    const second = await call("POST", "/webhook-secret", { grace_s: 0 })
    expect([await hook(tenant.secret), await hook(first.json.webhook_secret)]).toEqual([401, 401])
    expect(await hook(second.json.webhook_secret)).toBe(200)
    tenant = { ...tenant, secret: second.json.webhook_secret }
  })

  test("is told of webhooks taken elsewhere, once per key", async () => {
    const before = (await call("GET", "")).json.webhook_failures
    for (const _ of [1, 2]) {
      expect((await call("POST", "/webhook-status", { ok: false }, "failure-1")).json).toEqual({ outcome: "applied" })
    }
    expect((await call("GET", "")).json.webhook_failures).toBe(before + 1)
    await call("POST", "/webhook-status", { ok: true })
    expect((await call("GET", "")).json).toMatchObject({ webhook_failures: 0 })
    const misused = await call("POST", "/webhook-status", { ok: true }, "failure-1")
    expect(misused).toMatchObject({ status: 422, json: { field: "idempotency_key" } })
  })
})

describe("an account", () => {
  const connection = `/connections/${accountId}`

  test("is used or not, and a sync says how it is", async () => {
    expect((await call("PUT", `${connection}/active`, { is_active: false })).json).toMatchObject({ can_send: false })
    expect((await call("PUT", `${connection}/active`, { is_active: true })).json).toMatchObject({ can_send: true })
    for (const n of [1, 2, 3]) await call("POST", `${connection}/syncs`, { error: "timeout" }, `sync-${n}`)
    expect((await call("POST", `${connection}/syncs`, { error: "timeout" }, "sync-3")).json).toMatchObject({
      account_status: "failed",
      sync_error_count: 3,
      last_error: "timeout"
    })
    expect((await call("POST", `${connection}/syncs`)).json).toMatchObject({
      account_status: "active",
      sync_error_count: 0,
      last_error: ""
    })
  })

  test("is told of by the auth processor, tokens included: a repeat under the same key puts no old ones back", async () => {
    const auth = { type: "auth", account: accountId, status: "checkpoint_required", checkpoint_data: { kind: "2fa" } }
    expect((await tell(auth)).json).toEqual({ outcome: "applied" })
    expect((await call("GET", connection)).json).toMatchObject({
      needs_action: "checkpoint",
      checkpoint_data: { kind: "2fa" }
    })
    expect((await tell({ ...auth, status: "connected" })).json).toEqual({ outcome: "applied" })
    expect(await tell({ ...auth, status: "asleep" })).toMatchObject({ status: 422, json: { field: "status" } })
    expect(await tell({ ...auth, access_token: 7 })).toMatchObject({ status: 422, json: { field: "access_token" } })
    const token = async () =>
      (await edge.call("GET", `/v1/tenants/ruled${connection}/tokens?token=access`, { key: adminKey })).json.value
    const first = {
      ...auth,
      status: "connected",
      access_token: "first-token",
      expires_in: 3600,
      idempotency_key: "auth-1"
    }
    expect((await tell(first)).json).toEqual({ outcome: "applied" })
    expect(await token()).toBe("first-token")
    await tell({ ...first, access_token: "second-token", idempotency_key: "auth-2" })
    expect((await tell(first)).json, "answered like the first").toEqual({ outcome: "applied" })
    expect(await token()).toBe("second-token")
  })

  test("has a channel with settings of its own", async () => {
    const channel = `/channels/${accountId}`
    const { json } = await call("GET", channel)
    expect(json).toMatchObject({ account_id: accountId, channel_type: "whatsapp", is_active: true })
    await call("PUT", `${channel}/sync-settings`, { depth: 1 })
    await call("PUT", `${channel}/description`, { description: "Sales" })
    const last = await call("PUT", `/channels/${json.id}/active`, { is_active: false })
    expect(last.json).toMatchObject({ sync_settings: { depth: 1 }, description: "Sales", is_active: false })
  })
})

describe("a conversation", () => {
  test("is detected, heated and synced by command", async () => {
    await call("PUT", `${chat}/type`, { conversation_type: "broadcast" })
    expect((await call("POST", `${chat}/detect-type`, { release: true })).json).toMatchObject({
      conversation_type: "direct"
    })
    expect((await call("PUT", `${chat}/hot`, { is_hot: true })).json).toMatchObject({ is_hot: true })
    expect((await call("PUT", `${chat}/sync-status`, { sync_status: "failed", error: "gone" })).json).toMatchObject({
      sync_status: "failed",
      sync_error_count: 1,
      sync_error_message: "gone"
    })
  })

  test("is told of by the conversation processor, once per key in an array", async () => {
    const event = {
      type: "conversation",
      account: accountId,
      conversation: "new-chat",
      conversation_type: "group",
      participant_count: 9,
      priority: "high",
      subject: "Launch",
      idempotency_key: "c-1"
    }
    expect((await call("POST", "/events", [event, event, { ...event, subject: "x" }])).json.results).toMatchObject([
      { outcome: "applied" },
      { outcome: "applied" },
      { error: { status: 422, field: "idempotency_key" } }
    ])
    expect((await call("GET", "/conversations/new-chat")).json).toMatchObject({
      conversation_type: "group",
      participant_count: 0,
      priority: "high",
      subject: "Launch",
      metadata: { participant_count: 9 }
    })
  })

  test("gets messages from the message processor, and its members from their senders", async () => {
    const inbound = {
      type: "message",
      account: accountId,
      conversation: "told-chat",
      message_id: "t-1",
      direction: "inbound",
      content: "hello",
      at: "2026-05-05T10:00:00Z",
      sender: { name: "Zoe", identifiers: { phone: "+44 7700 900199" } }
    }
    expect((await tell(inbound, "m-1")).json).toEqual({ outcome: "applied" })
    expect((await tell(inbound, "m-1")).json).toEqual({ outcome: "applied" })
    expect((await tell(inbound)).json).toEqual({ outcome: "duplicate" })
    const { json } = await call("GET", "/conversations/told-chat")
    expect(json).toMatchObject({ message_count: 1, unread_count: 1, participant_count: 2 })
    const zoe = json.members.find((member: { name: string }) => member.name === "Zoe")
    expect((await call("GET", `/participants/${zoe.participant_id}`)).json).toMatchObject({ phone: "+447700900199" })
    const bad = { ...inbound, sender: { identifiers: { phone: "123" } } }
    expect(await tell(bad)).toMatchObject({ status: 422, json: { field: "sender.identifiers.phone" } })
    expect(await tell({ ...inbound, sender: undefined })).toMatchObject({ status: 422, json: { field: "sender" } })
    expect(await tell({ ...inbound, account: "none" })).toMatchObject({ status: 404 })
  })
})

describe("a message", () => {
  test("has the subject and the time that it was given", async () => {
    const [newest] = (await messages()).filter((message) => message["direction"] === "inbound")
    const path = `${chat}/messages/${String(newest!["external_message_id"])}`
    expect((await call("PUT", `${path}/subject`, { subject: "Offer" })).json).toEqual({ outcome: "applied" })
    expect((await call("PUT", `${path}/subject`, { subject: "Offer" })).json).toEqual({ outcome: "duplicate" })
    const received_at = "2026-01-01T00:00:00.000Z"
    expect((await call("PUT", `${path}/timestamps`, { received_at })).json).toEqual({ outcome: "applied" })
    const changed = (await messages()).find((one) => one["external_message_id"] === newest!["external_message_id"])
    expect(changed).toMatchObject({ subject: "Offer", received_at })
    expect(await call("PUT", `${path}/timestamps`, {})).toMatchObject({ status: 422, json: { field: "sent_at" } })
    expect(await call("PUT", `${chat}/messages/none/subject`, { subject: "x" })).toMatchObject({ status: 422 })
  })

  test("that is local becomes its echo, in one row", async () => {
    const local = `${chat}/local-messages/key-1`
    expect((await call("PUT", local, { content: "soon" })).json).toEqual({ outcome: "applied" })
    expect((await call("PUT", local, { content: "soon" })).json).toEqual({ outcome: "duplicate" })
    const count = (await messages()).length
    await call("PUT", local, { content: "soon", message_id: "sent-1" })
    await tell({ type: "message", conversation: chatId, message_id: "sent-1", direction: "outbound", content: "soon" })
    const rows = await messages()
    expect(rows).toHaveLength(count)
    expect(rows.find((row) => row["provider_message_id"] === "sent-1")).toMatchObject({
      is_local_only: false,
      sync_status: "synced",
      status: "sent"
    })
  })
})

describe("a member", () => {
  test("has the provider id it was given, leaves and comes back", async () => {
    const { participant_id } = await other()
    const member = `${chat}/members/${participant_id}`
    await call("PUT", `${member}/provider-id`, { provider_participant_id: "p-9" })
    expect(await other()).toMatchObject({ provider_participant_id: "p-9" })
    const at = "2026-06-01T00:00:00.000Z"
    await call("POST", `${chat}/members/p-9/left`, { at })
    expect(await other()).toMatchObject({ is_active: false, left_at: at })
    await call("POST", `${member}/activity`, { at: "2026-06-02T00:00:00.000Z" })
    expect(await other()).toMatchObject({ is_active: true, left_at: null })
    expect(await call("POST", `${chat}/members/none/left`)).toMatchObject({
      status: 422,
      json: { field: "participant" }
    })
  })
})

describe("a member's activity", () => {
  test("moves the member's own counts: the newest activity, and the messages as their rows say, whatever a column says", async () => {
    const { participant_id } = await other()
    const { json: before } = await call("GET", chat)
    const of = (json: any) => json.members.find((one: any) => one.participant_id === participant_id)
    await edge.run(
      SqlClient.use((sql) => sql`update members set message_count = 70 where participant_id = ${participant_id}::uuid`)
    )
    const at = new Date(Date.now() - 1000).toISOString()
    const { json } = await call("POST", `${chat}/members/${participant_id}/activity`, { at })
    expect(of(json)).toMatchObject({
      last_message_at: at,
      message_count: of(before).message_count,
      unread_count: of(before).unread_count
    })
    expect((await call("GET", `/participants/${participant_id}`)).json).toMatchObject({ last_seen: at })
  })
})

describe("a participant", () => {
  test("is called what the CRM says", async () => {
    const { participant_id } = await other()
    const handles = { instagram_username: "@Ann", twitter_handle: "ann", name: "Dr Ann" }
    expect((await call("PUT", `/participants/${participant_id}/social-handles`, handles)).json).toMatchObject({
      instagram_username: "ann",
      twitter_handle: "ann",
      name: "Dr Ann"
    })
    expect(await call("PUT", "/participants/x/social-handles", {})).toMatchObject({ status: 404 })
  })

  test("is counted again: a total that drifted is repaired, once", async () => {
    const { participant_id } = await other()
    const path = `/participants/${participant_id}`
    const { total_messages, total_conversations, last_seen } = (await call("GET", path)).json
    expect(total_messages).toBeGreaterThan(0)
    const found = { total_messages: 0, total_conversations: 5 }
    await edge.run(
      Effect.flatMap(TenantOwner, (owner) =>
        owner.submit("ruled", {
          type: "participant_recounted",
          participant_id,
          found: { total_messages, total_conversations },
          right: found,
          received: Date.parse(last_seen),
          via: "api"
        })
      )
    )
    expect((await call("GET", path)).json).toMatchObject(found)
    for (const _ of [1, 2]) {
      expect((await call("POST", `${path}/recount`)).json).toMatchObject({
        total_messages,
        total_conversations,
        last_seen
      })
    }
  })

  test("is counted again, and a column that somebody edited by hand bends nothing", async () => {
    const { participant_id } = await other()
    const path = `/participants/${participant_id}`
    const { total_messages, total_conversations } = (await call("GET", path)).json
    await edge.run(Effect.flatMap(TenantOwner, (owner) => owner.flush("ruled")))
    await edge.run(
      SqlClient.use((sql) => sql`update participants set total_messages = 70 where id = ${participant_id}::uuid`)
    )
    expect((await call("POST", `${path}/recount`)).json).toMatchObject({ total_messages, total_conversations })
  })

  test("is told of by the participant processor, by our id or by an identifier", async () => {
    const { participant_id } = await other()
    const event = { type: "participant", participant: participant_id, telegram: "77", resolved_contact_id: "rec-1" }
    expect((await tell(event)).json).toEqual({ outcome: "applied" })
    expect((await call("GET", `/participants/${participant_id}`)).json).toMatchObject({
      telegram_id: "77",
      contact_record: "rec-1",
      resolution_method: "provider_webhook",
      resolution_confidence: 0.8
    })
    expect((await tell({ type: "participant", facebook: "fb-9", resolved_contact_id: "rec-9" })).json).toEqual({
      outcome: "applied"
    })
    const byFacebook = new Identity("ruled").participant("facebook:fb-9")
    expect((await call("GET", `/participants/${byFacebook}`)).json).toMatchObject({
      facebook_id: "fb-9",
      contact_record: "rec-9",
      resolution_method: "provider_webhook",
      resolution_confidence: 0.8
    })
    expect((await tell({ type: "participant", email: "New@One.example", name: "New" })).json).toEqual({
      outcome: "applied"
    })
    expect(await tell({ type: "participant", name: "Who" })).toMatchObject({
      status: 422,
      json: { field: "participant" }
    })
    expect(await tell({ type: "participant", phone: "7" })).toMatchObject({ status: 422, json: { field: "phone" } })
  })
})

test("a rotated secret stands nowhere as it is", async () => {
  const { json } = await call("POST", "/webhook-secret", { grace_s: 60 })
  await call("GET", "/conversations")
  const dump = await edge.run(
    Effect.gen(function* () {
      const sql = yield* SqlClient
      return yield* sql`select t::text as row from tenants t union all select j::text from journal j`
    })
  )
  const text = JSON.stringify(dump)
  const secret: string = json.webhook_secret
  for (const form of [secret, Buffer.from(secret).toString("hex")]) expect(text).not.toContain(form)
  tenant = { ...tenant, secret }
})
