/** How long a webhook may be, and that a refusal of one leaves a trace (DESIGN §10). */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { inspect } from "node:util"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { Journal } from "../../persistence/journal/journal.ts"
import { deliver, fixture, register, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

const mebibyte = 1024 * 1024
const largest = 16 * mebibyte

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "long")
})
afterAll(() => edge.close())

const path = (of: Tenant) => `/v1/tenants/${of.id}/webhooks/unipile`
const get = async (what: string, of = tenant) =>
  (await edge.call("GET", `/v1/tenants/${of.id}${what}`, { key: of.key })).json
const message = (chat_id: string, more: object = {}) => ({
  ...fixture("message_received.whatsapp_direct"),
  message_id: chat_id,
  provider_message_id: null,
  chat_id,
  ...more
})
/** The payload, filled up to that many bytes. */
const padded = (payload: object, length: number): Uint8Array<ArrayBuffer> => {
  const text = JSON.stringify({ ...payload, padding: "" })
  return new TextEncoder().encode(text.replace('"padding":""', `"padding":"${"x".repeat(length - text.length)}"`))
}
const send = async (raw: Uint8Array<ArrayBuffer>, of = tenant, isAnnounced = true) => {
  const response = await fetch(edge.url + path(of), {
    method: "POST",
    headers: { "unipile-auth": of.secret },
    ...(isAnnounced ? { body: raw } : { body: new Blob([raw]).stream(), duplex: "half" })
  } as RequestInit)
  return { status: response.status, json: (await response.json()) as any }
}

describe("a webhook", () => {
  test.each([
    ["announced", true],
    ["unannounced", false]
  ])("of 16 MiB is applied, %s", async (name, isAnnounced) => {
    expect(await send(padded(message(name), largest), tenant, isAnnounced)).toMatchObject({
      status: 200,
      json: { outcome: "applied" }
    })
    expect(await get(`/conversations/${name}`)).toMatchObject({ message_count: 1, unread_count: 1 })
  })

  test.each([
    ["announced", true],
    ["unannounced", false]
  ])(
    "of a byte more is refused, counted each time, and the next success ends the row, %s",
    async (name, isAnnounced) => {
      const other = await tenantWithAccount(edge, `longer-${name}`)
      for (const failures of [1, 2, 3]) {
        expect(await send(padded(message(name), largest + 1), other, isAnnounced)).toMatchObject({
          status: 413,
          json: { code: "too_large" }
        })
        expect((await get("", other)).webhook_failures).toBe(failures)
      }
      expect((await get("", other)).last_webhook_received).toMatch(/Z$/)
      const figures = (await edge.call("GET", "/metrics")).text
      expect(figures).toMatch(/switchboard_webhooks_total\{[^}]*outcome="too_large"[^}]*\} [1-9]/)
      await deliver(edge, other, message(name))
      expect((await get("", other)).webhook_failures).toBe(0)
    }
  )

  test("that is too long, no JSON or too deep is logged with tenant and account", async () => {
    const log = vi.spyOn(console, "log").mockImplementation(() => undefined)
    const other = await tenantWithAccount(edge, "told")
    expect((await send(padded(message("x"), largest + 1), other)).status).toBe(413)
    expect((await send(new TextEncoder().encode("a=1"), other)).status).toBe(400)
    expect((await send(new TextEncoder().encode("[".repeat(65) + "]".repeat(65)), other)).json.code).toBe("too_deep")
    const said = log.mock.calls.map((call) => inspect(call))
    log.mockRestore()
    const lines = said.filter((line) => line.includes("refused and not kept") && line.includes("tenant: 'told'"))
    expect(lines).toHaveLength(3)
    expect(lines[0]).toContain(fixture("message_received.whatsapp_direct")["account_id"])
    expect((await get("", other)).webhook_failures).toBe(3)
  })

  test("of a stranger is neither read on nor counted", async () => {
    const raw = padded(message("strange"), largest + 1)
    const before = (await get("")).webhook_failures
    const response = await fetch(edge.url + path(tenant), {
      method: "POST",
      headers: { "unipile-auth": "x" },
      body: raw
    })
    expect(response.status).toBe(401)
    await response.body?.cancel()
    const signed = await fetch(edge.url + path(tenant), {
      method: "POST",
      headers: { "unipile-signature": "t=1,v0=00" },
      body: raw
    })
    expect(signed.status).toBe(413)
    await signed.body?.cancel()
    expect((await get("")).webhook_failures).toBe(before)
  })

  test("at the shared address is counted with the tenant whose account it names and whose secret it brings", async () => {
    const shared = async (secret: string) => {
      const response = await fetch(`${edge.url}/v1/webhooks/unipile`, {
        method: "POST",
        headers: { "unipile-auth": secret },
        body: padded(message("shared", { account_id: "only-here" }), largest + 1)
      })
      await response.body?.cancel()
      return response.status
    }
    const other = await edge.tenant("sharing")
    await edge.call("PUT", `/v1/tenants/sharing/connections/only-here`, {
      key: other.key,
      body: { channel_type: "whatsapp", account_name: "Sales", user_id: "u" }
    })
    expect([await shared("wrong"), await shared(other.secret)]).toEqual([401, 413])
    expect((await get("", other)).webhook_failures).toBe(1)
  })
})

