/** Numbers and domains of CRM records meet those of people, however either is written (CONTRACT 2.7). */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Identity } from "../../actors/memory/identity.ts"
import { deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "numbers")
})
afterAll(() => edge.close())

const call = (method: string, path: string, body?: unknown) =>
  edge.call(method, `/v1/tenants/numbers${path}`, { key: tenant.key, body })
const identity = new Identity("numbers")
const base = fixture("message_received.whatsapp_direct")
const participant = async (key: string) => (await call("GET", `/participants/${identity.participant(key)}`)).json

/** Somebody writes from a number, as WhatsApp spells it. */
const says = (digits: string) => {
  const id = `${digits}@s.whatsapp.net`
  const sender = { attendee_id: `a-${digits}`, attendee_provider_id: id, attendee_name: "Zoe" }
  const ids = { chat_id: `c-${digits}`, message_id: `m-${digits}`, provider_message_id: `P-${digits}` }
  return deliver(edge, tenant, { ...base, ...ids, provider_chat_id: id, attendees: [sender], sender })
}

describe("both spellings of a number", () => {
  test.each([
    ["551188887777", "+5511988887777", "+5511988887777"],
    ["5511977776666", "+551177776666", "+5511977776666"],
    ["5215512345678", "+525512345678", "+525512345678"],
    ["525587654321", "+52 1 55 8765 4321", "+525587654321"],
    ["5491123456789", "+54 11 2345 6789", "+5491123456789"]
  ])("%s and %s find each other, the person first or the record", async (digits, written, shown) => {
    await says(digits)
    expect(await participant(`phone:${shown}`)).toMatchObject({ phone: shown, contact_record: null })
    await call("PUT", `/records/r-${digits}`, { phones: [written] })
    expect(await participant(`phone:${shown}`)).toMatchObject({ contact_record: `r-${digits}` })
    await call("DELETE", `/records/r-${digits}`)
    await call("PUT", `/records/again-${digits}`, { phones: [shown] })
    expect(await participant(`phone:${shown}`)).toMatchObject({ contact_record: `again-${digits}` })
  })

  test("are one line in a record, which shows the one that is valid today", async () => {
    const { json } = await call("PUT", "/records/r-lines", { phones: ["+55 11 8888-0000", "+5511988880000"] })
    expect(json.phones).toEqual(["+5511988880000"])
  })
})

describe("a number without its country code", () => {
  const put = (id: string, phone: string) => call("PUT", `/records/${id}`, { phones: [phone] })

  test("is read where the account's own number is at home", async () => {
    // The account's payloads show that its number is +351960000111.
    await says("351960000222")
    expect((await put("r-home", "960 000 222")).json.phones).toEqual(["+351960000222"])
    expect(await participant("phone:+351960000222")).toMatchObject({ contact_record: "r-home" })
  })

  test("is refused where accounts are of several countries, and where none is known", async () => {
    const other = await edge.tenant("nowhere")
    const at = (method: string, path: string, body: unknown) =>
      edge.call(method, `/v1/tenants/nowhere${path}`, { key: other.key, body })
    const register = (id: string, more: object) =>
      at("PUT", `/connections/${id}`, { channel_type: "whatsapp", account_name: id, user_id: "u", ...more })
    const phones = { phones: ["0170 1234567"] }
    expect(await at("PUT", "/records/r", phones)).toMatchObject({ status: 422, json: { field: "phones[0]" } })
    await register("by-name", { account_name: "+49 170 7654321" })
    expect((await at("PUT", "/records/r", phones)).json.phones).toEqual(["+491701234567"])
    await register("by-config", { connection_config: { phone_number: "+447700900123" } })
    expect(await at("PUT", "/records/r", phones)).toMatchObject({ status: 422, json: { field: "phones[0]" } })
    await register("by-config", { connection_config: { phone_number: "+447700900123", region: "DE" } })
    expect((await at("PUT", "/records/r", phones)).status).toBe(200)
  })

  test.each(["+1 800 FLOWERS", "+123456789012345", "110", "x"])("that is no number is refused: %s", async (phone) => {
    expect(await put("r-none", phone)).toMatchObject({ status: 422, json: { field: "phones[0]" } })
  })
})

describe("a company's domain", () => {
  const company = (id: string, domain: string) => call("PUT", `/records/${id}`, { kind: "company", domains: [domain] })
  const tells = (email: string) => call("POST", "/events", { type: "participant", email })

  test.each([
    ["acme.co.uk", "jo@mail.acme.co.uk", "acme.co.uk"],
    ["sales.globex.example", "jo@globex.example", "sales.globex.example"],
    ["https://www.münchen-bier.de/kontakt", "jo@xn--mnchen-bier-thb.de", "xn--mnchen-bier-thb.de"]
  ])("%s is that of %s, the person first or the company", async (domain, email, shown) => {
    await tells(email)
    expect((await company(`co-${shown}`, domain)).json.domains).toEqual([shown])
    expect(await participant(`email:${email}`)).toMatchObject({ secondary_record: `co-${shown}` })
    await tells(`later.${email}`)
    expect(await participant(`email:later.${email}`)).toMatchObject({
      secondary_record: `co-${shown}`,
      secondary_resolution_method: "domain",
      secondary_confidence: 0.8
    })
    await call("DELETE", `/records/co-${shown}`)
    expect(await participant(`email:${email}`)).toMatchObject({ secondary_record: null })
  })

  test.each(["gmx.li", "yahoo.com.mx", "o2.pl", "bluewin.ch"])("%s is nobody's", async (domain) => {
    await company("co-free", domain)
    await tells(`jo@${domain}`)
    expect(await participant(`email:jo@${domain}`)).toMatchObject({ secondary_record: null })
  })

  test("is none where everybody registers", async () => {
    for (const domain of ["co.uk", "192.168.0.1", "localhost", "not a domain"])
      expect(await company("co-none", domain)).toMatchObject({ status: 422, json: { field: "domains[0]" } })
    await company("co-pages", "acme.github.io")
    await tells("jo@other.github.io")
    expect(await participant("email:jo@other.github.io")).toMatchObject({ secondary_record: null })
  })
})

test("a record has at most 100 identifiers of a kind: with one more it is refused with the field", async () => {
  const of = (count: number) => ({
    emails: Array.from({ length: count }, (_, n) => `p${n}@acme.example`),
    phones: Array.from({ length: count }, (_, n) => `+3519601${10_000 + n}`),
    linkedin: Array.from({ length: count }, (_, n) => `member-${n}`),
    domains: Array.from({ length: count }, (_, n) => `acme-${n}.example`)
  })
  const put = (body: object) => call("PUT", "/records/r-many", body)
  expect((await put(of(100))).status).toBe(201)
  for (const field of ["emails", "phones", "linkedin", "domains"] as const)
    expect(await put({ ...of(3), [field]: of(101)[field] })).toMatchObject({ status: 422, json: { field } })
  expect((await put(of(100))).json.domains).toHaveLength(100)
})
