import { randomUUID } from "node:crypto"
import { SqlClient } from "effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ContactCreateRequested } from "../../actors/turn/announcement.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { Identity } from "../../actors/memory/identity.ts"
import { deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "people")
})
afterAll(() => edge.close())

const call = (method: string, path: string, body?: unknown) =>
  edge.call(method, `/v1/tenants/people${path}`, { key: tenant.key, body })
const identity = new Identity("people")
const base = fixture("message_received.whatsapp_direct")

/** Somebody writes to a group, where nothing is supposed; `lid` and `phone` are what the payload shows of them. */
const says = (chat: string, id: string, minute: number, who: { readonly lid?: string; readonly phone?: string }) => {
  const provider_id = who.lid ?? `${who.phone!.slice(1)}@s.whatsapp.net`
  const person = {
    attendee_id: `a-${provider_id}`,
    attendee_provider_id: provider_id,
    attendee_name: "Zoe",
    attendee_specifics: { provider: "WHATSAPP", ...(who.phone === undefined ? {} : { phone_number: who.phone }) }
  }
  return deliver(edge, tenant, {
    ...base,
    chat_id: chat,
    is_group: true,
    provider_chat_id: `${chat}@g.us`,
    message_id: id,
    provider_message_id: `P-${id}`,
    timestamp: new Date(Date.UTC(2026, 4, 4, 10, minute)).toISOString(),
    attendees: [person],
    sender: person
  })
}
const participant = async (id: string) => (await call("GET", `/participants/${id}`)).json
const ofPhone = (phone: string) => identity.participant(`phone:${phone}`)

describe("two identifiers shown on one person", () => {
  const [lid, phone] = ["777000111@lid", "+447700900777"]
  const [byLid, byPhone] = [identity.participant(`whatsapp:${lid}`), ofPhone(phone)]

  test("make two participants one, everywhere", async () => {
    await says("merge-1", "z1", 1, { lid })
    await says("merge-2", "z2", 2, { phone })
    await says("merge-1", "z3", 3, { phone })
    expect((await participant(byLid)).id).not.toBe((await participant(byPhone)).id)
    expect((await call("GET", "/conversations/merge-1/members")).json.items).toHaveLength(3)
    await call("GET", "/conversations")

    await says("merge-3", "z4", 4, { lid, phone })
    const survivor = await participant(byLid)
    expect(survivor).toMatchObject({
      id: byLid,
      phone,
      first_seen: "2026-05-04T10:01:00.000Z",
      last_seen: "2026-05-04T10:04:00.000Z",
      total_messages: 4,
      total_conversations: 3
    })
    expect(await participant(byPhone)).toEqual(survivor)

    const members = (await call("GET", "/conversations/merge-1/members")).json.items
    expect(members).toHaveLength(2)
    expect(members.find((member: any) => member.participant_id === byLid)).toMatchObject({ message_count: 2 })
    const { items } = (await call("GET", "/conversations/merge-1/messages")).json
    expect(items.map((item: any) => item.sender_participant_id)).toEqual([byLid, byLid])
    const rows = await edge.run(
      Effect.flatMap(
        SqlClient,
        (sql) => sql<{ participant_id: string }>`
        select participant_id from members where tenant_id = 'people' and participant_id in (${byLid}, ${byPhone})`
      )
    )
    expect(rows.map((row) => row.participant_id)).toEqual([byLid, byLid, byLid])
    expect((await call("GET", "/participants?q=900777")).json.items.map((item: any) => item.id)).toEqual([byLid])
  })

  test("whoever writes under the former identifier writes as the survivor, in old and new conversations", async () => {
    await says("merge-1", "z5", 5, { phone })
    await says("merge-4", "z6", 6, { phone })
    expect(await participant(byPhone)).toMatchObject({ id: byLid, total_messages: 6, total_conversations: 4 })
    for (const chat of ["merge-1", "merge-4"]) {
      const members = (await call("GET", `/conversations/${chat}/members`)).json.items
      expect(members.map((member: any) => member.participant_id)).toContain(byLid)
      expect(members.map((member: any) => member.participant_id)).not.toContain(byPhone)
    }
    const { items } = (await call("GET", "/conversations/merge-4/messages")).json
    expect(items[0].sender_participant_id).toBe(byLid)
  })
})

