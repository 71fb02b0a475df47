/** Companies by domain, and who becomes a contact by themselves (CONTRACT 2.1, 2.7). */
import { describe, expect, test } from "vitest"
import type { Event, Person } from "../../machines/events.ts"
import type { CrmRecord } from "../../machines/record/record.ts"
import { fits } from "../../machines/tenant/exclusion.ts"
import { ann, deleted, hour, me, message, person, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const api = { received: start, via: "api" } as const
const created: Event = { type: "tenant_created", name: "Acme", webhook_secret: "sealed", ...api }
const settings = (changes: Record<string, unknown>): Event => ({ type: "tenant_configured", changes, ...api })
const record = (record_id: string, more: Partial<CrmRecord>): Event => ({
  type: "record_put",
  record: { record_id, kind: "contact", pipeline_id: null, emails: [], phones: [], linkedin: [], domains: [], ...more },
  ...api
})
const company = (record_id: string, ...domains: ReadonlyArray<string>) =>
  record(record_id, { kind: "company", pipeline_id: "companies", domains })
const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running, ...events]) tenant.apply(event)
  return tenant
}
const by = (email: string, more: Partial<Person> = {}) =>
  person("zoe", { key: `email:${email}`, identifiers: { email }, ...more })
const participant = (tenant: SmallTenant, key: string) =>
  tenant.context("participant", tenant.identity.participant(key))
const rematched = (tenant: SmallTenant, key: string): Event => ({
  type: "participant_rematched",
  participant_id: tenant.identity.participant(key),
  ...api
})

describe("a company", () => {
  test("is found by the domain of an address, by whoever comes first", () => {
    const linked = { secondary_record: "acme", secondary_confidence: 0.8, secondary_resolution_method: "domain" }
    const later = after(company("acme", "acme.example"), message("m1", 1, by("zoe@acme.example")))
    expect(participant(later, "email:zoe@acme.example")).toMatchObject({ ...linked, secondary_pipeline: "companies" })
    const earlier = after(message("m1", 1, by("zoe@acme.example")), company("acme", "acme.example"))
    earlier.apply(rematched(earlier, "email:zoe@acme.example"))
    expect(participant(earlier, "email:zoe@acme.example")).toMatchObject(linked)
    earlier.apply({ type: "record_removed", record_id: "acme", ...api })
    earlier.apply(rematched(earlier, "email:zoe@acme.example"))
    expect(participant(earlier, "email:zoe@acme.example")).toMatchObject({
      secondary_record: null,
      secondary_confidence: 0
    })
  })

  test("is never found by a free-mail domain, nor when two own the domain, nor against the settings", () => {
    const free = after(company("g", "gmail.com"), message("m1", 1, by("zoe@gmail.com")))
    expect(participant(free, "email:zoe@gmail.com").secondary_record).toBeNull()
    const both = after(
      company("a", "acme.example"),
      company("b", "acme.example"),
      message("m1", 1, by("zoe@acme.example"))
    )
    expect(participant(both, "email:zoe@acme.example").secondary_record).toBeNull()
    const off = after(
      settings({ auto_link_by_domain: false }),
      company("a", "acme.example"),
      message("m1", 1, by("zoe@acme.example"))
    )
    expect(participant(off, "email:zoe@acme.example").secondary_record).toBeNull()
  })
})

describe("records", () => {
  test("of both of two people who become one are weighed again", () => {
    const both = message("m3", 3, by("zoe@acme.example", { also: ["phone:+447700900123"] }))
    const tenant = after(
      record("by-mail", { emails: ["zoe@acme.example"] }),
      record("by-phone", { phones: ["+447700900123"] }),
      message("m1", 1, by("zoe@acme.example")),
      both
    )
    expect(participant(tenant, "email:zoe@acme.example")).toMatchObject({
      contact_record: null,
      candidate_records: ["by-mail", "by-phone"]
    })
  })

  test("put once more as they are change nothing; a resolved name is not overwritten by what a payload shows", () => {
    const put = record("c", { emails: ["zoe@acme.example"] })
    const tenant = after(put, message("m1", 5, by("zoe@acme.example", { name: "Zoe" })))
    expect(tenant.apply(put)).toMatchObject({ changes: [], record: null })
    tenant.apply(message("m2", 1, by("zoe@acme.example", { name: "Zoe from the past" })))
    expect(participant(tenant, "email:zoe@acme.example")).toMatchObject({ name: "Zoe", contact_record: "c" })
  })
})

