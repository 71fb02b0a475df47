/** The generic provider from its address to the inbox: applied, duplicate, quarantined, waiting, refused (I9). */
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { account_id, bodies, type Json } from "../providers/generic-bodies.ts"
import type { Tenant } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"
import { quarantined } from "./kept.ts"

let edge: Edge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.close())

const chat = encodeURIComponent(bodies.message_received["thread_id"])
const at = ({ id, key, secret }: Tenant) => {
  const get = async (path: string) => (await edge.call("GET", `/v1/tenants/${id}/${path}`, { key })).json
  return {
    post: (body: unknown, headers: Record<string, string> = { "switchboard-secret": secret }) =>
      edge.call("POST", `/v1/tenants/${id}/webhooks/generic`, { body, headers }),
    register: () =>
      edge.call("PUT", `/v1/tenants/${id}/connections/${account_id}`, {
        key,
        body: { channel_type: "whatsapp", account_name: "SMS", user_id: "user-1" }
      }),
    replay: (kept: string) => edge.call("POST", `/v1/tenants/${id}/quarantine/${kept}/replay`, { key }),
    get,
    conversation: () => get(`conversations/${chat}`),
    messages: async (): Promise<ReadonlyArray<Json>> => (await get(`conversations/${chat}/messages`)).items
  }
}
const registered = async (id: string) => {
  const tenant = await edge.tenant(id)
  await at(tenant).register()
  return { tenant, ...at(tenant) }
}
const sent = { ...bodies.message_received, message_id: "SM-2", provider_message_id: null, direction: "outbound" }

describe("every kind is applied", () => {
  test("a message is one unread message of a chat of two, however often it comes", async () => {
    const { post, conversation } = await registered("texts")
    expect(await post(bodies.message_received)).toMatchObject({ status: 200, json: { outcome: "applied" } })
    for (let n = 0; n < 3; n++) expect((await post(bodies.message_received)).json).toEqual({ outcome: "duplicate" })
    const json = await conversation()
    expect(json).toMatchObject({
      message_count: 1,
      unread_count: 1,
      conversation_type: "direct",
      subject: "Ben",
      last_message_at: "2026-05-04T09:15:27.000Z"
    })
    expect(json.members.map(({ name }: Json) => name)).toContain("Ben Okafor")
  })

  test("delivered and read climb, also without a chat, and before their message", async () => {
    const { post, messages } = await registered("climbs")
    const unplaced = { ...bodies.message_read, thread_id: undefined }
    expect((await post(unplaced)).json.outcome).toBe("applied")
    await post(sent)
    expect((await messages()).map(({ status, read_at }) => [status, read_at])).toEqual([
      ["read", "2026-05-04T09:15:27.000Z"]
    ])
    await post({ ...sent, message_id: "SM-3", at: "2026-05-04T09:16:00Z" })
    await post({ ...bodies.message_delivered, message_id: "SM-3", at: "2026-05-04T09:17:00Z" })
    const third = (await messages()).find(({ external_message_id }) => external_message_id === "SM-3")
    expect(third).toMatchObject({ status: "delivered", direction: "outbound" })
  })

  test("edited, reacted to, deleted", async () => {
    const { post, messages } = await registered("changes")
    await post(bodies.message_received)
    for (const kind of ["message_edited", "message_reacted"] as const)
      expect((await post(bodies[kind])).json).toEqual({ outcome: "applied" })
    const [edited] = await messages()
    expect(edited).toMatchObject({ content: "Is the house still free?" })
    expect(JSON.stringify(edited)).toContain("👍")
    expect((await post(bodies.message_deleted)).json).toEqual({ outcome: "applied" })
    const [deleted] = await messages()
    expect(deleted?.["content"]).not.toBe("Is the house still free?")
  })

  test("the state of an account", async () => {
    const { post, get } = await registered("states")
    await post({ ...bodies.account_status, status: "ok" })
    expect(await get(`connections/${account_id}`)).toMatchObject({ account_status: "active" })
    await post({ ...bodies.account_status, at: "2026-05-04T09:16:00Z" })
    expect(await get(`connections/${account_id}`)).toMatchObject({ needs_action: "checkpoint" })
  })

  test("what the account was registered as counts where a payload says another type, or none", async () => {
    const { post, conversation } = await registered("types")
    for (const channel_type of [undefined, "sms", "telegram"]) {
      const body = {
        ...bodies.message_received,
        channel_type,
        message_id: `T-${channel_type}`,
        provider_message_id: null
      }
      expect((await post(body)).json).toEqual({ outcome: "applied" })
    }
    expect(await conversation()).toMatchObject({ message_count: 3 })
  })
})

