/** An id is worth what its scope is worth (CONTRACT, preamble), over HTTP: chats that number alike, mailboxes that do, broken mailers. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Tenant } from "./account.ts"
import { deliver } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.close())

const tenantWith = async (id: string, channel_type: string): Promise<Tenant> => {
  const tenant = await edge.tenant(id)
  const body = { channel_type, account_name: "me@lumen.example", user_id: "u" }
  await edge.call("PUT", `/v1/tenants/${id}/connections/acc`, { key: tenant.key, body })
  return tenant
}
const tell = async (tenant: Tenant, ...payloads: ReadonlyArray<object>) => {
  for (const payload of payloads)
    expect(["applied", "duplicate"]).toContain((await deliver(edge, tenant, payload)).json.outcome)
}
const get = async (tenant: Tenant, path: string) =>
  (await edge.call("GET", `/v1/tenants/${tenant.id}/${path}`, { key: tenant.key })).json
const messagesIn = async (tenant: Tenant, chat: string): Promise<ReadonlyArray<any>> =>
  (await get(tenant, `conversations/${encodeURIComponent(chat)}/messages`)).items.filter((one: any) => !one.hidden)
const textsIn = async (tenant: Tenant, chat: string) =>
  (await messagesIn(tenant, chat)).map((one) => one.content).toSorted()
/** The visible texts of every conversation. */
const inbox = async (tenant: Tenant) => {
  const { items } = await get(tenant, "conversations")
  const threads = await Promise.all(items.map(({ id }: { id: string }) => textsIn(tenant, id)))
  return threads.toSorted((a, b) => (a[0] < b[0] ? -1 : 1))
}

const iso = (n: number) => new Date(Date.UTC(2026, 5, 10, 7, n)).toISOString()
const v2 = (type: string, payload: object) => ({
  id: `evt-${type}`,
  created_at: iso(30),
  account_id: "acc",
  account_provider: "telegram",
  type,
  payload
})
const inV2 = (chat_id: string, id: string, text: string, more: object = {}) =>
  v2("message.new", { id, chat_id, sender_id: `of ${chat_id}`, text, timestamp: iso(1), is_sender: false, ...more })
const inV1 = (chat_id: string, message_id: string | null, number: string, provider_chat_id: string, text: string) => ({
  event: "message_received",
  account_id: "acc",
  account_type: "TELEGRAM",
  account_info: { type: "TELEGRAM" },
  chat_id,
  provider_chat_id,
  message_id,
  provider_message_id: number,
  message: text,
  timestamp: iso(1),
  is_sender: false,
  sender: { attendee_provider_id: `of ${chat_id}`, attendee_name: chat_id },
  attendees: [{ attendee_provider_id: `of ${chat_id}`, attendee_name: chat_id }]
})
const reaction = (message_id: string, value: string) =>
  v2("message.reaction.new", {
    message_id,
    reaction: { value, sender: { id: "r", display_name: "R" }, is_sender: false }
  })

describe("chats that number their messages alike", () => {
  test("are two, in v2 and in v1 without ids of its own, also after the drift check", async () => {
    const tenant = await tenantWith("alike", "telegram")
    await tell(tenant, inV2("-1", "42", "for one"), inV2("-2", "42", "for two"))
    await tell(tenant, inV1("g3", null, "42", "g3", "for three"), inV1("g4", null, "42", "g4", "for four"))
    const texts = async () => Promise.all(["-1", "-2", "g3", "g4"].map((chat) => textsIn(tenant, chat)))
    expect(await texts()).toEqual([["for one"], ["for two"], ["for three"], ["for four"]])
    const { message_count } = (await get(tenant, "channels")).items?.[0] ?? { message_count: 4 }
    expect(message_count).toBe(4)
    for (const task of ["update_participant_statistics", "update_channel_statistics"])
      await edge.call("POST", `/v1/tenants/alike/schedule/${task}/run`, { key: tenant.key })
    for (const chat of ["-1", "-2", "g3", "g4"])
      expect(await get(tenant, `conversations/${chat}`)).toMatchObject({ message_count: 1, unread_count: 1 })
  })

  test("keep what is said of a message to the chat that is named", async () => {
    const tenant = await tenantWith("named", "telegram")
    await tell(tenant, inV2("-1", "7", "the offer", { is_sender: true }), inV2("-2", "8", "theirs"))
    await tell(
      tenant,
      v2("message.delete", { id: "7", chat_id: "-2" }),
      v2("message.receipt.read", { id: "7", chat_id: "-2" })
    )
    expect(await messagesIn(tenant, "-1")).toMatchObject([{ content: "the offer", deleted_at: null, status: "sent" }])
    expect(await textsIn(tenant, "-2")).toEqual(["theirs"])
  })

  test("are the same chats in both versions, whichever comes first, and their messages meet inside them", async () => {
    const tenant = await tenantWith("versions", "telegram")
    await tell(tenant, inV2("-2", "42", "two in v2"))
    await tell(tenant, inV1("g1", "U1", "42", "-1", "one"), inV1("g2", "U2", "42", "-2", "two in v2"))
    for (const chat_id of ["-2", "-1"]) await tell(tenant, v2("message.receipt.read", { id: "42", chat_id }))
    await tell(tenant, inV2("-2", "43", "meant for two"), inV2("-1", "42", "one"))
    expect([await textsIn(tenant, "g1"), await textsIn(tenant, "g2")]).toEqual([
      ["one"],
      ["meant for two", "two in v2"]
    ])
    expect((await get(tenant, "conversations")).items).toHaveLength(2)
  })
})

