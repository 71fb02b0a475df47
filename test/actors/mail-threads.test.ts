/**
 * Mails that answer each other are one conversation, in whichever order they arrive (CONTRACT 2.4, I3): with and without thread
 * ids, with references, when the middle of the chain comes last. Repeat a run with SEED=…
 */
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { groupLimit, toList } from "../../machines/channel/threads.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { ProviderEvent } from "../../machines/events.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { registered, start } from "../machines/facts.ts"
import { comparable, deepFreeze } from "../machines/small-tenant.ts"
import { House } from "./house.ts"
import type { ChannelContext } from "../../machines/channel/context.ts"

const received = start + 3_600_000
const iso = (minute: number) => new Date(start + minute * 60_000).toISOString()
const at = (address: string, display_name = address) => ({ identifier: `${address}@example.com`, display_name })

interface Said {
  readonly minute: number
  readonly from?: string
  readonly to?: ReadonlyArray<string>
  readonly cc?: ReadonlyArray<string>
  readonly answers?: string
  readonly answersId?: string
  readonly references?: ReadonlyArray<string>
  readonly thread_id?: string
  readonly event?: string
  readonly more?: Record<string, unknown>
}

const mail = (id: string, said: Said): ProviderEvent => {
  const { minute, from = "jo", to = ["marta"], cc = [], answers, answersId, references, thread_id, event, more } = said
  const body = {
    event: event ?? (from === "marta" ? "mail_sent" : "mail_received"),
    account_id: "post",
    email_id: `id-${id}`,
    provider_id: `p-${id}`,
    message_id: `<${id}@x>`,
    date: iso(minute),
    subject: `Subject ${id}`,
    body_plain: `Text of ${id}`,
    from_attendee: at(from),
    to_attendees: to.map((one) => at(one)),
    cc_attendees: cc.map((one) => at(one)),
    folders: ["INBOX"],
    in_reply_to: answers === undefined ? null : { message_id: `<${answers}@x>`, ...(answersId && { id: answersId }) },
    references: references?.map((one) => `<${one}@x>`),
    ...(thread_id === undefined ? {} : { thread_id }),
    ...more
  }
  return Result.getOrThrow(translate(body, { received }))[0]!
}

const later = (event: ProviderEvent, by: number): ProviderEvent => ({ ...event, received: received + by })

const opened = (id: string, minute: number, event_id = `open-${id}-${minute}`): ProviderEvent =>
  Result.getOrThrow(
    translate(
      { event: "mail_opened", account_id: "post", email_id: `id-${id}`, event_id, date: iso(minute) },
      { received }
    )
  )[0]!

const house = (account_name = "marta@example.com"): House => {
  const made = new House()
  made.submit({ ...registered, account_id: "post", channel_type: "gmail", account_name })
  made.commit()
  return made
}

const tell = (made: House, events: ReadonlyArray<ProviderEvent>): void => {
  for (const event of events) {
    const state = made.submit(deepFreeze(event))
    made.commit()
    expect(["applied", "duplicate"]).toContain(state.answer)
  }
}

const conversations = (made: House): ReadonlyArray<ConversationContext> =>
  made.runtime.population
    .ofKind("conversation")
    .map(({ context }) => context as ConversationContext)
    .filter((context) => context.merged_into === null)

const channel = (made: House): ChannelContext =>
  made.runtime.population.get("channel", made.runtime.identity.channel("gmail", "post"))!.context

/** The context without the places in the journal at which its messages came. */
const withoutArrivals = (context: ConversationContext): ConversationContext =>
  JSON.parse(JSON.stringify(context, (name, value) => (name === "arrival" ? undefined : value)))

/** Everything of the conversations that are left, the channel's counts, and each person's. */
const stateOf = (made: House) => {
  const { message_count, last_message_at } = channel(made)
  const people = made.runtime.population
    .ofKind("participant")
    .map(({ context }) => context)
    .filter((context) => context.facts.key.startsWith("email:"))
    .map(({ facts, total_messages, total_conversations, first_seen, last_seen }) => ({
      key: facts.key,
      total_messages,
      total_conversations,
      first_seen,
      last_seen
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const threads = conversations(made)
    .map((context) => {
      // How much had arrived when somebody read, and when each message arrived, is the order itself.
      const { facts, members, owner_reads: _, ...fields } = withoutArrivals(comparable(context) as ConversationContext)
      const sorted = Object.fromEntries(Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1)))
      return { ...fields, members: sorted, window: facts.window, newest: facts.newest }
    })
    .sort((a, b) => (a.external_thread_id < b.external_thread_id ? -1 : 1))
  return { message_count, last_message_at, people, threads }
}

const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin % 2 ** 31))

