/**
 * History meets the webhooks of the same messages (CONTRACT 2.2, §7): imported before them, after them, or several times, everything
 * that the contract calls a field is what the webhooks alone give. What was only imported is no send and asks for no contact.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { channelFields } from "../../machines/channel/fields.ts"
import { connectionFields } from "../../machines/connection/fields.ts"
import type { Event } from "../../machines/events.ts"
import { participantFields } from "../../machines/participant/fields.ts"
import type { Fact, Said } from "../oracle/said.ts"
import { claim } from "../support/claim.ts"
import { alike, expectSame, expectTold } from "./compared.ts"
import { ann, created, day, hour, me, message, read, registered, running, start } from "./facts.ts"
import type { History } from "./histories.ts"
import { agreeing, eventOf, histories } from "./histories.ts"
import { SmallTenant } from "./small-tenant.ts"

const past = <E extends Event>(event: E): E => ({ ...event, history: true })

const tenantAfter = (events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, ...events]) {
    const result = tenant.run(event)
    if (result.type === "failed") throw result.cause
  }
  tenant.expectStatesToFollowFields()
  return tenant
}

const fieldsOf = (tenant: SmallTenant) =>
  Object.fromEntries(
    [...tenant.population.all()].flatMap((living) => {
      const { kind, id, context } = living
      if (kind === "channel") return [[id, alike(channelFields, context)]]
      if (kind === "connection") return [[id, alike(connectionFields, context)]]
      if (kind === "participant") return [[id, alike(participantFields, context)]]
      if (kind !== "conversation") return []
      // It has a memory on purpose: which message heated it depends on when it came.
      const { is_hot: _, last_message, ...fields } = alike(conversationFields, context)
      // Of one instant the last to arrive is shown, under the first of its names: only its time is the same in any order.
      return [[id, { ...fields, last_at: (last_message as { readonly at: number } | null)?.at }]]
    })
  )

interface Meeting {
  readonly history: History
  /** For each fact: whether it is imported before its webhook, after it, or both. */
  readonly when: ReadonlyArray<"before" | "after" | "both" | "never">
  readonly order: ReadonlyArray<number>
}

const meetings: fc.Arbitrary<Meeting> = fc.record({
  history: histories,
  when: fc.array(fc.constantFrom("before", "after", "both", "never"), { minLength: 64, maxLength: 64 }),
  order: fc.array(fc.nat(1_000), { minLength: 200, maxLength: 200 })
})

const isFact = (one: Said): one is Fact => "external_thread_id" in one && "owner" in one
const noThread = (): string => {
  throw new Error("a fact names its thread itself")
}

/** The facts of one history, each once. */
const factsOf = ({ said }: History): ReadonlyArray<Event> =>
  said.filter(isFact).map((one) => eventOf(agreeing(said)(one), noThread))

describe("history and webhooks of the same facts", () => {
  claim(
    "in any order give what the webhooks alone give",
    { runs: 60, facts: ({ history }) => history.said.length },
    meetings,
    ({ history, when, order }) => {
      const live = factsOf(history)
      const said = history.said.filter(isFact).map(agreeing(history.said))
      const imports = live.flatMap((fact, n) => {
        const word = when[n % when.length]!
        return word === "never" ? [] : word === "both" ? [past(fact), past(fact)] : [past(fact)]
      })
      const shuffled = [...live, ...imports]
        .map((event, n) => ({ event, place: order[n % order.length]! * 1_000 + n }))
        .sort((a, b) => a.place - b.place)
        .map(({ event }) => event)
      const tenant = tenantAfter([running, ...shuffled])
      expectSame(fieldsOf(tenant), fieldsOf(tenantAfter([running, ...live])), "fields")
      expectTold(tenant, [running, ...said], "open", "in any order")
    }
  )

  claim(
    "imported alone gives the same fields of conversations and people, and no send",
    { runs: 40, facts: ({ history }) => history.said.length },
    meetings,
    ({ history }) => {
      const live = factsOf(history)
      const [imported, told] = [tenantAfter([running, ...live.map(past)]), tenantAfter([running, ...live])]
      const { id } = told.connection()
      const connection = { [id]: null }
      expectSame({ ...fieldsOf(imported), ...connection }, { ...fieldsOf(told), ...connection }, "fields")
      expect(imported.connection()).toMatchObject({
        messages_sent_count: 0,
        messages_sent_today: 0,
        messages_sent_this_hour: 0
      })
    }
  )
})

