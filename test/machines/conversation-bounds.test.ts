/** I8: what CRM users and mailboxes add to one conversation has a bound, and past it the oldest is forgotten and nothing else. */
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import type { Event, FactArrived } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { ann, created, hour, me, message, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running, ...events]) tenant.apply(event)
  return tenant
}
const inChat = (tenant: SmallTenant, fields: object): Event =>
  ({ conversation_id: tenant.conversation().id, received: start + hour, via: "api", ...fields }) as Event
const rowsOf = (tenant: SmallTenant) => tenant.rowsOf(tenant.conversation().id)

describe("CRM users who read a conversation", () => {
  const reads = (tenant: SmallTenant, user_id: string, message_id: string | null = null) =>
    tenant.apply(inChat(tenant, { type: "conversation_read", user_id, message_id }))
  const users = (tenant: SmallTenant) => Object.keys(tenant.conversation().readers)

  test("are 256; who has read least far goes, whatever their names are", () => {
    for (const name of [(n: number) => `user-${n}`, (n: number) => String(1_000 - n)]) {
      const tenant = after()
      for (let n = 0; n < 300; n++) {
        tenant.apply(message(`m${n}`, n, ann))
        reads(tenant, name(n))
      }
      const latest = Array.from({ length: 256 }, (_, n) => name(44 + n))
      expect(users(tenant).toSorted()).toEqual(latest.toSorted())
      expect(Object.keys(tenant.conversation().facts.user_reads!).toSorted()).toEqual(latest.toSorted())
      tenant.sleepAndWake()
    }
  })

  test("who all read up to the same message: who said so last stays, and counts on", () => {
    const tenant = after(message("m1", 1, ann))
    for (let n = 0; n < 300; n++) {
      const name = String(1_000 - n)
      reads(tenant, name)
      expect(users(tenant)).toContain(name)
    }
    expect(users(tenant)).toHaveLength(256)
    tenant.apply(message("m2", 2, ann))
    expect(tenant.conversation().readers["701"]).toMatchObject({ unread_count: 1 })
  })

  test("have 32 readings each, of which none covers another; the latest stay", () => {
    const tenant = after()
    for (let n = 0; n < 60; n++) tenant.apply(message(`m${n}`, n, ann))
    // Each one knows of more messages that have arrived, and reaches less far.
    for (let n = 59; n >= 0; n--) {
      reads(tenant, "user", `m${n}`)
      tenant.apply(message(`late-${n}`, 100 + n, ann))
    }
    const { facts, owner_reads } = tenant.conversation()
    for (const readings of [facts.user_reads!["user"]!, owner_reads!]) {
      expect(readings).toHaveLength(32)
      expect(readings.map(({ at }) => at)).toEqual(Array.from({ length: 32 }, (_, n) => start + 31 - n))
    }
  })
})

describe("messages that only the CRM knows", () => {
  const marked = (tenant: SmallTenant, client_key: string) =>
    tenant.apply(
      inChat(tenant, {
        type: "message_marked_local",
        client_key,
        message_id: null,
        content: client_key,
        subject: null,
        failed: false
      })
    )
  const echo = (client_key: string, at: number) => message(`sent-${client_key}`, at, me, { message: { client_key } })

  test.each([
    ["names", (n: number) => `draft-${n}`],
    ["numbers", (n: number) => String(n)],
    ["numbers that go down, and names", (n: number) => (n % 2 === 0 ? String(1_000 - n) : `draft-${n}`)]
  ])("are 128, under keys that are %s; the oldest stays a row of its own beside its echo", (_, key) => {
    const tenant = after(message("m1", 1, ann))
    for (let n = 0; n < 200; n++) marked(tenant, key(n))
    const { locals } = tenant.conversation().facts
    const latest = Array.from({ length: 128 }, (_, n) => key(72 + n))
    expect(Object.keys(locals).toSorted()).toEqual(latest.toSorted())
    tenant.sleepAndWake()
    tenant.apply(echo(key(71), 2))
    tenant.apply(echo(key(72), 3))
    expect(rowsOf(tenant).get(`local:${key(71)}`)).toMatchObject({ is_local_only: true })
    expect(rowsOf(tenant).get(`sent-${key(71)}`)).toMatchObject({ status: "sent" })
    expect(rowsOf(tenant).get(`local:${key(72)}`)).toMatchObject({ is_local_only: false, status: "sent" })
    expect(rowsOf(tenant).has(`sent-${key(72)}`)).toBe(false)
    expect(tenant.conversation().message_count).toBe(3)
  })
})

