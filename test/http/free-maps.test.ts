/** I8: what a key may put into memory for good is bounded, and past the bound refused with the field, its size and the limit. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { message } from "../support/whatsapp.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let acme: Awaited<ReturnType<Edge["tenant"]>>
const account = { channel_type: "whatsapp", account_name: "Office", user_id: "u" }

beforeAll(async () => {
  edge = await startEdge({ connections: 3 })
  acme = await edge.tenant("acme")
  await put("office", account)
})
afterAll(() => edge.close())

const at = (path: string) => `/v1/tenants/acme/${path}`
const put = (id: string, body: unknown) => edge.call("PUT", at(`connections/${id}`), { key: acme.key, body })
const tell = (body: unknown) => edge.call("POST", at("events"), { key: acme.key, body })

/** A map of so many bytes as JSON; its characters take two bytes each. */
const mapOf = (bytes: number) => {
  const even = bytes % 2 === 0 ? "" : "b"
  return { a: even + "é".repeat((bytes - Buffer.byteLength(JSON.stringify({ a: even }))) / 2) }
}
const limit = 16_384

const message_ = (more: object) => ({
  type: "message",
  account: "office",
  conversation: "chat",
  message_id: "m1",
  direction: "inbound",
  content: "hello",
  sender: { name: "Ann", identifiers: { phone: "+447700900123" } },
  ...more
})

/** Every map that a caller chooses the members of, by its field. */
const places: ReadonlyArray<readonly [field: string, put: (map: object) => ReturnType<Edge["call"]>]> = [
  ["connection_config", (map) => put("office", { ...account, connection_config: map })],
  ["provider_config", (map) => put("office", { ...account, provider_config: map })],
  ["checkpoint_data", (map) => put("office", { ...account, checkpoint_data: map })],
  ["provider_config", (map) => tell({ type: "auth", account: "office", status: "connected", provider_config: map })],
  ["checkpoint_data", (map) => tell({ type: "auth", account: "office", status: "failed", checkpoint_data: map })],
  ["metadata", (map) => tell(message_({ metadata: map }))],
  ["attachments.0", (map) => tell(message_({ message_id: "m2", attachments: [map] }))],
  ["", (map) => edge.call("PUT", at("channels/office/sync-settings"), { key: acme.key, body: map })]
]

describe.each(places)("a map in %s", (field, put) => {
  test("of 16 KiB is taken, of one byte more refused, and nothing was changed", async () => {
    const refused = await put(mapOf(limit + 1))
    expect(refused.status).toBe(422)
    expect(refused.json).toMatchObject({ code: "body_invalid", field })
    expect(refused.json.rule).toMatch(/16385 bytes.*16384/)
    const before = JSON.stringify((await edge.call("GET", at("connections/office"), { key: acme.key })).json)
    expect(before).not.toContain("é".repeat(8_189))
    expect((await put(mapOf(limit))).status).toBeLessThan(300)
  })
})

test("a tenant has as many connections as it may, no webhook makes one, and those that are there go on", async () => {
  expect((await put("second", account)).status).toBe(201)
  expect((await put("third", account)).status).toBe(201)
  const refused = await put("fourth", account)
  expect(refused.status).toBe(422)
  expect(refused.json).toMatchObject({ code: "tenant_full", field: "connection" })
  expect(refused.json.detail).toMatch(/has 3 connections/)
  // Under another network an account gets another channel.
  expect((await put("third", { ...account, channel_type: "telegram" })).json).toMatchObject({ code: "tenant_full" })
  for (let n = 0; n < 5; n++) {
    const { status, json } = await edge.call("POST", at("webhooks/unipile"), {
      headers: { "unipile-auth": acme.secret },
      body: { ...message({ chat: "c", id: `m${n}`, at: 0 }), account_id: `nobody-${n}` }
    })
    expect([status, json.outcome]).toEqual([200, "waiting"])
  }
  expect((await edge.call("GET", at("connections"), { key: acme.key })).json.items).toHaveLength(3)
  expect((await put("third", { ...account, account_name: "Third" })).json).toMatchObject({ account_name: "Third" })
})