describe("what cannot be applied", () => {
  test.each([
    ["core", { ...bodies.message_received, thread_id: [] }, "Cannot read thread_id: is no id"],
    [
      "kind",
      { ...bodies.message_received, event: "message_sung" },
      "Cannot read event: message_sung is not handled yet"
    ],
    ["list", [bodies.message_received], "Cannot read the payload: is not a JSON object"],
    ["unipile", { AccountStatus: { account_id, message: "OK" } }, "Cannot read event: is missing"]
  ])("goes to quarantine with its reason and its source, and stays on a replay: %s", async (id, body, reason) => {
    const { post, get, replay } = await registered(`odd-${id}`)
    const answer = await post(body)
    expect(answer).toMatchObject({ status: 200, json: { outcome: "quarantined", id: expect.any(String) } })
    const { items } = await get("quarantine?source=generic_webhook")
    expect(items).toMatchObject([
      { id: answer.json.id, source: "generic_webhook", reason: expect.stringContaining(reason) }
    ])
    expect((await get("quarantine?source=unipile_webhook")).items).toEqual([])
    expect(await replay(answer.json.id)).toMatchObject({ status: 422, json: { code: "still_unreadable" } })
  })

  test("what an earlier version could not read is applied by a replay, read as its source is", async () => {
    const { tenant, replay, conversation } = await registered("replays")
    const id = await quarantined(edge, tenant.id, bodies.message_received, { source: "generic_webhook" })
    expect((await replay(id)).json).toEqual({ outcome: "applied" })
    expect(await conversation()).toMatchObject({ message_count: 1 })
    const other = await quarantined(edge, tenant.id, sent, { source: "unipile_webhook" })
    expect(await replay(other)).toMatchObject({ status: 422, json: { code: "still_unreadable" } })
  })

  test("what came from a provider that is no longer there stays, and says so", async () => {
    const { tenant, replay, get } = await registered("gone")
    const id = await quarantined(edge, tenant.id, bodies.message_received, { source: "pigeon_webhook" })
    expect(await replay(id)).toMatchObject({
      status: 422,
      json: { detail: expect.stringContaining("a provider that this version does not have") }
    })
    expect(await get(`quarantine?source=journal`)).toMatchObject({ items: [] })
  })

  test("what comes for an account that nobody has registered waits, and is applied then", async () => {
    const tenant = await edge.tenant("too-early")
    const { post, register, get, conversation } = at(tenant)
    expect(await post(bodies.message_received)).toMatchObject({ status: 200, json: { outcome: "waiting" } })
    expect((await post({ ...sent, channel_type: undefined })).json.outcome).toBe("waiting")
    expect((await get("waiting")).items).toMatchObject([
      { account_id, source: "generic_webhook" },
      { account_id, source: "generic_webhook" }
    ])
    await register()
    expect(await conversation()).toMatchObject({ message_count: 2 })
    expect((await get("waiting")).items).toEqual([])
    expect((await post(bodies.message_received)).json).toEqual({ outcome: "duplicate" })
  })
})

