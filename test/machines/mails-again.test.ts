/** CONTRACT 2.6, mail: one Message-ID is one mail, wherever it lies, as often as it was moved, copied or saved before it was sent. */
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import type { FactArrived } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { created, hour, registered, running, start } from "./facts.ts"
import { fromList, toList } from "../../machines/conversation/message-window.ts"
import { SmallTenant } from "./small-tenant.ts"

const who = (identifier: string, display_name = "") => ({ display_name, identifier, identifier_type: "EMAIL_ADDRESS" })
const own = "marta@lumen.example"

/** A mail of Jo's in the inbox, as UniPile shows it. */
const mail = (n: number, more: object = {}) => ({
  event: "mail_received",
  email_id: `E${n}`,
  account_id: "post",
  date: new Date(start + n * 1_000).toISOString(),
  from_attendee: who("jo@acme.example", "Jo Brandt"),
  to_attendees: [who(own, "Marta")],
  cc_attendees: [],
  bcc_attendees: [],
  reply_to_attendees: [],
  provider_id: `P${n}`,
  message_id: `<m${n}@acme.example>`,
  thread_id: "T1",
  subject: "Quote",
  body_plain: `text ${n}`,
  attachments: [],
  folders: ["INBOX"],
  role: "inbox",
  read_date: null,
  in_reply_to: null,
  origin: "external",
  ...more
})
const byMarta = { from_attendee: who(own, "Marta"), to_attendees: [who("jo@acme.example", "Jo Brandt")] }
const sent = (n: number, more: object = {}) =>
  mail(n, { ...byMarta, event: "mail_sent", role: "sent", folders: ["Sent"], ...more })
const draft = (n: number, more: object = {}) => mail(n, { ...byMarta, role: "drafts", folders: ["Drafts"], ...more })

class Mailbox extends SmallTenant {
  #now = start + hour
  readonly #own_email: string | null

  constructor(own_email: string | null = own) {
    super()
    this.#own_email = own_email
    for (const event of [created, registered, running]) this.apply(event)
    this.apply({ ...registered, account_id: "post", channel_type: "outlook" })
  }

