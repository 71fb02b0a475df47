/** What a CRM is told of messages, conversations, accounts and people: on the real process, by two real addresses, over kill -9. */
import * as Schema from "effect/Schema"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Announcement } from "../../actors/turn/announcement.ts"
import { pglite } from "../support/fresh-databases.ts"
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { adminKey, startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

interface Told {
  readonly id: string
  readonly body: typeof Announcement.Type
}
const told = new Map<string, Array<Told>>()
const crm = createServer((request, response) => {
  let text = ""
  request.on("data", (chunk: Buffer) => (text += chunk.toString()))
  request.on("end", () => {
    const id = request.headers["webhook-id"] as string
    const at = told.get(request.url!) ?? []
    told.set(request.url!, [...at, { id, body: JSON.parse(text) }])
    response.writeHead(204).end()
  })
})

let server: Server
let tenant: Tenant
const ask = (method: string, path: string, body?: unknown) =>
  server.call(method, `/v1/tenants/acme${path}`, tenant.key, body)
const hear = async (payload: unknown) => expect((await server.webhook(tenant, payload)).status).toBe(200)

beforeAll(async () => {
  await new Promise<void>((resolve) => crm.listen(0, "127.0.0.1", resolve))
  server = await startServer(pglite, {
    SWITCHBOARD_OUTGOING_ALLOW: "127.0.0.1",
    SWITCHBOARD_SNAPSHOT_INTERVAL: "1 hour"
  })
  tenant = await server.tenant("acme", fixtureAccount)
  const base = `http://127.0.0.1:${(crm.address() as AddressInfo).port}`
  const events = ["message.received", "message.sent", "message.updated", "conversation.updated"]
  expect(await ask("PUT", "/outgoing-webhooks/inbox", { url: `${base}/inbox`, events })).toMatchObject({ status: 201 })
  const others = { url: `${base}/accounts`, events: ["connection.status_changed", "participant.merged"] }
  expect(await ask("PUT", "/outgoing-webhooks/accounts", others)).toMatchObject({ status: 201 })
})
afterAll(async () => {
  await server.close()
  crm.closeAllConnections()
  await new Promise((resolve) => crm.close(resolve))
})

/** Everything that is announced so far, once it is delivered; the list brings the cut. */
const delivered = async () => {
  await expect
    .poll(async () => (await ask("GET", "/outgoing?status=pending")).json.items, { timeout: 20_000, interval: 50 })
    .toEqual([])
  for (const each of [...told.values()].flat())
    expect(Schema.decodeUnknownSync(Announcement, { onExcessProperty: "error" })(each.body)).toEqual(each.body)
  return (path: string) => (told.get(path) ?? []).map(({ body }) => body)
}

const at = Date.now() - 3_600_000
const inbound = message({ chat: "one", id: "m1", at })

test("a message is announced once, with its text and sender, before what follows from it, over a kill and a repeat", async () => {
  await hear(inbound)
  await hear(inbound)
  await server.kill()
  await server.restart()
  await hear(inbound)
  const inbox = (await delivered())("/inbox")
  expect(inbox.map(({ type }) => type)).toEqual(["message.received", "conversation.updated"])
  expect(inbox[0]!.data).toMatchObject({
    tenant: "acme",
    message: { id: "m1", direction: "inbound", content: inbound.message, sender_name: "Customer of one" }
  })
  expect(inbox[1]!.data).toMatchObject({
    external_thread_id: "one",
    changes: { unread_count: 1, status: "active", conversation_type: "direct", priority: "normal" }
  })
})

test("what changes afterwards is announced as changes, in its order", async () => {
  told.clear()
  await hear(message({ chat: "one", id: "m2", at: at + 1_000, outbound: true }))
  await hear({ ...message({ chat: "one", id: "m1", at: at + 2_000, event: "message_edited" }), message: "better" })
  await hear(message({ chat: "one", id: "m2", at: at + 3_000, outbound: true, event: "message_read" }))
  await hear(message({ chat: "one", id: "m1", at: at + 4_000, event: "message_deleted" }))
  expect((await ask("PUT", "/conversations/one/assigned-to", { assigned_to: "anna" })).status).toBe(200)
  expect((await ask("PUT", "/conversations/one/status", { status: "archived" })).status).toBe(200)
  const inbox = (await delivered())("/inbox")
  const short = inbox.map(({ type, data }) => [type, "changes" in data ? data.changes : data])
  expect(short).toMatchObject([
    ["message.sent", { message: { id: "m2", direction: "outbound" } }],
    ["message.updated", { content: "better", edited_at: expect.any(String) }],
    ["message.updated", { status: "read", read_at: expect.any(String) }],
    ["message.updated", { content: null, deleted_at: expect.any(String) }],
    ["conversation.updated", { unread_count: 0 }],
    ["conversation.updated", { assigned_to: "anna" }],
    ["conversation.updated", { status: "archived" }]
  ])
})

test("what is imported as history is not announced, and neither is its webhook afterwards", async () => {
  told.clear()
  const past = { type: "message", account: fixtureAccount, conversation: "old", message_id: "o1", direction: "inbound" }
  const sender = { name: "Old", identifiers: { phone: "+447700900123" } }
  const event = { ...past, content: "long ago", sender, at: new Date(at - 86_400_000).toISOString() }
  const brought = await server.call("POST", "/v1/tenants/acme/history", adminKey, [event])
  expect(brought.json.counts).toEqual({ applied: 1, duplicate: 0, refused: 0 })
  await hear(message({ chat: "old", id: "o1", at: at - 86_400_000 }))
  expect((await delivered())("/inbox").filter(({ type }) => type === "message.received")).toEqual([])
})

test("an account that needs somebody is announced where that was chosen, and nowhere else", async () => {
  told.clear()
  const credentials = fixture("account_status.credentials")
  const payload = { AccountStatus: { ...credentials.AccountStatus, account_id: fixtureAccount } }
  await hear(payload)
  await hear(payload)
  const at = await delivered()
  expect(at("/accounts")).toMatchObject([
    {
      type: "connection.status_changed",
      data: {
        account_id: fixtureAccount,
        account_status: "checkpoint_required",
        previous_account_status: "active",
        needs_action: "checkpoint"
      }
    }
  ])
  expect(at("/inbox")).toEqual([])
})

test("two participants that become one are announced", async () => {
  told.clear()
  const base = message({ chat: "group", id: "g1", at })
  const shown = (id: string, minute: number, lid: string | null, phone: string | null) => {
    const provider_id = lid ?? `${phone!.slice(1)}@s.whatsapp.net`
    const specifics = { provider: "WHATSAPP", ...(phone === null ? {} : { phone_number: phone }) }
    const person = { ...base.sender, attendee_id: id, attendee_provider_id: provider_id, attendee_specifics: specifics }
    return {
      ...base,
      is_group: true,
      provider_chat_id: "group@g.us",
      message_id: id,
      provider_message_id: `P-${id}`,
      timestamp: new Date(at + minute * 60_000).toISOString(),
      attendees: [person],
      sender: person
    }
  }
  await hear(shown("g1", 1, "777000111@lid", null))
  await hear(shown("g2", 2, null, "+447700900777"))
  await hear(shown("g3", 3, "777000111@lid", "+447700900777"))
  const [merged] = (await delivered())("/accounts")
  expect(merged).toMatchObject({ type: "participant.merged" })
  const { participant_id, merged_into } = (merged as { readonly data: Record<string, string> }).data
  expect((await ask("GET", `/participants/${participant_id}`)).json.id).toBe(merged_into)
})

test("endpoints are listed, bounded, removed; what one lost is sent again in order", async () => {
  const { items } = (await ask("GET", "/outgoing-webhooks")).json
  expect(items.map(({ id }: { id: string }) => id)).toEqual(["accounts", "inbox"])
  expect(JSON.stringify(items)).not.toContain("whsec_")
  const { id: conversation } = (await ask("GET", "/conversations/one")).json
  const ofOne = () =>
    (told.get("/inbox") ?? []).flatMap(({ id, body: { data } }) =>
      "conversation_id" in data && data.conversation_id === conversation ? [id] : []
    )
  const replay = async () => {
    told.clear()
    const { json } = await ask("POST", "/outgoing-webhooks/inbox/replay", { from: new Date(0).toISOString() })
    await delivered()
    expect(told.get("/inbox")).toHaveLength(json.replayed)
    return ofOne()
  }
  const first = await replay()
  expect(first).toHaveLength(9)
  expect(await replay()).toEqual(first)
  for (let n = 0; n < 6; n++) {
    expect((await ask("PUT", `/outgoing-webhooks/more-${n}`, { url: "https://crm.example/" })).status).toBe(201)
  }
  const tooMany = await ask("PUT", "/outgoing-webhooks/more-6", { url: "https://crm.example/" })
  expect(tooMany).toMatchObject({ status: 422, json: { field: "endpoint" } })
  expect(
    await ask("PUT", "/outgoing-webhooks/inbox", { url: "https://crm.example/", events: ["nothing"] })
  ).toMatchObject({
    status: 422
  })
  expect((await ask("DELETE", "/outgoing-webhooks/inbox")).status).toBe(200)
  expect((await ask("DELETE", "/outgoing-webhooks/inbox")).status).toBe(404)
  told.clear()
  await hear(message({ chat: "one", id: "m9", at: at + 9_000 }))
  expect((await delivered())("/inbox")).toEqual([])
  const { announced_events } = (await ask("GET", "")).json
  expect(announced_events).toEqual(["contact.create_requested", "connection.status_changed", "participant.merged"])
})