describe("history", () => {
  const now = start + day / 4
  const conversation_id = new SmallTenant().identity.conversation("whatsapp", "account", "chat-1")
  const command = { conversation_id, via: "api" } as const
  const out = (id: string, at: number) => message(id, at, me, { message: { direction: "outbound" } })

  test("is no send, until its own echo comes; then it is one, once", () => {
    const tenant = tenantAfter([running, past(out("m1", 6 * hour - 1)), past(out("m1", 6 * hour - 1))])
    expect(tenant.connection()).toMatchObject({ messages_sent_count: 0, messages_sent_this_hour: 0 })
    expect(tenant.conversation().message_count).toBe(1)
    tenant.apply(out("m1", 6 * hour - 1))
    expect(tenant.connection()).toMatchObject({ messages_sent_count: 1, messages_sent_this_hour: 1 })
    expect(tenant.changes(out("m1", 6 * hour - 1))).toBe(false)
    expect(tenant.changes(past(out("m1", 6 * hour - 1)))).toBe(false)
    expect(tenant.conversation().message_count).toBe(1)
  })

  test("asks for no contact; a webhook of the same message does", () => {
    const settings: Event = {
      type: "tenant_configured",
      changes: { auto_create_enabled: true },
      received: now,
      via: "api"
    }
    const tenant = tenantAfter([running, settings])
    expect(tenant.apply(past(message("m1", 1, ann))).outgoing).toEqual([])
    expect(tenant.apply(message("m1", 1, ann)).outgoing).toHaveLength(1)
    expect(tenant.apply(message("m1", 1, ann)).outgoing).toEqual([])
  })

  test("is hot by the time of its messages, not by that of the import", () => {
    const ten = Array.from({ length: 10 }, (_, n) => `m${n}`)
    const old = ten.map((id, n) => past(message(id, n - 2 * day, ann, { thread: { message_count: 500 } })))
    expect(tenantAfter([running, ...old]).conversation().is_hot).toBe(false)
    const recent = ten.map((id, n) => past(message(id, n, ann)))
    expect(tenantAfter([running, ...recent]).conversation().is_hot).toBe(true)
  })

  test("brings nothing back that was filed after it, and does when it is newer", () => {
    const filed: Event = { type: "conversation_status_set", ...command, status: "archived", received: start + hour }
    const tenant = tenantAfter([running, message("m1", 1, ann), filed])
    tenant.apply(past(message("m0", 0, ann)))
    tenant.apply(past(message("m2", 2, ann)))
    expect(tenant.conversation().status).toBe("archived")
    tenant.apply(past(message("m3", 2 * hour, ann)))
    expect(tenant.conversation().status).toBe("active")
  })

  test("is unread only past what was read: by the store's word, by a user, by a receipt", () => {
    const seen = (id: string, at: number) => past(message(id, at, ann, { message: { seen: true } }))
    const unseen = (id: string, at: number) => past(message(id, at, ann))
    const order = [seen("m2", 2), unseen("m1", 1), unseen("m3", 3), unseen("m4", 4)]
    for (const told of [order, order.toReversed()])
      expect(tenantAfter([running, ...told]).conversation().unread_count).toBe(2)
    const marked: Event = {
      type: "conversation_read",
      ...command,
      user_id: "user-1",
      message_id: null,
      received: now
    }
    const tenant = tenantAfter([running, message("m2", 2, ann), marked, unseen("m1", 1)])
    expect(tenant.conversation().unread_count).toBe(0)
    expect(tenant.conversation().readers["user-1"]!.unread_count).toBe(0)
    tenant.apply(unseen("m3", 3))
    expect(tenant.conversation().unread_count).toBe(1)
    tenant.apply(past({ ...read("m3", 3, me), direction: "inbound" }))
    expect(tenant.conversation().unread_count).toBe(0)
  })

  test("undoes no mark of unread that is newer than it", () => {
    const unread: Event = { type: "conversation_unread", ...command, user_id: "user-1", received: now }
    const tenant = tenantAfter([running, past(message("m1", 1, ann, { message: { seen: true } })), unread])
    expect(tenant.conversation().unread_count).toBe(1)
    tenant.apply(past(message("m1", 1, ann, { message: { seen: true } })))
    expect(tenant.conversation().unread_count).toBe(1)
  })
})