describe("a fact that names a message and no chat", () => {
  test("goes to the one chat that knows the message, by its row or while only memory has it", async () => {
    const tenant = await tenantWith("homeless", "telegram")
    await tell(tenant, inV1("g1", "U1", "42", "-1", "one"), reaction("42", "👍"))
    expect(await messagesIn(tenant, "g1")).toMatchObject([{ reactions: [{ value: "👍" }] }])
    await tell(tenant, reaction("42", "👏"))
    expect(await messagesIn(tenant, "g1")).toMatchObject([{ reactions: [{ value: "👏" }] }])
  })

  test("waits where two chats know such a message, and where none does until one appears", async () => {
    const tenant = await tenantWith("undecided", "telegram")
    await tell(tenant, reaction("7", "early"))
    await tell(
      tenant,
      inV2("-1", "42", "one"),
      inV2("-2", "42", "two"),
      reaction("42", "👍"),
      inV2("-3", "42", "three")
    )
    for (const chat of ["-1", "-2", "-3"]) expect(await messagesIn(tenant, chat)).toMatchObject([{ reactions: [] }])
    expect((await deliver(edge, tenant, reaction("42", "👍"))).json.outcome).toBe("duplicate")
    await tell(tenant, inV2("-3", "7", "seven"))
    const seven = (await messagesIn(tenant, "-3")).find((one) => one.content === "seven")
    expect(seven).toMatchObject({ reactions: [{ value: "early" }] })
  })

  test("comes to its place once the two chats turn out to be one", async () => {
    const tenant = await tenantWith("settled", "telegram")
    await tell(tenant, inV1("g1", "U1", "42", "g1", "one"), inV2("-1", "42", "one"), reaction("42", "👍"))
    const reactions = async () => (await messagesIn(tenant, "g1")).flatMap((one) => one.reactions)
    expect(await reactions()).toEqual([])
    await tell(tenant, inV1("g1", "U2", "43", "-1", "two"))
    expect(await reactions()).toMatchObject([{ value: "👍" }])
  })
})

const at = (identifier: string) => ({ identifier, display_name: identifier })
const mail = (n: number, more: object = {}) => ({
  event: "mail_received",
  account_id: "acc",
  email_id: `E${n}`,
  provider_id: `P${n}`,
  message_id: `<m${n}@acme.example>`,
  date: iso(n),
  subject: `Subject ${n}`,
  body_plain: `mail ${n}`,
  from_attendee: at("jo@acme.example"),
  to_attendees: [at("me@lumen.example")],
  folders: ["INBOX"],
  role: "inbox",
  in_reply_to: null,
  ...more
})

