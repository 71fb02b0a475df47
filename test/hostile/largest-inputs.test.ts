/**
 * I8: the largest input that every door takes, many times, against a real process with a small heap. It lives, answers nothing with
 * a fault of its own, and goes on to count. What each door takes, the API's own document says.
 */
import * as OpenApi from "effect/http-api/OpenApi"
import { afterAll, beforeAll, expect, test } from "vitest"
import { documented } from "../../src/http/api/api.ts"
import { Client } from "../feed/client.ts"
import { databases } from "../support/databases.ts"
import { adminKey, type Server, startServer, type Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

type Json = Record<string, any>
const document = OpenApi.fromApi(documented) as unknown as Json

/** How often each door is tried, and how many at a time. */
const times = 4
const atOnce = 6
const mebibyte = 2 ** 20

let server: Server
let acme: Tenant
let someone: string
beforeAll(async () => {
  const pglite = databases.find(({ name }) => name === "pglite")!
  server = await startServer(pglite, { NODE_OPTIONS: "--max-old-space-size=512" })
  acme = await server.tenant("acme", "office")
  await server.webhook(acme, { ...message({ chat: "chat-0", id: "m0", at: Date.now() }), account_id: "office" })
  const { json } = await server.call("GET", "/v1/tenants/acme/conversations/chat-0/members", acme.key)
  someone = json.items.find(({ role }: Json) => role !== "owner")["participant_id"]
})
afterAll(() => server.close())

const isAlive = async () => {
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
  const chat = `alive-${crypto.randomUUID()}`
  const hook = await server.webhook(acme, { ...message({ chat, id: "m", at: Date.now() }), account_id: "office" })
  expect(hook.json).toMatchObject({ outcome: "applied" })
  expect((await server.call("GET", `/v1/tenants/acme/conversations/${chat}`, acme.key)).json).toMatchObject({
    message_count: 1
  })
}

/** All of them, a few at a time. */
const each = async <A>(all: ReadonlyArray<A>, run: (one: A) => Promise<unknown>) => {
  const left = [...all]
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let one = left.shift(); one !== undefined; one = left.shift()) await run(one)
    })
  )
}

/** What a text has to look like, by the name of its member. */
const formed: Readonly<Record<string, (salt: string) => unknown>> = {
  email: (salt) => `${salt}@example.com`,
  emails: (salt) => Array.from({ length: 100 }, (_, n) => `${"e".repeat(40)}-${salt}-${n}@example.com`),
  phone: () => "+447700900123",
  phones: () => ["+447700900123"],
  domains: (salt) => Array.from({ length: 100 }, (_, n) => `d${n}-${salt}.example`),
  date: () => "2026-05-04",
  url: (salt) => `https://example.com/${salt.padEnd(1_000, "u")}`,
  account: () => "office",
  conversation: (salt) => `chat-${salt}`,
  participant: () => someone,
  enabled_features: () => [],
  rate_limits: () => ({}),
  topics: () => ["inbox"],
  is_active: () => true,
  until: () => new Date(Date.now() + 3_600_000).toISOString(),
  base_url: () => "https://api.example.com:13111",
  trigger_reason: () => "Manual sync",
  add: (salt) => [salt.slice(0, 2)],
  remove: () => [],
  direction: () => "inbound",
  is_local_only: () => false
}

/** As large as the schema takes it. */
const largest = (schema: Json, salt: string, name = ""): unknown => {
  if (formed[name] !== undefined) return formed[name](salt)
  if (schema["anyOf"] !== undefined) return largest(schema["anyOf"][0], salt, name)
  if (schema["enum"] !== undefined) return schema["enum"][0]
  switch (schema["type"]) {
    case "object": {
      const members = Object.entries<Json>(schema["properties"] ?? {})
      return members.length === 0
        ? { [salt]: "é".repeat(8_100) }
        : Object.fromEntries(members.map(([member, of]) => [member, largest(of, salt, member)]))
    }
    case "array":
      return Array.from({ length: Math.min(schema["maxItems"] ?? 100, 30) }, (_, n) =>
        largest(schema["items"], `${salt}-${n}`)
      )
    case "boolean":
      return true
    case "integer":
    case "number":
      return Math.min(schema["maximum"] ?? 1, 1_000)
    default:
      return schema["format"] === "date-time"
        ? new Date().toISOString()
        : salt.padEnd(Math.min(schema["maxLength"] ?? 100_000, 100_000), "x")
  }
}

const inPath = (path: string, salt: string): string =>
  path
    .replace("{tenant}", "acme")
    .replace("/connections/{account_id}", `/connections/account-${salt}`)
    .replace("/connections/{id}", "/connections/office")
    .replace("/channels/{id}", "/channels/office")
    .replace("/conversations/{id}", "/conversations/chat-0")
    .replace("/participants/{id}", `/participants/${someone}`)
    .replace("{participant}", someone)
    .replace("{message_id}", "m0")
    .replace("{record_id}", salt.padEnd(200, "r"))
    .replace("{kind}/{id}", "conversation/chat-0")
    .replace("{kind}", "conversation")
    .replace("{provider}", "whatsapp")
    .replace("{task}", "measure_field_population")
    .replace("{account_id}", salt.padEnd(400, "a"))
    .replace("{client_key}", salt.padEnd(450, "k"))
    .replaceAll(/\{\w+\}/g, crypto.randomUUID())