describe("a contact record", () => {
  const phone = "+447700900222"
  test("links the one whom it alone matches, who is there already or comes later", async () => {
    await says("rec-1", "r1", 1, { phone })
    expect((await call("PUT", "/records/c-1", { phones: ["+44 7700 900222"] })).status).toBe(201)
    expect(await participant(ofPhone(phone))).toMatchObject({
      contact_record: "c-1",
      resolution_confidence: 0.95,
      resolution_method: "phone_match",
      resolved_at: expect.any(String)
    })
    await call("PUT", "/records/c-later", { phones: ["+447700900333"] })
    await says("rec-2", "r2", 1, { phone: "+447700900333" })
    expect(await participant(ofPhone("+447700900333"))).toMatchObject({ contact_record: "c-later" })
    expect((await call("GET", "/records/c-1")).json).toMatchObject({ kind: "contact", phones: [phone], emails: [] })
  })

  test("beside another one that matches is left for a human, and listed", async () => {
    await call("PUT", "/records/c-2", { phones: [phone] })
    expect(await participant(ofPhone(phone))).toMatchObject({
      contact_record: null,
      resolution_confidence: 0,
      resolution_method: "",
      resolved_at: null,
      candidate_records: ["c-1", "c-2"]
    })
    const { items } = (await call("GET", "/participants?ambiguous=true")).json
    expect(items.map((item: any) => item.id)).toEqual([ofPhone(phone)])
  })

  test("that is chosen by hand stays, whatever matches; unlinked, it is not linked again", async () => {
    const path = `/participants/${ofPhone(phone)}/resolution`
    expect((await call("PUT", path, { record_id: "c-2" })).json).toMatchObject({
      contact_record: "c-2",
      resolution_confidence: 1,
      resolution_method: "manual_link",
      candidate_records: []
    })
    await call("DELETE", "/records/c-2")
    expect(await participant(ofPhone(phone))).toMatchObject({ contact_record: "c-2" })
    await call("PUT", path, { record_id: "c-1" })
    expect((await call("PUT", path, { record_id: null })).json).toMatchObject({
      contact_record: null,
      resolution_confidence: 0,
      resolution_method: "",
      resolved_at: null
    })
    await call("PUT", "/records/c-1", { phones: [phone], emails: ["zoe@acme.example"] })
    expect(await participant(ofPhone(phone))).toMatchObject({ contact_record: null })
  })

  test("that goes takes its automatic links along", async () => {
    await call("DELETE", "/records/c-later")
    expect(await participant(ofPhone("+447700900333"))).toMatchObject({ contact_record: null, resolved_at: null })
    expect((await call("GET", "/records/c-later")).status).toBe(404)
  })

  test("with what is no identifier is refused, by field", async () => {
    expect(await call("PUT", "/records/c-3", { emails: ["zoe@acme.example", "nonsense"] })).toMatchObject({
      status: 422,
      json: { field: "emails[1]" }
    })
    expect((await call("PUT", `/participants/${randomUUID()}/resolution`, { record_id: "c-1" })).status).toBe(404)
  })
})

describe("a CRM that is sure in its own way", () => {
  const resolution = () => `/participants/${ofPhone("+447700900333")}/resolution`
  const secondary = () => `/participants/${ofPhone("+447700900333")}/secondary-resolution`

  test("is believed, by either name of confidence and method", async () => {
    const short = { confidence: 0.7, method: "crm_score" }
    expect((await call("PUT", resolution(), { record_id: "c-9", ...short })).json).toMatchObject({
      contact_record: "c-9",
      resolution_confidence: 0.7,
      resolution_method: "crm_score",
      resolved_at: expect.any(String)
    })
    const long = { resolution_confidence: 0, resolution_method: "email_match" }
    expect((await call("PUT", resolution(), { record_id: "c-9", ...long })).json).toMatchObject(long)
    expect((await call("PUT", secondary(), { record_id: "co-9", ...short })).json).toMatchObject({
      secondary_record: "co-9",
      secondary_confidence: 0.7,
      secondary_resolution_method: "crm_score"
    })
    const fields = { secondary_confidence: 1, secondary_resolution_method: "domain" }
    expect((await call("PUT", secondary(), { record_id: "co-9", ...fields })).json).toMatchObject(fields)
    const nothing = { confidence: null, method: null }
    expect((await call("PUT", resolution(), { record_id: "c-9", ...nothing })).json).toMatchObject({
      resolution_confidence: 1,
      resolution_method: "manual_link"
    })
    for (const path of [resolution(), secondary()]) await call("PUT", path, { record_id: null })
  })

  test.each([
    ["method", { confidence: 0.5 }],
    ["confidence", { method: "crm_score" }],
    ["confidence", { confidence: 1.01, method: "crm_score" }],
    ["confidence", { confidence: -0.1, method: "crm_score" }],
    ["confidence", { confidence: "0.5", method: "crm_score" }],
    ["method", { confidence: 0.5, method: "" }],
    ["method", { confidence: 0.5, method: "Crm Score" }],
    ["method", { confidence: 0.5, method: "m".repeat(51) }]
  ])("is told that %s is not right, and nothing changes", async (field, certainty) => {
    for (const path of [resolution(), secondary()]) {
      const before = await participant(ofPhone("+447700900333"))
      expect(await call("PUT", path, { record_id: "c-9", ...certainty })).toMatchObject({
        status: 422,
        json: { field }
      })
      expect(await participant(ofPhone("+447700900333"))).toEqual(before)
    }
  })

  test("is told where it says it twice, or with an unlinking", async () => {
    const twice = { record_id: "c-9", confidence: 0.5, resolution_confidence: 0.5, method: "crm_score" }
    expect(await call("PUT", resolution(), twice)).toMatchObject({
      status: 422,
      json: { field: "resolution_confidence" }
    })
    const unlink = { record_id: null, confidence: 0.5, method: "crm_score" }
    expect(await call("PUT", resolution(), unlink)).toMatchObject({ status: 422, json: { field: "confidence" } })
  })
})