  /** What the payload changes, admitted as the registered account's. */
  hear(payload: object): boolean {
    const received = ++this.#now
    const [event] = Result.getOrThrow(translate(payload, { received }))
    const admitted = { ...(event as FactArrived), channel_type: "outlook", own_email: this.#own_email } as const
    const { changes } = this.apply(admitted)
    this.expectStatesToFollowFields()
    // The tenant counts webhooks, repeats too.
    return changes.some(({ living }) => living.kind !== "tenant")
  }

  get thread() {
    return this.context("conversation", this.identity.conversation("outlook", "post", "T1"))
  }

  get sends(): number {
    return this.context("connection", this.identity.connection("post")).messages_sent_count
  }

  get counted(): number {
    return this.context("channel", this.identity.channel("outlook", "post")).message_count
  }

  get shown(): ReadonlyArray<object> {
    return [...(this.rows.get(this.thread.id)?.values() ?? [])]
  }
}

const after = (payloads: ReadonlyArray<object>, own_email: string | null = own) => {
  const box = new Mailbox(own_email)
  for (const payload of payloads) box.hear(payload)
  return box
}
const orders = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  all.length < 2
    ? [all]
    : all.flatMap((one, n) => orders([...all.slice(0, n), ...all.slice(n + 1)]).map((rest) => [one, ...rest]))

const expectOne = (box: Mailbox, unread_count: number, sends: number) => {
  expect(box.thread).toMatchObject({ message_count: 1, unread_count })
  expect(box.shown).toHaveLength(1)
  expect([box.counted, box.sends]).toEqual([1, sends])
}

describe("a mail that was moved", () => {
  const archived = mail(1, {
    event: "mail_moved",
    email_id: "E1b",
    provider_id: "P1b",
    folders: ["Archive"],
    role: "archive"
  })
  const back = mail(1, { email_id: "E1c", provider_id: "P1c" })

  test("is one mail, unread as before, under each of its ids and in any order", () => {
    for (const order of orders([mail(1), archived, back])) expectOne(after([...order, ...order]), 1, 0)
  })

  test("goes by its new id", () => {
    expect(after([mail(1), archived]).shown).toMatchObject([{ provider_message_id: "P1b" }])
  })

  test("takes its thread along, and back to the inbox", () => {
    const box = after([mail(1), archived])
    expect(box.thread.status).toBe("archived")
    box.hear(back)
    expect(box.thread.status).toBe("active")
    // A retry of what was told of an id that it has no more.
    box.hear(archived)
    expect(box.thread.status).toBe("active")
  })

  test("is known by the id that it had, where it has no Message-ID", () => {
    const bare = { message_id: null, date: undefined }
    const moved = { ...archived, ...bare, deprecated_id: "E1" }
    expectOne(after([mail(1, bare), moved, moved]), 1, 0)
  })

  test("a hundred times is one mail still, and what is kept of it is bounded", () => {
    const moves = Array.from({ length: 100 }, (_, n) => ({ ...archived, email_id: `E1-${n}`, provider_id: `P1-${n}` }))
    const box = after([mail(1), ...moves])
    expectOne(box, 1, 0)
    const [record] = [...box.thread.facts.window.records].map(([, each]: any) => each)
    expect(record.more.length).toBeLessThanOrEqual(16)
    box.sleepAndWake()
    expect(box.hear(moves[99]!)).toBe(false)
  })

  test("into the folder of sent mail is not sent by that", () => {
    const moved = mail(1, { event: "mail_moved", email_id: "E1b", provider_id: "P1b", folders: ["Sent"], role: "sent" })
    for (const own_email of [own, null]) {
      const box = after([mail(1), moved, mail(2)], own_email)
      expect(box.thread).toMatchObject({ message_count: 2, unread_count: 2 })
      expect(box.sends).toBe(0)
    }
  })

  test("keeps what an earlier version knew of it", () => {
    const box = after([mail(1)])
    const living = box.population.get("conversation", box.thread.id)!
    const { window } = box.thread.facts
    const old = toList(window).records.map(({ message_id: _, ...record }) => record)
    const context = {
      ...living.context,
      facts: { ...box.thread.facts, window: fromList({ records: old, floor: null }) }
    }
    living.restore({ ...living.snapshot, context } as never)
    box.hear(archived)
    expectOne(box, 1, 0)
  })
})

describe("one Message-ID on different mails", () => {
  test.each([
    ["of another date", { message_id: "<mailer@broken>" }, { message_id: "<mailer@broken>" }],
    [
      "of another sender",
      { message_id: "<mailer@broken>", date: mail(1).date },
      { message_id: "<mailer@broken>", from_attendee: who("bo@acme.example"), date: mail(1).date, body_plain: "text 1" }
    ],
    ["that is none", { message_id: "<>" }, { message_id: "<>" }],
    [
      "that is somebody's address",
      { message_id: "jo@acme.example", date: mail(1).date },
      { message_id: "jo@acme.example", date: mail(1).date, body_plain: "text 1" }
    ],
    ["without an @", { message_id: "<1>" }, { message_id: "<1>" }]
  ])("%s is no name", (_, one, other) => {
    for (const order of orders([mail(1, one), mail(2, other)])) {
      const box = after([...order, ...order])
      expect(box.thread).toMatchObject({ message_count: 2, unread_count: 2 })
      expect(box.shown).toHaveLength(2)
    }
  })

  test("a number that each folder counts for itself is no name either", () => {
    for (const order of orders([mail(1, { provider_id: "17" }), sent(2, { provider_id: "17" })])) {
      const box = after([...order, ...order])
      expect(box.thread).toMatchObject({ message_count: 2, unread_count: 1 })
      expect(box.sends).toBe(1)
    }
  })
})

describe("a copy to oneself", () => {
  const toBoth = { to_attendees: [who("jo@acme.example"), who(own)] }
  const copy = mail(1, { ...byMarta, ...toBoth, email_id: "E1b", provider_id: "P1b" })

  test.each([own, null])("is one mail, read, and one send, in either order (registered: %s)", (own_email) => {
    for (const order of orders([sent(1, toBoth), copy])) {
      const box = after([...order, ...order], own_email)
      expectOne(box, 0, 1)
      expect(box.shown).toMatchObject([{ direction: "outbound", received_at: null, sent_at: start + 1_000 }])
    }
  })

  test("that is dated when it arrived is the same mail", () => {
    const arrived = { ...copy, date: new Date(start + 4_000).toISOString() }
    for (const order of orders([sent(1, toBoth), arrived])) expectOne(after(order), 0, 1)
  })

  test.each(["E1", "E1b", "P1"])("pays for the reservation that names %s, in either order", (external_message_id) => {
    for (const order of orders([sent(1, toBoth), copy])) {
      const box = new Mailbox()
      const base = { account_id: "post", received: start + hour, via: "api" } as const
      box.apply({ type: "account_status_changed", ...base, status: "OK", at: start })
      box.apply({ type: "send_reserved", ...base, reservation_id: "r", count: 1, idempotency_key: null })
      box.apply({ type: "send_confirmed", ...base, reservation_id: "r", external_message_id })
      for (const payload of order) box.hear(payload)
      expectOne(box, 0, 1)
    }
  })
})

test("a copy that takes the place of a confirmation without an id is given back once", () => {
  const toBoth = { to_attendees: [who("jo@acme.example"), who(own)], date: new Date(start + hour).toISOString() }
  const box = new Mailbox()
  const base = { account_id: "post", received: start + hour, via: "api" } as const
  const reserve = (reservation_id: string, external_message_id: string | null) => {
    box.apply({ type: "send_reserved", ...base, reservation_id, count: 1, idempotency_key: null })
    box.apply({ type: "send_confirmed", ...base, reservation_id, external_message_id })
  }
  box.apply({ type: "account_status_changed", ...base, status: "OK", at: start })
  reserve("unnamed", null)
  reserve("named", "E1")
  box.hear(mail(1, { ...byMarta, ...toBoth, email_id: "E1b", provider_id: "P1b" }))
  box.hear(sent(1, toBoth))
  // Two were reserved and confirmed, one of them has come.
  expect(box.sends).toBe(2)
})

describe("a mail from an own address", () => {
  test.each(["all", "archive", "inbox", "important", "unknown"])("is outbound in the folder %s too", (role) => {
    const box = after([mail(1, { ...byMarta, role, folders: [role], read_date: new Date(start).toISOString() })])
    expect(box.thread).toMatchObject({ message_count: 1, unread_count: 0 })
    expect(box.shown).toMatchObject([{ direction: "outbound", status: "sent", read_at: null }])
    expect(box.sends).toBe(1)
  })

  test("is known by what the account has sent from there, in any order within the thread", () => {
    const alias = { from_attendee: who("sales@lumen.example"), to_attendees: [who("jo@acme.example")] }
    const inAll = mail(2, { ...alias, role: "all", folders: ["All Mail"] })
    for (const order of orders([sent(1, alias), inAll, mail(3)])) {
      const box = after(order, null)
      expect(box.thread).toMatchObject({ message_count: 3, unread_count: 1 })
      expect(box.sends).toBe(2)
    }
  })

  test("is known in another thread of the account too", () => {
    const box = after([sent(1, { thread_id: "T2" }), mail(2, { ...byMarta, role: "all", folders: ["All Mail"] })], null)
    expect(box.thread).toMatchObject({ message_count: 1, unread_count: 0 })
  })
})

describe("a saved draft", () => {
  const saves = [
    draft(1),
    draft(1, { email_id: "E1b", provider_id: "P1b", body_plain: "more", date: new Date(start + 9_000).toISOString() })
  ]

  test("is local only and counts nowhere, however often it is saved", () => {
    const box = after([mail(5), ...saves, ...saves])
    const member = (key: string) => box.thread.members[`email:${key}`]
    expect(box.thread).toMatchObject({
      message_count: 1,
      unread_count: 1,
      last_message_at: start + 5_000,
      subject: "Quote"
    })
    expect([box.counted, box.sends, member("jo@acme.example").message_count]).toEqual([1, 0, 1])
    expect(box.shown).toMatchObject([
      { content: "text 5" },
      { is_local_only: true, content: "more", sync_status: "pending", direction: "outbound" }
    ])
  })

  test("does not read what came before it, where replies do", () => {
    const box = new Mailbox()
    box.apply({ type: "tenant_configured", changes: { read_on: "reply" }, received: start, via: "api" })
    for (const payload of [mail(1), draft(2)]) box.hear(payload)
    expect(box.thread.unread_count).toBe(1)
    box.hear(sent(3, { message_id: "<m2@acme.example>" }))
    expect(box.thread.unread_count).toBe(0)
  })

  test("becomes the mail when it is sent: the same row", () => {
    const box = after([...saves, sent(1, { email_id: "E2", provider_id: "P2", body_plain: "the end" })])
    expectOne(box, 0, 1)
    expect(box.shown).toMatchObject([
      { is_local_only: false, content: "the end", status: "sent", sync_status: "synced", provider_message_id: "P2" }
    ])
    for (const payload of [...saves, sent(1, { email_id: "E2", provider_id: "P2", body_plain: "the end" })])
      expect(box.hear(payload)).toBe(false)
  })

  test("that comes after the mail changes nothing", () => {
    for (const order of orders([...saves, sent(1, { email_id: "E2", provider_id: "P2" })])) {
      const box = after([...order, ...order])
      expectOne(box, 0, 1)
      expect(box.shown).toMatchObject([{ is_local_only: false, content: "text 1" }])
    }
  })

  test("with a Message-ID of its own stays what it is", () => {
    const box = after([draft(1), draft(2), sent(3)])
    expect(box.thread).toMatchObject({ message_count: 1 })
    expect([box.counted, box.sends]).toEqual([1, 1])
  })

  test("that is thrown away is erased, and files nothing", () => {
    const gone = draft(1, {
      event: "mail_moved",
      email_id: "E1c",
      provider_id: "P1c",
      role: "trash",
      folders: ["Trash"]
    })
    const box = after([mail(5), draft(1), gone])
    expect(box.thread).toMatchObject({ message_count: 1, status: "active" })
    expect([box.counted, box.sends]).toEqual([1, 0])
    expect(box.shown).toMatchObject([{}, { is_local_only: true, content: null, deleted_at: expect.any(Number) }])
    for (const again of [gone, draft(1)]) expect(box.hear(again)).toBe(false)
  })

  test("is sent when it is moved from the drafts to the sent ones", () => {
    const moved = draft(1, {
      event: "mail_moved",
      email_id: "E2",
      provider_id: "P2",
      deprecated_id: "E1",
      role: "sent",
      folders: ["Sent"]
    })
    for (const own_email of [own, null]) expectOne(after([draft(1), moved], own_email), 0, 1)
  })

  test.each([
    [{ role: "all", folders: ["DRAFT"] }],
    [{ role: "inbox", folders: ["INBOX", "DRAFT"] }],
    [{ role: "unknown", folders: ["[Gmail]/Drafts"] }],
    [{ role: "Drafts", folders: [] }]
  ])("is told by %j", (place) => {
    expect(after([draft(1, place)]).thread).toMatchObject({ message_count: 0, unread_count: 0, last_message_at: null })
  })

  test("is not told by a label of somebody's own", () => {
    expect(after([mail(1, { folders: ["INBOX", "Drafts of contracts"] })]).thread.message_count).toBe(1)
  })

  test("survives sleep, and the joining of its thread", () => {
    const box = after([draft(1, { thread_id: null })])
    box.sleepAndWake()
    box.hear(sent(1, { email_id: "E2", provider_id: "P2" }))
    expect(box.thread).toMatchObject({ message_count: 1, unread_count: 0 })
    expect([box.counted, box.sends]).toEqual([1, 1])
    expect([...box.rows.values()].map((rows) => rows.get("E1")).find((row) => row !== undefined)).toMatchObject({
      is_local_only: false,
      content: "text 1"
    })
  })
})