/** Whatever the order and however often, the state is that of the order in which they were written. */
const inAnyOrder = (events: ReadonlyArray<ProviderEvent>, check: (made: House) => void, numRuns = 60): void => {
  const inOrder = house()
  tell(inOrder, events)
  check(inOrder)
  const wanted = stateOf(inOrder)
  const orders = fc.shuffledSubarray([...events, ...events.slice(0, 2)], { minLength: events.length + 2 })
  fc.assert(
    fc.property(orders, (order) => {
      const made = house()
      tell(made, order)
      expect(stateOf(made)).toEqual(wanted)
    }),
    { seed, numRuns }
  )
}

const one = (made: House): ConversationContext => {
  const left = conversations(made)
  expect(left.map(({ external_thread_id }) => external_thread_id)).toHaveLength(1)
  return left[0]!
}

const a = mail("a", { minute: 0, cc: ["kai"] })
const b = mail("b", { minute: 1, from: "marta", to: ["jo"], cc: ["kai"], answers: "a", answersId: "id-a" })
const c = mail("c", { minute: 2, answers: "b" })
const d = mail("d", { minute: 3, from: "kai", to: ["jo", "marta"], answers: "c" })

describe("mails without thread id that answer each other", () => {
  test("are one conversation in any order of arrival, under the root's Message-ID", () => {
    inAnyOrder([a, b, c, d], (made) =>
      expect(one(made)).toMatchObject({
        external_thread_id: "<a@x>",
        message_count: 4,
        unread_count: 3,
        participant_count: 3,
        subject: "Subject d"
      })
    )
  })

  test("are one conversation when the root never comes, and when chains branch", () => {
    const e = mail("e", { minute: 4, answers: "b" })
    inAnyOrder([b, c, d, e], (made) =>
      expect(one(made)).toMatchObject({ external_thread_id: "<a@x>", message_count: 4 })
    )
  })

  test("are joined by references where the chain has holes", () => {
    const far = mail("far", { minute: 9, answers: "gone", references: ["a", "b", "gone"] })
    inAnyOrder([a, b, far], (made) =>
      expect(one(made)).toMatchObject({ external_thread_id: "<a@x>", message_count: 3 })
    )
  })

  test("take the provider's thread id as soon as one of them has it", () => {
    const named = mail("a", { minute: 0, cc: ["kai"], thread_id: "T-1" })
    inAnyOrder([named, b, c, d], (made) =>
      expect(one(made)).toMatchObject({ external_thread_id: "T-1", message_count: 4 })
    )
    const last = mail("d", { minute: 3, from: "kai", to: ["jo", "marta"], answers: "c", thread_id: "T-1" })
    inAnyOrder([a, b, c, last], (made) =>
      expect(one(made)).toMatchObject({ external_thread_id: "T-1", message_count: 4 })
    )
  })

  test("stay apart from mails that answer something else", () => {
    const other = mail("x", { minute: 5 })
    const answer = mail("y", { minute: 6, answers: "x" })
    inAnyOrder([a, b, other, answer], (made) =>
      expect(conversations(made).map(({ message_count }) => message_count)).toEqual([2, 2])
    )
  })

  test("count opens once, whichever comes first", () => {
    inAnyOrder([a, b, c, opened("b", 20), opened("b", 10), opened("b", 10)], (made) => {
      const { window } = stateOf(made).threads[0] as any
      expect(window.records.find((record: any) => record.id === "id-b")).toMatchObject({
        status: "read",
        read_at: start + 10 * 60_000,
        tracking: { opens: 2, clicks: 0 }
      })
      expect(channel(made).facts.waiting).toEqual([])
    })
  })
})