test("a list is narrowed, and paged", async () => {
  const all = (await call("GET", "/participants")).json.items
  expect(new Set(all.map((item: any) => item.id)).size).toBe(all.length)
  const page = (await call("GET", "/participants?limit=1")).json
  expect(page.items.map((item: any) => item.id)).toEqual([all[0].id])
  const next = (await call("GET", `/participants?limit=1&cursor=${page.next_cursor}`)).json
  expect(next.items.map((item: any) => item.id)).toEqual([all[1].id])
  const resolved = (await call("GET", "/participants?resolved=true")).json.items
  expect(resolved.every((item: any) => item.contact_record !== null)).toBe(true)
})

test("a company is put with domains; people are linked to one by hand", async () => {
  const body = {
    kind: "company",
    pipeline_id: "companies",
    domains: ["https://www.Acme.example/about", "acme.example"]
  }
  expect((await call("PUT", "/records/acme", body)).json).toMatchObject({ domains: ["acme.example"] })
  const path = `/participants/${ofPhone("+447700900333")}/secondary-resolution`
  expect((await call("PUT", path, { record_id: "acme", pipeline_id: "companies" })).json).toMatchObject({
    secondary_record: "acme",
    secondary_confidence: 1,
    secondary_resolution_method: "manual_link",
    secondary_pipeline: "companies",
    secondary_resolved_at: expect.any(String)
  })
  expect((await call("PUT", path, { record_id: null })).json).toMatchObject({
    secondary_record: null,
    secondary_confidence: 0,
    secondary_resolved_at: null
  })
  expect((await call("PUT", "/records/acme", body)).status).toBe(200)
  expect((await call("DELETE", "/records/acme")).json).toEqual({ outcome: "applied" })
  expect((await call("DELETE", "/records/acme")).json).toEqual({ outcome: "duplicate" })
})

describe("the outgoing webhook", () => {
  const url = "https://crm.example/hooks"
  test("shows its secret once, until a new one is asked for", async () => {
    expect((await call("GET", "/outgoing-webhook")).status).toBe(404)
    const first = await call("PUT", "/outgoing-webhook", { url })
    expect(first).toMatchObject({ status: 201, json: { url, secret: expect.stringMatching(/^whsec_.{44}$/) } })
    expect(await call("PUT", "/outgoing-webhook", { url })).toMatchObject({ status: 200, json: { url } })
    expect(await call("PUT", "/outgoing-webhook", { url, rotate: true })).toMatchObject({ status: 422 })
    const rotated = await call("PUT", "/outgoing-webhook", { url, rotate_secret: true })
    expect(rotated.json.secret).not.toBe(first.json.secret)
    expect((await call("GET", "/outgoing-webhook")).json).toEqual({
      id: "default",
      url,
      events: ["contact.create_requested"],
      failures: 0,
      paused_until: null
    })
    expect(await call("PUT", "/outgoing-webhook", { url: "ftp://crm.example" })).toMatchObject({
      status: 422,
      json: { field: "url" }
    })
  })

  test("announces who is unknown, and lists it", async () => {
    const received = Date.now()
    await edge.run(
      TenantOwner.use((owner) =>
        owner.submit("people", {
          type: "tenant_configured",
          changes: { auto_create_enabled: true, default_contact_status: "fresh" },
          received,
          via: "api"
        })
      )
    )
    await says("new-1", "n1", 1, { phone: "+447700900444" })
    await says("new-1", "n2", 2, { phone: "+447700900444" })
    const { items } = (await call("GET", "/outgoing?status=pending")).json
    expect(items).toHaveLength(1)
    expect(items[0]).toMatchObject({
      type: "contact.create_requested",
      attempts: 0,
      payload: { data: { status: "fresh", identifiers: { phone: "+447700900444" } } }
    })
    expect(Schema.decodeUnknownSync(ContactCreateRequested, { onExcessProperty: "error" })(items[0].payload)).toEqual(
      items[0].payload
    )
    expect((await call("POST", `/outgoing/${items[0].id}/retry`)).status).toBe(404)
  })

  test("tells in the OpenAPI document what an announcement holds", async () => {
    const { json } = await edge.call("GET", "/openapi.json")
    expect(json.components.schemas["ContactCreateRequested"].properties.data.required).toContain("identifiers")
    const listed = json.paths["/v1/tenants/{tenant}/outgoing"].get.responses["200"].content["application/json"].schema
    expect(JSON.stringify(listed)).toContain('{"$ref":"#/components/schemas/ContactCreateRequested"}')
  })
})
