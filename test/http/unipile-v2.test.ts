/** v1 and v2 of one account tell of the same chats and messages under different ids; and what a late mail joins, over HTTP. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { fixture, type Tenant } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.close())

const tenantWith = async (id: string, account: string, channel_type: string, account_name = "Marta") => {
  const tenant = await edge.tenant(id)
  const body = { channel_type, account_name, user_id: "u" }
  await edge.call("PUT", `/v1/tenants/${id}/connections/${account}`, { key: tenant.key, body })
  return tenant
}
const deliver = async (tenant: Tenant, body: unknown): Promise<string> => {
  const headers = { "unipile-auth": tenant.secret }
  const { json } = await edge.call("POST", `/v1/tenants/${tenant.id}/webhooks/unipile`, { body, headers })
  return json.outcome
}
const get = async (tenant: Tenant, path: string) =>
  (await edge.call("GET", `/v1/tenants/${tenant.id}/${path}`, { key: tenant.key })).json

const v1 = fixture("message_received.linkedin_inbound")
const account = v1["account_id"] as string
const v2 = (type: string, payload: object) => ({ ...fixture("v2/message.new"), type, account_id: account, payload })
const sameMessage = v2("message.new", {
  ...fixture("v2/message.new")["payload"],
  id: v1["provider_message_id"],
  chat_id: v1["provider_chat_id"],
  sender_id: v1["sender"].attendee_provider_id,
  sender: { id: v1["sender"].attendee_provider_id, display_name: v1["sender"].attendee_name },
  text: v1["message"],
  timestamp: v1["timestamp"]
})
const reaction = v2("message.reaction.new", {
  message_id: v1["provider_message_id"],
  reaction: { value: "👏", sender: { id: v1["sender"].attendee_provider_id, display_name: "Dana" }, is_sender: false }
})

describe("the same chat in v1 and v2", () => {
  const expectOne = async (tenant: Tenant) => {
    const { items } = await get(tenant, "conversations")
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      external_thread_id: v1["chat_id"],
      message_count: 1,
      unread_count: 1,
      participant_count: 2
    })
    const messages = (await get(tenant, `conversations/${items[0].id}/messages`)).items
    expect(messages.filter((message: any) => !message.hidden)).toMatchObject([{ reactions: [{ value: "👏" }] }])
    const members = (await get(tenant, `conversations/${items[0].id}`)).members
    const sender = members.find((member: any) => member.role !== "owner")
    expect(await get(tenant, `participants/${sender.participant_id}`)).toMatchObject({
      total_messages: 1,
      total_conversations: 1
    })
    expect(await get(tenant, "quarantine")).toEqual({ items: [], next_cursor: null })
  }

  test("v1 first: v2 finds the chat by its other name, and the reaction its message by a look-up", async () => {
    const tenant = await tenantWith("v1first", account, "linkedin")
    expect(await deliver(tenant, v1)).toBe("applied")
    expect(await deliver(tenant, reaction)).toBe("applied")
    expect(await deliver(tenant, reaction)).toBe("duplicate")
    await deliver(tenant, sameMessage)
    await expectOne(tenant)
  })

  test("v2 first: its conversation becomes part of v1's, and answers under its old id", async () => {
    const tenant = await tenantWith("v2first", account, "linkedin")
    expect(await deliver(tenant, reaction)).toBe("applied")
    expect(await deliver(tenant, sameMessage)).toBe("applied")
    const before = await get(tenant, `conversations/${encodeURIComponent(v1["provider_chat_id"])}`)
    expect(before).toMatchObject({ message_count: 1 })
    expect(await deliver(tenant, v1)).toBe("applied")
    expect(await get(tenant, `conversations/${before.id}`)).toMatchObject({
      external_thread_id: v1["chat_id"],
      merged_into: null
    })
    await expectOne(tenant)
  })
})

describe("three mails of which the middle one comes last", () => {
  const mail = (id: string, minute: number, answers: string | null) => ({
    ...fixture("mail_received"),
    account_id: "post",
    email_id: `id-${id}`,
    provider_id: `p-${id}`,
    message_id: `<${id}@x>`,
    date: `2026-06-10T07:0${minute}:00.000Z`,
    in_reply_to: answers === null ? null : { message_id: `<${answers}@x>`, id: `id-${answers}` }
  })

  test("are one conversation with all three messages, and the list shows it once", async () => {
    const tenant = await tenantWith("threads", "post", "outlook", "marta@lumen.example")
    for (const one of [mail("c", 3, "b"), mail("a", 1, null)]) expect(await deliver(tenant, one)).toBe("applied")
    // In the database before they are joined.
    expect((await get(tenant, "conversations")).items).toHaveLength(2)
    const apart = await get(tenant, "conversations/%3Cb@x%3E")
    expect(await deliver(tenant, mail("b", 2, "a"))).toBe("applied")
    const { items } = await get(tenant, "conversations")
    expect(items).toMatchObject([{ external_thread_id: "<a@x>", message_count: 3, unread_count: 3 }])
    for (const id of [items[0].id, apart.id, "%3Ca@x%3E", "%3Cb@x%3E"]) {
      const messages = (await get(tenant, `conversations/${id}/messages`)).items
      expect(messages.map((message: any) => message.external_message_id)).toEqual(["id-c", "id-b", "id-a"])
    }
    const { status, json } = await edge.call("POST", `/v1/tenants/threads/conversations/${apart.id}/read`, {
      key: tenant.key,
      body: { user_id: "u" }
    })
    expect([status, json.outcome ?? "applied"]).toEqual([200, "applied"])
    expect(await get(tenant, `conversations/${items[0].id}`)).toMatchObject({ unread_count: 0 })
  })

  test("opens of a mail that nobody has seen wait for it", async () => {
    const tenant = await tenantWith("opens", fixture("mail_sent")["account_id"], "gmail", "marta@lumen.example")
    expect(await deliver(tenant, fixture("mail_opened"))).toBe("applied")
    expect(await deliver(tenant, fixture("mail_opened"))).toBe("duplicate")
    expect(await deliver(tenant, fixture("mail_sent"))).toBe("applied")
    const { items } = await get(tenant, "conversations")
    const messages = (await get(tenant, `conversations/${items[0].id}/messages`)).items
    expect(messages).toMatchObject([{ status: "read", read_at: "2026-06-10T08:31:05.000Z", metadata: { opens: 1 } }])
  })
})