test("the conversation that became part of another one points to it, and is empty", () => {
  const made = house()
  tell(made, [c, a])
  const apart = conversations(made).find(({ external_thread_id }) => external_thread_id === "<b@x>")!
  expect(conversations(made)).toHaveLength(2)
  tell(made, [b])
  const gone = made.runtime.population.get("conversation", apart.id)!.context as ConversationContext
  expect(gone).toMatchObject({ merged_into: one(made).id, message_count: 0, unread_count: 0, participant_count: 0 })
  expect(made.runtime.inbox.totals).toMatchObject({ conversations: 1, unread_count: 2, unread_conversations: 1 })
})

test("what was read of one part is read of the whole", () => {
  const made = house()
  tell(made, [c, a])
  const part = conversations(made).find(({ external_thread_id }) => external_thread_id === "<b@x>")!
  made.submit({
    type: "conversation_read",
    conversation_id: part.id,
    user_id: "u",
    message_id: null,
    received,
    via: "api"
  })
  made.commit()
  tell(made, [b, d])
  // a had arrived by then and stands before what was read; b is our own, and d came later.
  expect(one(made)).toMatchObject({ unread_count: 1, readers: { u: { unread_count: 1 } } })
})

test("a replay of the journal gives the same conversations (I2)", () => {
  const made = house()
  tell(made, [d, opened("b", 10), c, a, b, mail("a", { minute: 0, event: "mail_moved", more: { role: "archive" } })])
  const again = new House({ founded: false })
  for (const { seq, event } of made.journaled) again.replay(seq, deepFreeze(event))
  expect(stateOf(again)).toEqual(stateOf(made))
  expect(again.runtime.inbox.view()).toEqual(made.runtime.inbox.view())
})

test("a mail that was moved twice is where it was moved last; its repeat is none", () => {
  const made = house()
  const moved = (folder: string, later: number) => {
    const event = mail("a", { minute: 0, event: "mail_moved", more: { role: folder, folders: [] } }) as any
    const fact = {
      ...event.fact,
      letter: { ...event.fact.letter, moved: { ...event.fact.letter.moved, at: received + later } }
    }
    return { ...event, received: received + later, fact }
  }
  tell(made, [a, moved("spam", 1)])
  expect(one(made).status).toBe("spam")
  tell(made, [moved("trash", 2)])
  expect(one(made).status).toBe("deleted")
  expect(made.submit(moved("trash", 3)).answer ?? "duplicate").toBe("duplicate")
  tell(made, [moved("inbox", 4)])
  expect(one(made).status).toBe("active")
})

test("an account without an address learns who its owner is from what it sends", () => {
  const made = house("Sales")
  tell(made, [a])
  expect(one(made).members["email:marta@example.com"]).toMatchObject({ role: "recipient" })
  expect(one(made)).toMatchObject({ participant_count: 3, unread_count: 1 })
  tell(made, [b])
  const roles = Object.fromEntries(Object.values(one(made).members).map(({ key, role }) => [key, role]))
  expect(roles).toEqual({
    "email:jo@example.com": "sender",
    "email:marta@example.com": "owner",
    "email:kai@example.com": "cc"
  })
})

test("an answer to a mail whose thread the index has forgotten joins it by its row (I8)", () => {
  const made = house()
  tell(made, [mail("old", { minute: 0 })])
  for (let i = 0; i < groupLimit + 200; i++) tell(made, [later(mail(`m${i}`, { minute: 1 }), i + 1)])
  expect(toList(channel(made).facts.threads).groups.length).toBeLessThan(groupLimit + 130)
  made.kept.set("<old@x>", "<old@x>")
  tell(made, [mail("new", { minute: 9, answers: "old", answersId: "id-old" })])
  const thread = conversations(made).find(({ external_thread_id }) => external_thread_id === "<old@x>")
  expect(thread).toMatchObject({ message_count: 2 })
  expect(conversations(made).some(({ external_thread_id }) => external_thread_id === "<new@x>")).toBe(false)
  const again = new House({ founded: false })
  for (const { event } of made.journaled.slice(-1)) expect(event).toMatchObject({ located: true, type: "fact_arrived" })
  for (const { seq, event } of made.journaled) again.replay(seq, event)
  expect(toList(channel(again).facts.threads)).toEqual(toList(channel(made).facts.threads))
})