describe("somebody unknown who writes", () => {
  const asked = (changes: Record<string, unknown>, ...events: ReadonlyArray<Event>) => {
    const tenant = new SmallTenant()
    for (const event of [created, registered, running, settings({ auto_create_enabled: true, ...changes })])
      tenant.apply(event)
    return events.flatMap((event) => tenant.apply(event).outgoing)
  }
  const zoe = by("zoe@acme.example")
  const writes = message("m1", 1, zoe)
  const listed = (kind: string, value: string) => ({ blacklist: [{ kind, value }] })

  test("is announced once, as the settings say", () => {
    const announced = asked(
      { default_contact_status: "fresh", default_contact_pipeline: "sales" },
      writes,
      message("m2", 2, zoe),
      writes
    )
    expect(announced).toHaveLength(1)
    expect(announced[0]).toMatchObject({ type: "contact.create_requested", at: writes.received })
    expect(JSON.parse(announced[0]!.body)).toMatchObject({
      type: "contact.create_requested",
      data: { name: "zoe", status: "fresh", pipeline_id: "sales", identifiers: { email: "zoe@acme.example" } }
    })
  })

  test.each<[string, Record<string, unknown>, ReadonlyArray<Event>]>([
    ["the switch is off", { auto_create_enabled: false }, [writes]],
    ["contacts are not made at all", { auto_create_contacts: false }, [writes]],
    ["a record is linked", {}, [record("c", { emails: ["zoe@acme.example"] }), writes]],
    [
      "several records match",
      {},
      [record("c", { emails: ["zoe@acme.example"] }), record("d", { emails: ["zoe@acme.example"] }), writes]
    ],
    ["there are too few messages", { min_messages_before_create: 2 }, [writes]],
    ["the domain is listed", listed("domain", "acme.example"), [writes]],
    ["the address is listed", listed("email", "zoe@acme.example"), [writes]],
    ["the address fits a pattern", listed("email_pattern", "z*@acme.*"), [writes]],
    ["the name fits a pattern", listed("name_pattern", "*OE"), [writes]],
    [
      "the number is listed",
      listed("phone", "+447700900123"),
      [message("m1", 1, person("zoe", { key: "phone:+447700900123" }))]
    ],
    ["the address is a role's", {}, [message("m1", 1, by("no-reply@acme.example"))]],
    ["it is our own account that writes", {}, [message("m1", 1, me, { people: [zoe] })]],
    ["no hour is allowed any", { max_creates_per_hour: 0 }, [writes]]
  ])("is not announced when %s", (_, changes, events) => {
    expect(asked(changes, ...events)).toEqual([])
  })

  test("is announced with the message that makes them enough; one that was deleted does not count", () => {
    const enough = { min_messages_before_create: 2 }
    expect(asked(enough, writes, message("m2", 2, zoe))).toHaveLength(1)
    expect(asked(enough, writes, deleted("m1", 3), message("m2", 2, zoe))).toHaveLength(0)
  })

  const later = (received: number): Event => ({
    type: "deadline_passed",
    kind: "tenant",
    id: "acme",
    received,
    via: "clock"
  })

  test("waits for the delay, and is announced only if still unknown then", () => {
    const delay = { creation_delay_hours: 2 }
    const due = writes.received + 2 * hour
    expect(asked(delay, writes, later(due - 1))).toHaveLength(0)
    expect(asked(delay, writes, later(due))).toHaveLength(1)
    expect(asked(delay, writes, record("c", { emails: ["zoe@acme.example"] }), later(due))).toHaveLength(0)
  })

  test("past the hourly cap waits for the next hour", () => {
    const cap = { max_creates_per_hour: 1 }
    const other = message("m2", 2, ann, { in: "chat-2" })
    expect(asked(cap, writes, other)).toHaveLength(1)
    expect(asked(cap, writes, other, later(writes.received + hour))).toHaveLength(2)
  })
})

test.each([
  ["abc", "abc", true],
  ["abc", "a*c", true],
  ["abc", "*", true],
  ["abc", "ab", false],
  ["ab", "ab*b", false],
  ["a.b.c", "a*b*c", true],
  ["acb", "a*b*c", false]
])("%s against the pattern %s: %s", (text, pattern, expected) => expect(fits(text, pattern)).toBe(expected))
