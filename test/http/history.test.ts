/** The door for history: who may use it, what it does and does not do, and how it meets webhooks and a full mailbox. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"
import { fixtureAccount } from "../support/fixtures.ts"

let edge: Edge
let tenant: Tenant
let importKey: string
const base = "/v1/tenants/past"
beforeAll(async () => {
  // Smaller than a batch: history waits for room.
  edge = await startEdge({ mailbox: 64 })
  tenant = await tenantWithAccount(edge, "past")
  const made = await edge.call("POST", `${base}/keys`, {
    key: adminKey,
    body: { name: "importer", scopes: ["import"] }
  })
  importKey = made.json.key
})
afterAll(() => edge.close())

const bring = (body: unknown, key = importKey) => edge.call("POST", `${base}/history`, { key, body })
const get = async (path: string) => (await edge.call("GET", `${base}/${path}`, { key: tenant.key })).json
const at = (minutes: number) => new Date(Date.UTC(2026, 2, 1) + minutes * 60_000).toISOString()
const ann = { name: "Ann", identifiers: { phone: "+447700900001" } }
const told = (id: string, minutes: number, more: object = {}) => ({
  type: "message",
  account: fixtureAccount,
  conversation: "old chat",
  message_id: id,
  direction: "inbound",
  content: `text of ${id}`,
  sender: ann,
  at: at(minutes),
  ...more
})

describe("the door for history", () => {
  test("opens for a key that may import, and for the admin's", async () => {
    expect(await bring([], tenant.key)).toMatchObject({ status: 403 })
    expect(await bring([])).toMatchObject({
      status: 200,
      json: { results: [], counts: { applied: 0, duplicate: 0, refused: 0 } }
    })
    expect((await bring([], adminKey)).status).toBe(200)
    const body = { name: "sly", scopes: ["import"] }
    expect((await edge.call("POST", `${base}/keys`, { key: tenant.key, body })).status).toBe(403)
  })

  test("answers one by one and counts; a repeat changes nothing", async () => {
    const batch = [
      told("h1", 1),
      told("h2", 2, { direction: "outbound", sender: undefined, status: "read", read_at: at(3) }),
      told("h3", 3, { seen: false, reactions: [{ value: "👍", at: at(4) }] }),
      told("h4", 4, { edited_at: at(5), content: "mended" }),
      told("h5", 5, { deleted_at: at(6) }),
      { type: "typing", conversation: "old chat", user_id: "a", is_typing: true },
      told("h6", 6, { direction: "sideways" })
    ].map((one) => JSON.parse(JSON.stringify(one)))
    const first = await bring(batch)
    expect(first.json.counts).toEqual({ applied: 5, duplicate: 0, refused: 2 })
    expect(first.json.results[5]).toMatchObject({ error: { status: 422, field: "type" } })
    expect(first.json.results[6]).toMatchObject({ error: { status: 422, field: "direction" } })
    expect((await bring(batch)).json.counts).toEqual({ applied: 0, duplicate: 5, refused: 2 })
    expect(await get("conversations/old%20chat")).toMatchObject({
      message_count: 4,
      // Older than the account's registration: read, unless the import says otherwise; and what stands before a read one is read too.
      unread_count: 0,
      is_hot: false,
      last_message_at: at(5)
    })
    const { items } = await get("conversations/old%20chat/messages")
    expect(items.find((one: any) => one.external_message_id === "h2")).toMatchObject({ status: "read", read_at: at(3) })
    expect(items.find((one: any) => one.external_message_id === "h4")).toMatchObject({
      content: "mended",
      edited_at: at(5)
    })
    expect(items.find((one: any) => one.external_message_id === "h3").reactions).toMatchObject([{ value: "👍" }])
    expect((await get(`connections/${fixtureAccount}/quota`)).messages_sent_count).toBe(0)
  })

  test("leaves unread what the import says is unread, past what was read", async () => {
    const chat = { conversation: "half read" }
    await bring([
      told("r1", 1, { ...chat, seen: true }),
      told("r2", 2, { ...chat, seen: false }),
      told("r3", 3, { ...chat, seen: false })
    ])
    expect(await get("conversations/half%20read")).toMatchObject({ message_count: 3, unread_count: 2 })
  })

  test("takes NDJSON, and a batch that is larger than the mailbox", async () => {
    const many = Array.from({ length: 400 }, (_, n) => told(`n${n}`, n, { conversation: `chat ${n % 7}` }))
    const raw = many.map((one) => JSON.stringify(one)).join("\n")
    const headers = { "content-type": "application/x-ndjson" }
    const answer = await edge.call("POST", `${base}/history`, { key: importKey, raw, headers })
    expect(answer.json.counts).toEqual({ applied: 400, duplicate: 0, refused: 0 })
    expect((await get("conversations/chat%200")).message_count).toBe(58)
    expect(await bring(Array.from({ length: 5_001 }, () => told("x", 1)))).toMatchObject({ status: 422 })
  })

  test("files and prioritises once under a key", async () => {
    const one = {
      type: "conversation",
      account: fixtureAccount,
      conversation: "old chat",
      status: "archived",
      priority: "low",
      idempotency_key: "filed"
    }
    expect((await bring([one])).json.counts.applied).toBe(1)
    expect(await get("conversations/old%20chat")).toMatchObject({ status: "archived", priority: "low" })
    await bring([told("h0", 0)])
    expect((await get("conversations/old%20chat")).status).toBe("archived")
    await edge.call("PUT", `${base}/conversations/old%20chat/status`, { key: tenant.key, body: { status: "active" } })
    // Answered like the first, and not applied again.
    expect((await bring([one])).json.counts).toEqual({ applied: 1, duplicate: 0, refused: 0 })
    expect((await get("conversations/old%20chat")).status).toBe("active")
  })

  test("is no member of a webhook's body", async () => {
    const echo = { ...(fixture("message_received.whatsapp_outbound_echo") as object), history: true }
    await deliver(edge, tenant, echo)
    expect((await get(`connections/${fixtureAccount}/quota`)).messages_sent_count).toBe(1)
    const event = { ...told("w1", 1), history: true }
    expect(await edge.call("POST", `${base}/events`, { key: tenant.key, body: event })).toMatchObject({
      status: 422,
      json: { field: "history" }
    })
  })
})