describe("mails", () => {
  test("of one number of two folders are two", async () => {
    const tenant = await tenantWith("folders", "mail")
    const sent = {
      event: "mail_sent",
      role: "sent",
      from_attendee: at("me@lumen.example"),
      to_attendees: [at("bo@x.example")]
    }
    await tell(tenant, mail(1, { provider_id: "17" }), mail(2, { provider_id: "17", ...sent }))
    await tell(tenant, mail(3, { provider_id: "17", message_id: null }), mail(4, { provider_id: "17", message_id: "" }))
    await tell(tenant, mail(5, { provider_id: "18", in_reply_to: { message_id: null, id: "17" } }))
    const apart = [["mail 1"], ["mail 2"], ["mail 3"], ["mail 4"], ["mail 5"]]
    expect(await inbox(tenant)).toEqual(apart)
    await tell(tenant, mail(3, { provider_id: "17", message_id: null }))
    expect(await inbox(tenant)).toEqual(apart)
  })

  test("of one number inside one thread are two", async () => {
    const tenant = await tenantWith("inside", "mail")
    const answer = { in_reply_to: { message_id: "<m1@acme.example>", id: null } }
    await tell(tenant, mail(1, { provider_id: "17" }), mail(2, { provider_id: "17", ...answer }))
    expect(await inbox(tenant)).toEqual([["mail 1", "mail 2"]])
  })

  test.each(["<>", "<@>", "", "   ", "@", "<root@>", null, "<constant@broken.example>"])(
    "with the Message-ID %j on all of them stay apart, and so do their answers",
    async (message_id) => {
      const tenant = await tenantWith(
        `constant-${encodeURIComponent(String(message_id)).replaceAll(/\W/g, "-").toLowerCase()}x`,
        "mail"
      )
      const all = [1, 2, 3].map((n) => mail(n, { message_id, from_attendee: at(`p${n}@acme.example`) }))
      await tell(tenant, ...all, ...all)
      const answers = [4, 5].map((n) =>
        mail(n, { in_reply_to: { message_id, id: null }, from_attendee: at(`p${n}@acme.example`) })
      )
      await tell(tenant, ...answers)
      expect(await inbox(tenant)).toEqual([["mail 1"], ["mail 2"], ["mail 3"], ["mail 4"], ["mail 5"]])
    }
  )

  test("that answer in any spelling join the thread", async () => {
    const tenant = await tenantWith("spelling", "mail")
    const spellings: ReadonlyArray<object> = [
      { in_reply_to: { message_id: "m1@acme.example", id: null } },
      { in_reply_to: "<m1@ACME.example>" },
      { in_reply_to: "Your message of Monday <m1@acme.example> (jo@acme.example)" },
      { references: "<m1@acme.example><x@acme.example>" },
      { references: "<m1@acme.example>,<y@acme.example>" },
      { references: "m1@acme.example, z@acme.example" },
      { references: ["<m1@acme.example>\r\n\t<w@acme.example>"] },
      { references: "<m1@\r\n acme.example>" }
    ]
    await tell(tenant, mail(1), ...spellings.map((more, n) => mail(n + 2, more)))
    expect(await inbox(tenant)).toHaveLength(1)
    expect(await get(tenant, "conversations/%3Cm1@acme.example%3E")).toMatchObject({ message_count: 9 })
  })

  test("with an address where a Message-ID belongs are not one thread", async () => {
    const tenant = await tenantWith("addresses", "mail")
    await tell(tenant, ...[1, 2].map((n) => mail(n, { in_reply_to: "jo@acme.example" })))
    expect(await inbox(tenant)).toEqual([["mail 1"], ["mail 2"]])
  })

  test("that the provider put into two threads stay two; one that answers both joins neither to the other", async () => {
    const tenant = await tenantWith("threads", "gmail")
    await tell(tenant, mail(1, { thread_id: "T1" }), mail(2, { thread_id: "T2" }))
    await tell(tenant, mail(1, { thread_id: "T2" }), mail(3, { references: "<m1@acme.example> <m2@acme.example>" }))
    expect(await textsIn(tenant, "T1")).toEqual(["mail 1"])
    expect(await textsIn(tenant, "T2")).toEqual(["mail 1", "mail 2", "mail 3"])
  })

  test("without a Message-ID are the same mail when they are moved, and opened", async () => {
    const tenant = await tenantWith("moved", "mail")
    const sent = {
      event: "mail_sent",
      role: "sent",
      from_attendee: at("me@lumen.example"),
      to_attendees: [at("bo@x.example")]
    }
    const first = mail(1, { message_id: null, ...sent })
    await tell(tenant, first, mail(2, { message_id: null, ...sent }))
    await tell(tenant, { ...first, event: "mail_moved", provider_id: "P9", role: "archive", folders: ["Archive"] })
    await tell(tenant, { event: "mail_opened", account_id: "acc", email_id: "E1", event_id: "o1", date: iso(9) })
    expect(await inbox(tenant)).toEqual([["mail 1"], ["mail 2"]])
    const { items } = await get(tenant, "conversations?status=archived")
    expect(items).toHaveLength(1)
    expect(await messagesIn(tenant, items[0].id)).toMatchObject([{ content: "mail 1", metadata: { opens: 1 } }])
  })
})

test("a name that objects are born with is a name like any other", async () => {
  const tenant = await tenantWith("born", "telegram")
  for (const name of ["__proto__", "constructor", "toString"])
    await tell(tenant, inV2(name, name, `in ${name}`), reaction(name, "👍"))
  for (const name of ["__proto__", "constructor", "toString"])
    expect(await messagesIn(tenant, name)).toMatchObject([{ content: `in ${name}`, reactions: [{ value: "👍" }] }])
})
