/**
 * Odd parts of payloads over real HTTP (CONTRACT, preamble): a sample of those that test/providers/unipile-odd.test.ts tries one
 * by one, each applied; and what only shows behind the translation.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { deliver, fixture, type Tenant } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
const accounts: Readonly<Record<string, string>> = { wa: "whatsapp", tg: "telegram", li: "linkedin", box: "gmail" }
const register = (account: string, channel_type: string) =>
  edge.call("PUT", `/v1/tenants/${tenant.id}/connections/${account}`, {
    key: tenant.key,
    body: { channel_type, account_name: "Sales", user_id: "user-1" }
  })
const get = async (path: string) =>
  (await edge.call("GET", `/v1/tenants/${tenant.id}/${path}`, { key: tenant.key })).json

beforeAll(async () => {
  edge = await startEdge()
  tenant = await edge.tenant("odd")
  for (const [account, channel_type] of Object.entries(accounts)) await register(account, channel_type)
})
afterAll(() => edge.close())

const outcome = async (body: unknown) => (await deliver(edge, tenant, body)).json.outcome
const whatsapp = (more: object) => ({ ...fixture("message_received.whatsapp_direct"), account_id: "wa", ...more })
const group = (more: object) => ({ ...fixture("message_received.whatsapp_group"), account_id: "wa", ...more })

const oddities = [null, "", "0", 0, {}, [], ["x"], { value: "x" }]

describe.each([
  ["message_received.whatsapp_direct", "wa", ["message_id", "chat_id"]],
  ["message_received.telegram_inbound", "tg", ["message_id", "chat_id"]],
  ["message_edited", "wa", ["message_id", "chat_id"]],
  ["message_reaction_added", "wa", ["message_id", "chat_id"]],
  ["mail_received", "box", ["email_id", "thread_id"]],
  ["mail_opened", "box", ["email_id"]],
  ["calendar_event_created", "box", ["id"]],
  ["new_relation", "li", ["user_provider_id"]]
])("%s", (name, account_id, ids) => {
  test("is applied whichever of its parts is odd", async () => {
    let n = 0
    for (const part of Object.keys(fixture(name))) {
      if (part === "event" || part === "account_id" || ids.includes(part)) continue
      const odd = oddities[n++ % oddities.length]
      const own = Object.fromEntries(ids.map((id) => [id, `${name}-${n}-${id}`]))
      // The other names of the message are the fixture's, so that an odd one is not replaced by them.
      const names = {
        provider_message_id: null,
        provider_id: null,
        ...("event_id" in fixture(name) && { event_id: `e${n}` })
      }
      const body = { ...fixture(name), message_id: `<${n}@${name}.example>`, ...names, ...own, account_id, [part]: odd }
      expect(await outcome(body), `${part} as ${JSON.stringify(odd)}`).toBe("applied")
    }
    expect(n).toBeGreaterThan(5)
    expect((await get("quarantine")).items).toEqual([])
  })
})

describe("a post without a person", () => {
  const news = {
    chat_id: "news",
    provider_chat_id: "120363@newsletter",
    sender: null,
    attendees: [],
    subject: "Acme news"
  }

  test("is applied and unread, and its sender is nobody", async () => {
    expect(await outcome(whatsapp({ ...news, message_id: "post-1", provider_message_id: null }))).toBe("applied")
    const chat = await get("conversations/news")
    expect(chat).toMatchObject({
      message_count: 1,
      unread_count: 1,
      conversation_type: "channel",
      subject: "Acme news"
    })
    // Nobody is made up: the account's own person is the only member.
    expect(chat.members.map(({ role }: { role: string }) => role)).toEqual(["owner"])
    const { items } = await get("conversations/news/messages")
    expect(items).toMatchObject([{ sender_participant_id: null, direction: "inbound", contact_phone: null }])
  })

  test("counts and is read like any other, and its repeat changes nothing", async () => {
    const post = whatsapp({ ...news, message_id: "post-2", provider_message_id: null })
    expect([await outcome(post), await outcome(post)]).toEqual(["applied", "duplicate"])
    expect(await get("conversations/news")).toMatchObject({ message_count: 2, unread_count: 2 })
    await edge.call("POST", `/v1/tenants/odd/conversations/news/read`, { key: tenant.key, body: { user_id: "u" } })
    expect(await get("conversations/news")).toMatchObject({ unread_count: 0 })
    const gone = { ...post, event: "message_deleted" }
    expect(await outcome(gone)).toBe("applied")
    expect(await get("conversations/news")).toMatchObject({ message_count: 1 })
  })

  test("that renames a group gives it the new name", async () => {
    const line = { chat_id: "team", sender: null, is_event: 1, event_type: 4, subject: "New name", message: null }
    expect(await outcome(group({ ...line, message_id: "line-1", provider_message_id: null }))).toBe("applied")
    const chat = await get("conversations/team")
    expect(chat).toMatchObject({ subject: "New name", message_count: 0, conversation_type: "group" })
    expect(chat.members).toHaveLength(4)
  })

  test("and a reaction of nobody in particular stands on its message, once", async () => {
    const told = { chat_id: "cheers", message_id: "cheer-1", provider_message_id: null }
    expect(await outcome(group(told))).toBe("applied")
    const cheer = (reaction: string, at: string) =>
      group({ ...told, event: "message_reaction", reaction, reaction_sender: null, timestamp: at })
    expect(await outcome(cheer("🎉", "2026-05-05T10:00:00Z"))).toBe("applied")
    expect(await outcome(cheer("👍", "2026-05-05T10:00:01Z"))).toBe("applied")
    const { items } = await get("conversations/cheers/messages")
    expect(items[0].reactions).toMatchObject([{ value: "👍", participant_id: null }])
  })
})

describe("the channel type", () => {
  test("that is odd or another one is the registered one", async () => {
    for (const [n, account_type] of [null, "SLACK", 0, {}, ["WHATSAPP"], "LINKEDIN"].entries()) {
      const ids = { message_id: `typed-${n}`, provider_message_id: null, chat_id: `typed-${n}` }
      expect(await outcome(whatsapp({ ...ids, account_type, account_info: {} })), JSON.stringify(account_type)).toBe(
        "applied"
      )
      const { members } = await get(`conversations/typed-${n}`)
      const ben = members.find(({ role }: { role: string }) => role === "member")
      expect(await get(`participants/${ben.participant_id}`)).toMatchObject({ phone: "+447700900123" })
    }
  })

  test("of an account that nobody has registered is waited for, and is what it is registered as then", async () => {
    const told = whatsapp({ account_id: "later", account_type: "SLACK", account_info: 0, chat_id: "later-chat" })
    expect(await outcome(told)).toBe("waiting")
    await register("later", "whatsapp")
    expect(await get("conversations/later-chat")).toMatchObject({ message_count: 1, unread_count: 1 })
  })
})

test("a payload that shows nothing of the owner makes nobody a member", async () => {
  const told = { chat_id: "owned", provider_message_id: null }
  expect(await outcome(whatsapp({ ...told, message_id: "owned-1" }))).toBe("applied")
  expect(await outcome(whatsapp({ ...told, message_id: "owned-2", account_info: null }))).toBe("applied")
  expect(
    await outcome(whatsapp({ ...told, message_id: "owned-3", account_info: [], is_sender: true, sender: 0 }))
  ).toBe("applied")
  expect(await get("conversations/owned")).toMatchObject({ participant_count: 2, conversation_type: "direct" })
})

test("all whom a receipt names have read, and nobody else", async () => {
  const told = { provider_chat_id: "1@g.us", is_sender: true, sender: null, provider_message_id: null }
  const ids = ["447700900123@s.whatsapp.net", "4520000333@s.whatsapp.net"]
  const lists = { map: { [ids[0]!]: true, [ids[1]!]: "2026-05-04T10:00:00Z" }, list: ids }
  for (const [chat_id, read_by] of Object.entries(lists)) {
    expect(await outcome(group({ ...told, chat_id, message_id: chat_id }))).toBe("applied")
    const receipt = group({ ...told, chat_id, message_id: chat_id, event: "message_read", read_by })
    expect([await outcome(receipt), await outcome(receipt)]).toEqual(["applied", "duplicate"])
    const { members } = await get(`conversations/${chat_id}`)
    const read = members.filter(({ last_read_at }: { last_read_at: unknown }) => last_read_at !== null)
    expect(read.map((one: Record<string, string>) => one["provider_participant_id"]).sort()).toEqual(ids)
    expect((await get(`conversations/${chat_id}/messages`)).items).toMatchObject([{ status: "read" }])
  }
})
