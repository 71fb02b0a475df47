/**
 * A name is a name: a history under the names that objects have is the same as under ordinary ones, in every answer, live and
 * after kill -9. On the real process.
 */
import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { msgpack } from "../../src/client/msgpack.ts"
import { WebSocket } from "ws"
import { databases } from "../support/databases.ts"
import { fixture } from "../support/fixtures.ts"
import type { Reply, Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"

/** What a name is asked for in the history; each takes one of a few names, so that a name may stand in several places. */
const roles = [
  "account",
  "chat",
  "message",
  "other",
  "user",
  "peer",
  "record",
  "client",
  "setting",
  "once",
  "emoji"
] as const
type Names = Readonly<Record<(typeof roles)[number], string>>

const numbers = fc.record(
  Object.fromEntries(roles.map((role) => [role, fc.nat(9)])) as Record<keyof Names, fc.Arbitrary<number>>
)
const spelled = (which: Readonly<Record<keyof Names, number>>, names: ReadonlyArray<string>): Names =>
  Object.fromEntries(roles.map((role) => [role, names[which[role]]!])) as Names

/** Paths are made of pieces. An empty one would name another path. */
const path = (...pieces: ReadonlyArray<string>) => pieces.map((piece) => `/${encodeURIComponent(piece)}`).join("")
/** A member under any name; a literal would set the prototype. */
const member = (name: string, value: unknown) => Object.fromEntries([[name, value]])

type Call = (method: string, path: string, body?: unknown) => Promise<Reply>

/** One history of a tenant: everything that a name from outside can be told in. The answers, in order. */
const live = async (
  call: Call,
  hook: (payload: unknown) => Promise<Reply>,
  names: Names
): Promise<ReadonlyArray<Reply>> => {
  const { account, chat, message, other, user, record, client, setting, once, emoji } = names
  // Ids of people are one in any case.
  const peer = names.peer.toLowerCase()
  const base = fixture("message_received.whatsapp_direct")
  const reaction = fixture("message_reaction_added")
  const person = {
    ...base.sender,
    attendee_id: peer,
    attendee_provider_id: peer,
    attendee_public_identifier: peer,
    attendee_specifics: member(setting, 1)
  }
  const told = (message_id: string, more: object) => ({
    ...base,
    account_id: account,
    chat_id: chat,
    message_id,
    provider_message_id: `p ${message_id}`,
    sender: person,
    attendees: [person],
    quoted: member(setting, member(setting, "x")),
    ...more
  })
  const answers: Array<Reply> = []
  const ask = async (method: string, where: string, body?: unknown) => {
    answers.push(await call(method, where, body))
  }
  const tell = async (payload: unknown) => {
    answers.push(await hook(payload))
  }
  const connection = path("connections", account)
  const conversation = path("conversations", chat)

  await ask("PUT", connection, {
    channel_type: "whatsapp",
    account_name: "a",
    user_id: user,
    connection_config: member(setting, member(setting, 1)),
    status: "active"
  })
  await ask("PUT", connection, {
    channel_type: "whatsapp",
    account_name: "a",
    user_id: user,
    connection_config: member(setting, member(setting, 1))
  })
  await tell({ AccountStatus: { account_id: account, account_type: "WHATSAPP", message: "OK" } })
  await ask("DELETE", `${connection}${path("sends", once)}`)
  await ask("POST", `${connection}${path("sends", once, "confirm")}`, { message_id: message })
  await ask("POST", `${connection}/sends`, { count: 2, idempotency_key: once })
  await ask("POST", `${connection}/sends`, { count: 2, idempotency_key: once })
  await ask("POST", `${connection}${path("sends", once, "confirm")}`, { message_id: message })
  await tell(told(message, {}))
  await tell(told(message, {}))
  await tell(told(`${other} 2`, { timestamp: "2026-03-01T10:00:00.000Z" }))
  await tell({
    ...reaction,
    account_id: account,
    chat_id: chat,
    message_id: message,
    reaction: emoji,
    reaction_sender: person
  })
  await ask("GET", `${conversation}/members`)
  await ask("POST", `${conversation}/read`, { user_id: user, message_id: message })
  await ask("POST", `${conversation}/read`, { user_id: `${user} 2` })
  await ask("POST", `${conversation}/read`, { user_id: user })
  await ask("POST", `${conversation}/unread`, { user_id: user })
  await ask("POST", `${conversation}/typing`, { user_id: user, is_typing: true })
  await ask("POST", "/events", { type: "typing", conversation: chat, user_id: user, is_typing: false })
  await ask("POST", "/events", { type: "conversation", conversation: chat, is_urgent: true, idempotency_key: once })
  await ask("POST", "/events", { type: "conversation", conversation: chat, is_urgent: true, idempotency_key: once })
  await ask("POST", "/events", {
    type: "auth",
    account,
    status: "connected",
    provider_config: member(setting, 1),
    checkpoint_data: member(setting, { at: 1 })
  })
  await ask("POST", "/events", { type: setting })
  await ask("PUT", `${conversation}${path("local-messages", client)}`, { content: "draft" })
  await ask("PUT", `${conversation}${path("local-messages", client)}`, { content: "draft 2", message_id: other })
  await ask("POST", "/events", {
    type: "message",
    account,
    conversation: chat,
    message_id: other,
    client_key: client,
    direction: "outbound",
    content: "sent",
    at: "2026-03-02T10:00:00.000Z"
  })
  await ask("PUT", path("records", record), { emails: [], phones: ["+447700900123"] })
  await ask("GET", path("records", record))
  await ask("PUT", path("provider-preferences", setting), { rate_limits: member(setting, 1) })
  await ask("PUT", path("provider-preferences", "whatsapp"), { rate_limits: member(setting, 1) })
  await ask("PUT", path("provider-preferences", "whatsapp"), { rate_limits: { messages_per_day: 7 } })
  await ask("PATCH", "", member(setting, 1))
  await ask("GET", path("statecharts", setting))
  await ask("GET", path("actors", setting, account))
  await ask("POST", path("schedule", setting, "run"))
  await ask("GET", `/conversations?${encodeURIComponent(setting)}=1`)
  await ask("GET", `/fields/missing?entity=${encodeURIComponent(setting)}&field=${encodeURIComponent(setting)}`)
  await ask("GET", `/conversations/${encodeURIComponent(`${chat} not there`)}`)
  return answers
}

/** What everybody can ask for again. */
const questions = ({ account, chat, record }: Names) => [
  path("connections", account),
  path("records", record),
  `${path("connections", account)}/quota`,
  path("conversations", chat),
  `${path("conversations", chat)}/members`,
  `${path("conversations", chat)}/messages`,
  `${path("conversations", chat)}/timeline`,
  "/conversations",
  "/participants?limit=50",
  `${path("records", record)}/profile`,
  ""
]

const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
/** Instants of our own clock. */
const begun = new Date().toISOString()
const instant = /20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g

/** Answers with other names for names, and our ids and clock for what they are. */
const renamed = (value: unknown, names: ReadonlyMap<string, string>, ids: Map<string, string>): unknown => {
  const name = (text: string): string =>
    [...names]
      .reduce((said, [from, to]) => said.replaceAll(new RegExp(`(?<!\\w)${from}(?!\\w)`, "g"), to), text)
      .replaceAll(uuid, (id) => ids.get(id) ?? (ids.set(id, `id ${ids.size}`), ids.get(id)!))
      .replaceAll(instant, (at) => (at >= begun ? "now" : at))
  if (typeof value === "string") return name(value)
  // That somebody looked stands in the timeline.
  if (Array.isArray(value)) {
    return value.flatMap((each) => (each?.type === "conversation_accessed" ? [] : [renamed(each, names, ids)]))
  }
  if (typeof value !== "object" || value === null) return value
  // A topic's life ends with its process.
  const members = Object.entries(value).filter(([key]) => key !== "epoch" && key !== "offset")
  return Object.fromEntries(members.map(([key, each]) => [name(key), renamed(each, names, ids)]))
}

describe.each(databases)("names from outside on $name", (database) => {
  let server: Server
  beforeAll(async () => {
    server = await startServer(database)
  })
  afterAll(() => server.close())

  /** The state of the conversation as the feed shows it, in msgpack. */
  const shown = async (tenant: Tenant, chat: string): Promise<unknown> => {
    const { json } = await server.call("POST", `/v1/tenants/${tenant.id}/feed-tokens`, tenant.key, { user_id: "u" })
    const ws = new WebSocket(`${server.url.replace("http", "ws")}/v1/feed?token=${json.token}`, msgpack.subprotocol)
    try {
      return await new Promise((resolve, reject) => {
        ws.on("open", () => ws.send(msgpack.encode({ type: "subscribe", topic: `conversation:${chat}` })))
        ws.on("message", (data: Buffer) => resolve(msgpack.decode(new Uint8Array(data).buffer)))
        ws.on("error", reject)
      })
    } finally {
      ws.terminate()
    }
  }

  test("a history under names that objects have is the same as under ordinary ones, before and after kill -9", async () => {
    const ordinary = Array.from({ length: 10 }, (_, n) => `ordinary${n}`)
    const told: Array<{
      readonly tenants: ReadonlyArray<Tenant>
      readonly names: ReadonlyArray<Names>
      readonly back: Map<string, string>
      readonly seen: ReadonlyArray<unknown>
    }> = []
    let count = 0
    const called =
      (tenant: Tenant): Call =>
      (method, where, body) =>
        server.call(method, `/v1/tenants/${tenant.id}${where}`, tenant.key, body)
    const seen = async (tenant: Tenant, names: Names) => [
      ...(await Promise.all(questions(names).map((where) => called(tenant)("GET", where)))).map(({ status, json }) => [
        status,
        json
      ]),
      await shown(tenant, names.chat)
    ]
    const said = (answers: ReadonlyArray<unknown>, names: ReadonlyMap<string, string>) =>
      JSON.stringify(renamed(answers, names, new Map()), null, 1)

    const usable = Object.getOwnPropertyNames(Object.prototype)
    const choice = fc.tuple(numbers, fc.shuffledSubarray(usable, { minLength: 10, maxLength: 10 }))
    const everywhere = (name: string) =>
      [
        Object.fromEntries(roles.map((role) => [role, 0])) as Record<keyof Names, number>,
        [name, ...usable.filter((each) => each !== name)].slice(0, 10)
      ] as [Record<keyof Names, number>, Array<string>]
    await fc.assert(
      fc.asyncProperty(choice, async ([which, odd]) => {
        const id = `t${count++}`
        const tenants = [await server.tenant(`${id}-plain`, "unused"), await server.tenant(`${id}-odd`, "unused")]
        const names = [spelled(which, ordinary), spelled(which, odd)]
        const back = new Map([
          ...odd.flatMap((name, n) => [[name, ordinary[n]!] as const, [name.toLowerCase(), ordinary[n]!] as const]),
          ...tenants.map((tenant) => [tenant.id, "tenant"] as const)
        ])
        const histories = []
        for (const [n, tenant] of tenants.entries()) {
          histories.push(
            (await live(called(tenant), (payload) => server.webhook(tenant, payload), names[n]!)).map(
              ({ status, json }) => [status, json]
            )
          )
        }
        expect(said(histories[1]!, back)).toBe(said(histories[0]!, back))
        const now = [await seen(tenants[0]!, names[0]!), await seen(tenants[1]!, names[1]!)]
        expect(said(now[1]!, back)).toBe(said(now[0]!, back))
        told.push({ tenants, names, back, seen: now })
      }),
      {
        numRuns: 6,
        examples: ["__proto__", "constructor", "toString"].map(
          (name) => [everywhere(name)] as [[Record<keyof Names, number>, Array<string>]]
        ),
        endOnFailure: true
      }
    )
    await server.kill()
    await server.restart()
    for (const { tenants, names, back, seen: before } of told) {
      for (const [n, tenant] of tenants.entries()) {
        const again = await seen(tenant, names[n]!)
        expect(said(again, back)).toBe(said(before[n] as ReadonlyArray<unknown>, back))
      }
    }
  }, 240_000)
})
