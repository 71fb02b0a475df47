import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { accountId, chatId, deliver, fixture, register, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "hooks")
})
afterAll(() => edge.close())

const path = "/v1/tenants/hooks/webhooks/unipile"
const message = fixture("message_received.whatsapp_direct")
const tenantFields = async (of: Tenant) =>
  (await edge.call("GET", `/v1/tenants/${of.id}/actors/tenant/${of.id}`, { key: of.key })).json.context

describe("a webhook", () => {
  test("is applied once, however often it comes", async () => {
    expect(await deliver(edge, tenant, message)).toMatchObject({ status: 200, json: { outcome: "applied" } })
    for (let i = 0; i < 3; i++) {
      expect(await deliver(edge, tenant, message)).toMatchObject({ status: 200, json: { outcome: "duplicate" } })
    }
    const { json } = await edge.call("GET", `/v1/tenants/hooks/conversations/${chatId}`, { key: tenant.key })
    expect(json).toMatchObject({
      external_thread_id: chatId,
      message_count: 1,
      unread_count: 1,
      conversation_type: "direct",
      last_message_at: "2026-05-04T09:15:27.000Z"
    })
    expect(json.members).toHaveLength(2)
    expect((await tenantFields(tenant)).last_webhook_received).toMatch(/^\d{4}-.*Z$/)
  })

  test("is read as JSON whatever its Content-Type says", async () => {
    const answer = await edge.call("POST", path, {
      raw: JSON.stringify({ ...message, message_id: "m-form", provider_message_id: "p-form" }),
      headers: { "unipile-auth": tenant.secret, "content-type": "application/x-www-form-urlencoded" }
    })
    expect(answer).toMatchObject({ status: 200, json: { outcome: "applied" } })
  })

  test("without the right secret is refused, and unknown tenants look the same", async () => {
    const refusals = [
      await edge.call("POST", path, { body: message }),
      await edge.call("POST", path, { body: message, headers: { "unipile-auth": "" } }),
      await edge.call("POST", path, { body: message, headers: { "unipile-auth": `${tenant.secret}x` } }),
      await edge.call("POST", `${path}?secret=wrong`, { body: message }),
      await edge.call("POST", "/v1/tenants/nobody/webhooks/unipile", {
        body: message,
        headers: { "unipile-auth": tenant.secret }
      }),
      await edge.call("POST", "/v1/tenants/No%20Body/webhooks/unipile", { body: message })
    ]
    for (const refusal of refusals) {
      expect(refusal.status).toBe(401)
      expect(refusal.json).toEqual(refusals[0]!.json)
    }
  })

  test("for an inactive tenant is refused with 403", async () => {
    const idle = await edge.tenant("idle")
    const { TenantOwner } = await import("../../actors/owner/owner.ts")
    await edge.run(
      Effect.flatMap(TenantOwner, (owner) =>
        owner.submit("idle", { type: "tenant_configured", changes: { is_active: false }, received: 1, via: "api" })
      )
    )
    expect(await deliver(edge, idle, message)).toMatchObject({ status: 403, json: { code: "forbidden" } })
    expect((await deliver(edge, { ...idle, secret: "wrong" }, message)).status).toBe(401)
  })

  test("that is not JSON gets 400, too deep gets 400, blank to a mebibyte is read", async () => {
    const headers = { "unipile-auth": tenant.secret }
    expect(await edge.call("POST", path, { raw: "a=1&b=2", headers })).toMatchObject({
      status: 400,
      json: { code: "not_json" }
    })
    expect(await edge.call("POST", path, { raw: new Uint8Array([0x22, 0xff, 0x22]), headers })).toMatchObject({
      status: 400,
      json: { code: "not_json" }
    })
    const mebibyte = 1024 * 1024
    const padded = (length: number) => `${" ".repeat(length - 2)}{}`
    expect(await edge.call("POST", path, { raw: padded(mebibyte), headers })).toMatchObject({
      status: 200,
      json: { outcome: "quarantined" }
    })
    const deep = `${"[".repeat(65)}${"]".repeat(65)}`
    expect(await edge.call("POST", path, { raw: deep, headers })).toMatchObject({
      status: 400,
      json: { code: "too_deep" }
    })
  })

  test("that is not understood is quarantined with its raw bytes, and counted until the next success", async () => {
    const other = await tenantWithAccount(edge, "unread")
    const raw = `{ "event": "message_failed",\n "odd spacing": true }`
    const answer = await edge.call("POST", "/v1/tenants/unread/webhooks/unipile", {
      raw,
      headers: { "unipile-auth": other.secret }
    })
    expect(answer).toMatchObject({ status: 200, json: { outcome: "quarantined", id: expect.any(String) } })
    const shown = await edge.call("GET", `/v1/tenants/unread/quarantine/${answer.json.id}`, { key: other.key })
    expect(shown.json.body).toBe(raw)
    expect((await tenantFields(other)).webhook_failures).toBe(1)
    const listed = await edge.call("GET", "/v1/tenants/unread/quarantine", { key: other.key })
    expect(listed.json.items).toEqual([
      {
        id: answer.json.id,
        received_at: expect.stringMatching(/Z$/),
        source: "unipile_webhook",
        reason: expect.stringContaining("not handled yet"),
        size_bytes: raw.length,
        replayed_at: null
      }
    ])
    await deliver(edge, other, message)
    expect((await tenantFields(other)).webhook_failures).toBe(0)
  })

  test("of an unknown account waits and is applied when the account is registered", async () => {
    const early = await edge.tenant("early")
    const headers = { "unipile-auth": early.secret }
    expect(await deliver(edge, early, message)).toMatchObject({
      status: 200,
      json: { outcome: "waiting", id: expect.any(String) }
    })
    const second = { ...message, message_id: "m-2", provider_message_id: "p-2", timestamp: "2026-05-04T09:16:00.000Z" }
    expect(
      (await edge.call("POST", "/v1/tenants/early/webhooks/unipile", { body: second, headers })).json.outcome
    ).toBe("waiting")
    expect((await edge.call("GET", `/v1/tenants/early/conversations/${chatId}`, { key: early.key })).status).toBe(404)
    expect((await register(edge, early)).status).toBe(201)
    const { json } = await edge.call("GET", `/v1/tenants/early/conversations/${chatId}`, { key: early.key })
    expect(json).toMatchObject({ message_count: 2, unread_count: 2 })
    expect((await deliver(edge, early, message)).json.outcome).toBe("duplicate")
    expect((await register(edge, early)).status).toBe(200)
  })

  test("with its secret in the address is believed nothing but the hosted-auth report", async () => {
    const hosted = await tenantWithAccount(edge, "hosted")
    const address = `/v1/tenants/hosted/webhooks/unipile?secret=${hosted.secret}`
    expect(await edge.call("POST", address, { body: fixture("hosted_auth_notify.creation_success") })).toMatchObject({
      status: 200,
      json: { outcome: expect.stringMatching(/applied|duplicate/) }
    })
    expect(await edge.call("POST", address, { body: message })).toMatchObject({
      status: 200,
      json: { outcome: "quarantined" }
    })
  })
})

test("the account status of a webhook shows on the connection", async () => {
  const view = () => edge.call("GET", `/v1/tenants/hooks/connections/${accountId}`, { key: tenant.key })
  expect((await view()).json).toMatchObject({
    account_status: "active",
    auth_status: "authenticated",
    needs_action: null
  })
  await deliver(edge, tenant, {
    AccountStatus: { account_id: accountId, message: "CREDENTIALS", account_type: "WHATSAPP" }
  })
  expect((await view()).json).toMatchObject({ account_status: "checkpoint_required", needs_action: "checkpoint" })
})