interface Door {
  readonly method: string
  readonly path: string
  readonly schema: Json | null
}
const doors: ReadonlyArray<Door> = Object.entries<Json>(document["paths"]).flatMap(([path, methods]) =>
  Object.entries<Json>(methods).flatMap(([method, { requestBody }]) => {
    if (path.includes("/webhooks/") || path.endsWith("/demo") || path.endsWith("/webhook-secret")) return []
    const schema: Json | null = requestBody?.content["application/json"]?.schema ?? null
    const kinds: ReadonlyArray<Json | null> = path.endsWith("/events") ? schema!["anyOf"].slice(0, 7) : [schema]
    return kinds.map((kind) => ({ method: method.toUpperCase(), path, schema: kind }))
  })
)

test("every endpoint, with the largest body that it takes", async () => {
  expect(doors.length).toBeGreaterThan(60)
  const answers = new Map<string, Array<number>>()
  const tries = Array.from({ length: times }, (_, round) =>
    doors.map((door, n) => ({ ...door, salt: `s${round}-${n}` }))
  ).flat()
  await each(tries, async ({ method, path, schema, salt }) => {
    const response = await fetch(server.url + inPath(path, salt), {
      method,
      headers: { authorization: `Bearer ${adminKey}` },
      ...(schema === null ? {} : { body: JSON.stringify(largest(schema, salt)) })
    })
    await response.arrayBuffer()
    const name = `${method} ${path} ${schema?.["properties"]?.type?.enum?.[0] ?? ""}`
    answers.set(name, [...(answers.get(name) ?? []), response.status])
  })
  const ours = [...answers].filter(([, statuses]) => statuses.includes(500))
  expect(ours).toEqual([])
  const taken = [...answers].filter(([, statuses]) => statuses.some((status) => status < 300))
  expect(
    taken.length / answers.size,
    JSON.stringify([...answers].filter((one) => !taken.includes(one)))
  ).toBeGreaterThan(0.7)
  await isAlive()
}, 120_000)

test("webhooks of a mebibyte, oversized in each of their members", async () => {
  const long = (n: number) => `${n} ${crypto.randomUUID()} `.padEnd(mebibyte - 3_000, "w")
  const many = (n: number) => Array.from({ length: 9_000 }, (_, i) => `${n}-${i} ${"v".repeat(80)}`)
  const body = (n: number) => message({ chat: `big-${n % 20}`, id: `b${n}`, at: Date.now() }) as unknown as Json
  const oversized = Object.keys(body(0)).flatMap((member, n) =>
    [long, many].map((value, k) => ({
      ...body(2 * n + k),
      [member]: value(2 * n + k),
      account_id: "office",
      event: "message_received"
    }))
  )
  const outcomes: Array<string> = []
  await each(oversized, async (payload) => void outcomes.push((await server.webhook(acme, payload)).json.outcome))
  expect(outcomes.filter((outcome) => outcome === "applied").length).toBeGreaterThan(oversized.length / 2)
  expect(outcomes.filter((outcome) => outcome === undefined)).toEqual([])
  await isAlive()
}, 120_000)

test("people whose hints are as long as a body, more of them than the heap would hold", async () => {
  const payload = (n: number) => {
    const made = message({ chat: `person-${n}`, id: `p${n}`, at: Date.now() }) as unknown as Json
    const attendee_specifics = { ...made["sender"].attendee_specifics, occupation: `${n} `.padEnd(8 * mebibyte, "o") }
    return { ...made, account_id: "office", sender: { ...made["sender"], attendee_specifics } }
  }
  const outcomes: Array<string> = []
  await each(
    Array.from({ length: 80 }, (_, n) => n),
    async (n) => void outcomes.push((await server.webhook(acme, payload(n))).json.outcome)
  )
  expect(new Set(outcomes)).toEqual(new Set(["applied"]))
  await isAlive()
}, 120_000)

test("every frame of the feed, with the longest names, from many sockets", async () => {
  const { json } = await server.call("POST", "/v1/tenants/acme/feed-tokens", acme.key, { user_id: "viewer" })
  const url = `${server.url.replace("http", "ws")}/v1/feed?token=${json.token}`
  const name = (n: number) => `chat-${n} `.padEnd(500, "n")
  const filling = "f".repeat(60_000)
  const frames = (n: number): ReadonlyArray<object> => [
    { type: "subscribe", topic: `conversation:${name(n)}`.slice(0, 500), filling },
    { type: "subscribe", topic: "conversation:chat-0", since: { epoch: filling, offset: n } },
    { type: "subscribe", topic: "inbox", since: { epoch: "e", offset: Number.MAX_SAFE_INTEGER } },
    { type: "typing", conversation: "chat-0", is_typing: true, filling },
    { type: "read", conversation: "chat-0", filling },
    { type: "unread", conversation: "chat-0", filling },
    { type: "viewing", conversation: name(n), filling },
    { type: "viewing", conversation: "chat-0", is_viewing: true },
    { type: "unsubscribe", topic: name(n), filling },
    { type: "ping", filling },
    { type: filling }
  ]
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, n) => new Client(url, n % 2 === 0 ? "json" : "msgpack").opened())
  )
  for (let round = 0; round < times; round++) {
    for (const [n, client] of clients.entries()) for (const frame of frames(round * 100 + n)) client.send(frame)
    await Promise.all(clients.map((client) => client.settled()))
  }
  for (const client of clients) client.ws.close()
  await isAlive()
}, 120_000)