describe("of a mail thread", () => {
  const own_email = "marta@lumen.example"
  const who = (identifier: string) => ({ display_name: "", identifier, identifier_type: "EMAIL_ADDRESS" })
  const sent = (n: number, more: object = {}) => ({
    event: "mail_sent",
    email_id: `E${n}`,
    account_id: "post",
    date: new Date(start + n * 1_000).toISOString(),
    from_attendee: who(own_email),
    to_attendees: [who("jo@acme.example")],
    provider_id: `P${n}`,
    message_id: `<m${n}@lumen.example>`,
    thread_id: "T1",
    subject: "Quote",
    body_plain: `text ${n}`,
    folders: ["Sent"],
    role: "sent",
    ...more
  })
  const draft = (n: number) => sent(n, { event: "mail_received", role: "drafts", folders: ["Drafts"] })
  const hear = (tenant: SmallTenant, payload: object) => {
    const [event] = Result.getOrThrow(translate(payload, { received: start + hour }))
    const { changes } = tenant.apply({ ...(event as FactArrived), channel_type: "outlook", own_email })
    return changes.some(({ living }) => living.kind !== "tenant")
  }
  const mailbox = () => after({ ...registered, account_id: "post", channel_type: "outlook" })
  const thread = (tenant: SmallTenant) =>
    tenant.context("conversation", tenant.identity.conversation("outlook", "post", "T1"))

  test("64 drafts are remembered; an older one stays a row of its own beside the mail that was sent", () => {
    const tenant = mailbox()
    hear(tenant, sent(0))
    for (let n = 1; n <= 100; n++) hear(tenant, draft(n))
    expect(thread(tenant).facts.drafts.map(({ row }: { row: string }) => row)).toEqual(
      Array.from({ length: 64 }, (_, n) => `E${37 + n}`)
    )
    hear(tenant, sent(36, { email_id: "E36b" }))
    hear(tenant, sent(37, { email_id: "E37b" }))
    const rows = tenant.rowsOf(thread(tenant).id)
    expect(rows.get("E36")).toMatchObject({ is_local_only: true })
    expect(rows.get("E36b")).toMatchObject({ status: "sent" })
    expect(rows.get("E37")).toMatchObject({ is_local_only: false, status: "sent" })
    expect(rows.has("E37b")).toBe(false)
    expect(thread(tenant).message_count).toBe(3)
  })

  test("256 opens and clicks of a mail are remembered by ids of at most 200 characters; a forgotten one counts again", () => {
    const tenant = mailbox()
    hear(tenant, sent(1))
    const opened = (n: number) => ({
      event: "mail_opened",
      email_id: "E1",
      account_id: "post",
      event_id: `${String(n).padStart(4, "0")}${"x".repeat(n % 2 === 0 ? 300 : 150)}`,
      date: new Date(start + n * 1_000).toISOString()
    })
    for (let n = 0; n < 400; n++) expect(hear(tenant, opened(n))).toBe(true)
    const tracking = () => tenant.rowsOf(thread(tenant).id).get("E1")!.metadata as any
    const { tracking_events: events, opens } = tracking()
    expect(opens).toBe(400)
    expect(events).toHaveLength(256)
    expect(Math.max(...events.map((id: string) => id.length))).toBeLessThanOrEqual(200)
    const isKnown = (n: number) => events.some((id: string) => id === opened(n).event_id)
    const [known, forgotten] = [399, 1]
    expect([isKnown(known), isKnown(forgotten)]).toEqual([true, false])
    expect(hear(tenant, opened(known))).toBe(false)
    expect(hear(tenant, opened(forgotten))).toBe(true)
    expect(tracking()).toMatchObject({ opens: 401, tracking_events: expect.objectContaining({ length: 256 }) })
  })
})
