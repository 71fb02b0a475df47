import * as Schema from "effect/Schema"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  ConnectionWire,
  ConversationSummaryWire,
  ConversationWire,
  MemberWire,
  MessageWire,
  ParticipantWire
} from "../../src/http/api/wire.ts"
import { accountId, chatId, deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "inbox")
  const message = fixture("message_received.whatsapp_direct")
  await deliver(edge, tenant, message)
  for (const n of [1, 2]) {
    await deliver(edge, tenant, {
      ...message,
      chat_id: `chat/${n} ü`,
      message_id: `m-${n}`,
      provider_message_id: `p-${n}`,
      timestamp: `2026-05-04T10:0${n}:00.000Z`
    })
  }
})
afterAll(() => edge.close())

const call = (method: string, path: string, body?: unknown) =>
  edge.call(method, `/v1/tenants/inbox${path}`, { key: tenant.key, body })
const one = `/conversations/${chatId}`

describe("the list", () => {
  test("is fresh without waiting for a snapshot, newest first, page by page", async () => {
    const first = await call("GET", "/conversations?limit=2")
    expect(first.json.items.map((item: any) => item.external_thread_id)).toEqual(["chat/2 ü", "chat/1 ü"])
    const rest = await call("GET", `/conversations?limit=2&cursor=${first.json.next_cursor}`)
    expect(rest.json.items.map((item: any) => item.external_thread_id)).toEqual([chatId])
    expect(rest.json.next_cursor).toBeNull()
    expect(rest.json.items[0]).toMatchObject({
      id: expect.any(String),
      last_message_at: "2026-05-04T09:15:27.000Z",
      unread_count: 1
    })
  })

  test("is narrowed by every filter", async () => {
    await call("PUT", `${one}/priority`, { priority: "urgent" })
    const ids = async (query: string) => {
      const { json } = await call("GET", `/conversations?${query}`)
      return json.items.map((item: any) => item.external_thread_id)
    }
    expect(await ids("priority=urgent")).toEqual([chatId])
    expect(await ids("unread=false")).toEqual([])
    expect(await ids("hot=true")).toEqual([])
    expect(await ids("status=spam")).toEqual([])
    expect(await ids("type=direct&unread=true")).toHaveLength(3)
    expect(await ids(`connection=${accountId}`)).toHaveLength(3)
    expect(await ids("q=okafor")).toHaveLength(3)
    expect(await ids("q=nobody")).toEqual([])
    expect((await call("GET", "/conversations?connection=unknown")).status).toBe(404)
  })
})

test("a conversation answers to our id and to the provider's, whatever characters are in it", async () => {
  const byChat = await call("GET", `/conversations/${encodeURIComponent("chat/1 ü")}`)
  expect(byChat.status).toBe(200)
  const byId = await call("GET", `/conversations/${byChat.json.id}`)
  expect(byId.json).toMatchObject({ id: byChat.json.id, connection_id: expect.any(String), members: [{}, {}] })
  const members = await call("GET", `/conversations/${byChat.json.id}/members`)
  expect(members.json.items).toEqual(byId.json.members)
  const { participant_id } = members.json.items.find((member: any) => member.role !== "owner")
  expect((await call("GET", `/participants/${participant_id}`)).json).toMatchObject({ phone: "+447700900123" })
})

test("messages come as they stand on the wire", async () => {
  const { json } = await call("GET", `${one}/messages`)
  expect(json.next_cursor).toBeNull()
  expect(json.items).toHaveLength(1)
  expect(json.items[0]).toMatchObject({
    external_message_id: "yg3yyVqhRMHQ_y_zyPln_Q",
    direction: "inbound",
    content: "Hi, is the demo still on for Thursday?",
    received_at: "2026-05-04T09:15:27.000Z"
  })
})

describe("a command answers with the conversation after it", () => {
  test("read and unread move the count", async () => {
    expect((await call("POST", `${one}/read`, { user_id: "anna" })).json).toMatchObject({ unread_count: 0 })
    expect((await call("POST", `${one}/unread`, { user_id: "anna" })).json).toMatchObject({ unread_count: 1 })
    expect(await call("POST", `${one}/read`, {})).toMatchObject({ status: 422, json: { field: "user_id" } })
  })

  test("priority, status and type are set, and nothing outside the vocabulary", async () => {
    expect((await call("PUT", `${one}/priority`, { priority: "low" })).json.priority).toBe("low")
    expect((await call("PUT", `${one}/status`, { status: "archived" })).json.status).toBe("archived")
    expect((await call("PUT", `${one}/type`, { conversation_type: "group" })).json.conversation_type).toBe("group")
    expect(await call("PUT", `${one}/priority`, { priority: "extreme" })).toMatchObject({
      status: 422,
      json: { field: "priority" }
    })
    expect((await call("GET", one)).json.priority).toBe("low")
  })

  test("typing is taken, and leaves no trace", async () => {
    const before = (await call("GET", "/stats")).json.seq
    expect((await call("POST", `${one}/typing`, { user_id: "anna", is_typing: true })).json).toEqual({
      outcome: "applied"
    })
    expect((await call("GET", "/stats")).json.seq).toBe(before)
  })
})

test("what is answered is what the document promises, field by field", async () => {
  const id = chatId
  const exactly = { onExcessProperty: "error" } as const
  const promised: ReadonlyArray<readonly [string, Schema.Codec<any, any>]> = [
    [`/conversations/${id}`, ConversationWire as never],
    [`/conversations/${id}/members`, Schema.Struct({ items: Schema.Array(MemberWire) }) as never],
    [
      "/conversations",
      Schema.Struct({ items: Schema.Array(ConversationSummaryWire), next_cursor: Schema.Null }) as never
    ],
    [
      `/conversations/${id}/messages`,
      Schema.Struct({ items: Schema.Array(MessageWire), next_cursor: Schema.Null }) as never
    ],
    [`/connections/${accountId}`, ConnectionWire as never]
  ]
  for (const [path, schema] of promised) {
    Schema.decodeUnknownSync(schema, exactly)((await call("GET", path)).json)
  }
  const { participant_id } = (await call("GET", `/conversations/${id}/members`)).json.items[0]
  Schema.decodeUnknownSync(
    ParticipantWire as never,
    exactly
  )((await call("GET", `/participants/${participant_id}`)).json)
})