describe("the gate is the one of every webhook", () => {
  test("only the tenant's secret in its own header lets in", async () => {
    const { tenant, post, get } = await registered("gated")
    const other = await edge.tenant("other")
    const headers: ReadonlyArray<Record<string, string>> = [
      {},
      { "switchboard-secret": "" },
      { "switchboard-secret": `${tenant.secret}x` },
      { "switchboard-secret": other.secret },
      { "unipile-auth": tenant.secret },
      { authorization: `Bearer ${tenant.key}` }
    ]
    for (const each of headers) {
      const answer = await post(bodies.message_received, each)
      expect(answer).toMatchObject({ status: 401, json: { code: "unauthorised" } })
      expect(answer.headers.get("www-authenticate")).toBe("Switchboard-Secret")
    }
    const addressed = await edge.call("POST", `/v1/tenants/gated/webhooks/generic?secret=${tenant.secret}`, {
      body: bodies.message_received
    })
    expect(addressed.status).toBe(401)
    expect((await get("conversations")).items).toEqual([])
  })

  test("UniPile's address takes no secret in the other's header, and asks for its own", async () => {
    const { tenant } = await registered("crossed")
    const answer = await edge.call("POST", "/v1/tenants/crossed/webhooks/unipile", {
      body: bodies.message_received,
      headers: { "switchboard-secret": tenant.secret }
    })
    expect(answer.status).toBe(401)
    expect(answer.headers.get("www-authenticate")).toBe("Unipile-Auth")
  })

  test("an inactive tenant gets 403, what is not JSON 400", async () => {
    const { tenant, post } = await registered("asleep")
    const raw = await edge.call("POST", "/v1/tenants/asleep/webhooks/generic", {
      raw: "event=message_received",
      headers: { "switchboard-secret": tenant.secret }
    })
    expect(raw).toMatchObject({ status: 400, json: { code: "not_json" } })
    await edge.run(
      TenantOwner.use((owner) =>
        owner.submit("asleep", { type: "tenant_configured", changes: { is_active: false }, received: 1, via: "api" })
      )
    )
    expect(await post(bodies.message_received)).toMatchObject({ status: 403, json: { code: "forbidden" } })
  })
})

describe("addresses", () => {
  test("a provider that nobody registered is no address: 404 as a problem, whatever secret comes along", async () => {
    const { tenant } = await registered("pigeons")
    for (const name of ["pigeon", "constructor", "__proto__", "generic/x"]) {
      const answer = await edge.call("POST", `/v1/tenants/pigeons/webhooks/${name}`, {
        body: bodies.message_received,
        headers: { "switchboard-secret": tenant.secret, "unipile-auth": tenant.secret }
      })
      expect(answer).toMatchObject({ status: 404, json: { code: "route_unknown" } })
      expect(answer.headers.get("content-type")).toBe("application/problem+json")
    }
    expect((await edge.call("GET", "/v1/tenants/pigeons/webhooks/generic")).status).toBe(405)
  })

  test("the document has both, each with the header of its secret", async () => {
    const { json } = await edge.call("GET", "/openapi.json")
    const headersOf = (name: string) =>
      json.paths[`/v1/tenants/{tenant}/webhooks/${name}`].post.parameters
        .filter((parameter: Json) => parameter["in"] !== "path")
        .map((parameter: Json) => `${parameter["in"]} ${parameter["name"]}`)
    expect(headersOf("generic")).toEqual(["header switchboard-secret"])
    expect(headersOf("unipile").sort()).toEqual(["header unipile-auth", "header unipile-signature", "query secret"])
    expect(json.paths["/v1/tenants/{tenant}/webhooks/unipile"].post.operationId).toBe("webhooks.unipile")
  })
})

test("a foreign format that is only a table moves the same inbox", async () => {
  const { gatewayBodies, translateGateway } = await import("../providers/generic-bodies.ts")
  const { tenant, get } = await registered("table")
  for (const body of gatewayBodies)
    for (const event of Effect.runSync(
      Effect.fromResult(translateGateway(body, { received: Date.now(), channel_type: "whatsapp" }))
    ))
      await edge.run(TenantOwner.use((owner) => owner.submit(tenant.id, event)))
  expect(await get("conversations/CH-1")).toMatchObject({ message_count: 2, unread_count: 1 })
  const { items } = await get("conversations/CH-1/messages")
  expect(items.map(({ external_message_id, status }: Json) => [external_message_id, status])).toContainEqual([
    "SM-out",
    "read"
  ])
  expect(await get(`connections/${account_id}`)).toMatchObject({ needs_action: "checkpoint" })
})
