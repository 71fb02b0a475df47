import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { chatId, deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "told")
  await deliver(edge, tenant, fixture("message_received.whatsapp_direct"))
  await deliver(edge, tenant, fixture("message_received.whatsapp_outbound_echo"))
})
afterAll(() => edge.close())

const path = "/v1/tenants/told/events"
const tell = (body: unknown) => edge.call("POST", path, { key: tenant.key, body })
const conversation = async () =>
  (await edge.call("GET", `/v1/tenants/told/conversations/${chatId}`, { key: tenant.key })).json
const other = async () => (await conversation()).members.find((member: any) => member.role !== "owner")

const typing = { type: "typing", conversation: chatId, user_id: "anna", is_typing: true }

describe("events come", () => {
  test("one by one", async () => {
    expect(await tell(typing)).toMatchObject({ status: 200, json: { outcome: "applied" } })
    const { participant_id, provider_participant_id } = await other()
    for (const participant of [participant_id, provider_participant_id]) {
      expect(
        (await tell({ type: "typing", conversation: chatId, participant, is_typing: true, expires_in_s: 2 })).status
      ).toBe(200)
    }
  })

  test("as an array, each with its own end", async () => {
    const { status, json } = await tell([
      typing,
      { ...typing, conversation: "none" },
      { type: "auth" },
      { type: "dance" },
      7
    ])
    expect(status).toBe(200)
    expect(json.results).toMatchObject([
      { outcome: "applied" },
      { error: { status: 404, code: "conversation_unknown" } },
      { error: { status: 422, code: "body_invalid", field: "account" } },
      { error: { status: 422, field: "type" } },
      { error: { status: 422, code: "body_invalid" } }
    ])
  })

  test("as NDJSON, by its type or by its shape", async () => {
    const raw = `${JSON.stringify(typing)}\n\n${JSON.stringify({ ...typing, is_typing: false })}\n`
    for (const type of ["application/x-ndjson", "text/plain"]) {
      const answer = await edge.call("POST", path, { key: tenant.key, raw, headers: { "content-type": type } })
      expect(answer.json).toEqual({ results: [{ outcome: "applied" }, { outcome: "applied" }] })
    }
    const broken = await edge.call("POST", path, { key: tenant.key, raw: `${JSON.stringify(typing)}\n{` })
    expect(broken).toMatchObject({ status: 400, json: { code: "not_json" } })
  })
})

test("typing needs a member or a user, and not both", async () => {
  for (const who of [{}, { user_id: "a", participant: "b" }]) {
    expect(await tell({ type: "typing", conversation: chatId, is_typing: true, ...who })).toMatchObject({
      status: 422,
      json: { field: "participant" }
    })
  }
  expect(await tell({ type: "typing", conversation: chatId, participant: "stranger", is_typing: true })).toMatchObject({
    status: 422,
    json: { code: "rule_broken", field: "participant" }
  })
})

test("a read receipt of the other side raises our message to read", async () => {
  const { participant_id } = await other()
  const at = "2026-05-05T00:00:00.000Z"
  const messages = async () =>
    (await edge.call("GET", `/v1/tenants/told/conversations/${chatId}/messages`, { key: tenant.key })).json.items
  const outbound = (await messages()).find((message: any) => message.direction === "outbound")
  const receipt = {
    type: "read_receipt",
    conversation: chatId,
    message_id: outbound.external_message_id,
    participant: participant_id,
    at
  }
  expect((await tell(receipt)).json).toEqual({ outcome: "applied" })
  expect((await messages()).find((message: any) => message.direction === "outbound")).toMatchObject({
    status: "read",
    read_at: at
  })
  expect((await tell(receipt)).json).toEqual({ outcome: "duplicate" })
})

test("a participant who left is no active member any more", async () => {
  const { participant_id } = await other()
  const left = {
    type: "participant_left",
    conversation: chatId,
    participant: participant_id,
    at: "2026-05-06T00:00:00Z"
  }
  expect((await tell(left)).json).toEqual({ outcome: "applied" })
  expect(await other()).toMatchObject({ is_active: false, left_at: "2026-05-06T00:00:00.000Z" })
  expect((await conversation()).participant_count).toBe(1)
  for (const at of ["soon", "1969-12-31T23:59:59Z", "+275760-09-13T00:00:00Z"]) {
    expect(await tell({ ...left, at })).toMatchObject({ status: 422, json: { field: "at" } })
  }
})

test("no fact lies ahead: a time later than now counts as now", async () => {
  const ahead = "2199-01-01T00:00:00.000Z"
  const inbox = { type: "message", conversation: chatId, direction: "inbound" }
  const sender = { name: "Ada", identifiers: { phone: "+447700900123" } }
  expect((await tell({ ...inbox, message_id: "ahead", sender, content: "soon", at: ahead })).json).toEqual({
    outcome: "applied"
  })
  const before = await conversation()
  expect(Date.parse(before.last_message_at)).toBeLessThanOrEqual(Date.now())
  const { participant_id } = await other()
  const activity = `/v1/tenants/told/conversations/${chatId}/members/${participant_id}/activity`
  expect((await edge.call("PUT", activity, { key: tenant.key, body: { at: ahead } })).status).toBeLessThan(500)
  const { json } = await edge.call("GET", `/v1/tenants/told/participants/${participant_id}`, { key: tenant.key })
  expect(Date.parse(json.last_seen)).toBeLessThanOrEqual(Date.now())
})