describe("a long payload", () => {
  test("that is not understood is kept whole, as far as the room for it goes", async () => {
    const other = await tenantWithAccount(edge, "rooms")
    const unknown = (n: number) => padded({ event: `kind_${n}`, account_id: "a" }, largest)
    await edge.run(
      Effect.flatMap(
        SqlClient,
        (sql) => sql`
          insert into quarantine (id, tenant_id, received_at, source, reason, body)
          select gen_random_uuid(), ${other.id}::text, now(), 'unipile_webhook', 'test',
            convert_to(repeat('x', ${largest}::integer), 'UTF8')
          from generate_series(1, 15)`
      )
    )
    expect((await send(unknown(0), other)).json.outcome).toBe("quarantined")
    expect(await send(unknown(16), other)).toMatchObject({ status: 503, json: { code: "quarantine_full" } })
    const { items } = await get("/quarantine", other)
    expect(items.map(({ size_bytes }: { size_bytes: number }) => size_bytes)).toEqual(items.map(() => largest))
    expect(await deliver(edge, other, message("understood"))).toMatchObject({ json: { outcome: "applied" } })
  })

  test("that waits for its account is applied when that is registered", async () => {
    const other = await edge.tenant("patient")
    for (let n = 0; n < 3; n++)
      expect((await send(padded(message(`early-${n}`), 9 * mebibyte), other)).json.outcome).toBe("waiting")
    await register(edge, other)
    for (let n = 0; n < 3; n++)
      expect(await get(`/conversations/early-${n}`, other)).toMatchObject({ message_count: 1 })
  })
})

test("the journal entry of a payload does not grow with its body (I8)", async () => {
  const other = await edge.tenant("growing")
  for (const [account, channel_type] of [
    ["ryiNb5LlmAmAfGwuyo5X7A", "whatsapp"],
    ["box", "gmail"]
  ])
    await edge.call("PUT", `/v1/tenants/growing/connections/${account}`, {
      key: other.key,
      body: { channel_type, account_name: "Sales", user_id: "u" }
    })
  const long = "x".repeat(300_000)
  const many = (one: (n: number) => unknown) => Array.from({ length: 5_000 }, (_, n) => one(n))
  const attachment = (n: number) => ({
    id: `a${n}`,
    type: long.slice(0, 9_000),
    name: long.slice(0, 9_000),
    mimetype: "x",
    url: `att://${n}`
  })
  const address = (n: number) => ({ display_name: long.slice(0, 100), identifier: `p${n}@acme.example` })
  const bodies = [
    message("grown", {
      message: long,
      quoted: { text: long, attachments: many((n) => n) },
      reply_to: many((n) => ({ [n]: n })),
      mentions: long,
      is_forwarded: { long },
      message_type: [long],
      folder: many((n) => `folder-${n}`),
      subject: long,
      attachments: many(attachment).slice(0, 200),
      attendees: many((n) => ({
        attendee_id: `a${n}`,
        attendee_provider_id: `${n + 1}@lid`,
        attendee_specifics: { occupation: n === 0 ? long : "baker" }
      }))
    }),
    { ...message("grown"), event: "message_edited", message: long },
    {
      ...message("grown"),
      event: "message_read",
      read_by: Object.fromEntries(many((n) => [`${n + 1}@lid`, true]) as any)
    },
    {
      ...fixture("mail_received"),
      account_id: "box",
      body: long,
      body_plain: long,
      subject: long,
      to_attendees: many(address),
      cc_attendees: many(address),
      attachments: many(attachment).slice(0, 200),
      in_reply_to: { message_id: "<x@y>", long },
      folders: many((n) => `f${n}`),
      references: many((n) => `<r${n}@acme.example>`)
    },
    {
      ...fixture("calendar_event_created"),
      account_id: "box",
      body: long,
      title: long,
      recurrence: many(() => "RRULE"),
      conference: { url: long },
      attendees: many((n) => ({ email: `p${n}@acme.example`, response_status: "yes" }))
    }
  ]
  for (const body of bodies) expect((await deliver(edge, other, body)).json.outcome).toBe("applied")
  const entries = await edge.run(Effect.flatMap(Journal, (journal) => journal.read("growing", 0, 100)))
  expect(entries.length).toBeGreaterThan(bodies.length)
  for (const { body } of entries) expect(body.byteLength).toBeLessThan(mebibyte)
})
