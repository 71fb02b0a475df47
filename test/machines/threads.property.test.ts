/**
 * CONTRACT 2.4 under I3: mails of one chain are one conversation with the fields that the oracle finds, in whichever order they
 * and the facts about them arrive, with and without thread ids, whether or not every mail of the chain is ever seen.
 */
import fc from "fast-check"
import { expect } from "vitest"
import type { FactArrived, Letter } from "../../machines/events.ts"
import { initialOf } from "../../machines/field.ts"
import { messageFields } from "../../machines/message/fields.ts"
import type { Fact } from "../oracle/said.ts"
import { factsInThreads } from "../oracle/threads.ts"
import { tenantOf } from "../oracle/tenant.ts"
import { claim } from "../support/claim.ts"
import { alike, expectConversation, expectRow, expectSame } from "./compared.ts"
import {
  ann,
  ben,
  cleo,
  created,
  day,
  deleted,
  delivered,
  edited,
  me,
  message,
  reacted,
  read,
  registered,
  running,
  start
} from "./facts.ts"
import { agreeing } from "./histories.ts"
import { SmallTenant } from "./small-tenant.ts"

const people = [ann, ben, cleo]
const mails = 6
const which = fc.nat(mails - 1)
const time = fc.integer({ min: 0, max: 5 })

/** What is true of each mail. */
const truths = fc.array(
  fc.record({
    at: time,
    from: fc.constantFrom(me, ...people),
    /** The earlier mail that it answers: so many before it; nothing when there is none. */
    answers: fc.constantFrom(0, 1, 1, 1, 2, 3),
    /** Whether it lists the whole chain, or only what it answers. */
    listsAll: fc.boolean(),
    /** Whether the provider shows the thread's id with it, where the thread has one. */
    showsThread: fc.boolean(),
    hasThread: fc.constantFrom(false, false, true)
  }),
  { minLength: mails, maxLength: mails }
)
type Truths = typeof truths extends fc.Arbitrary<infer T> ? T : never

const answered = (truths: Truths, n: number): number | null => {
  const { answers } = truths[n]!
  return answers === 0 || answers > n ? null : n - answers
}
/** From the root down to what is answered. */
const chain = (truths: Truths, n: number): ReadonlyArray<number> => {
  const parent = answered(truths, n)
  return parent === null ? [] : [...chain(truths, parent), parent]
}
const messageId = (n: number) => `<m${n}@x>`

const whereabouts = (truths: Truths, n: number): FactArrived["where"] => {
  const before = chain(truths, n)
  const root = before[0] ?? n
  const { listsAll, showsThread } = truths[n]!
  const [first, ...rest] = listsAll ? before : before.slice(-1)
  return {
    thread_id: showsThread && truths[root]!.hasThread ? `thread-${root}` : null,
    names: [messageId(n), `id-${n}`, `p-${n}`],
    roots: first === undefined ? [] : [messageId(first)],
    answers: rest.map(messageId)
  }
}

const telling = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      tell: fc.constant("mail" as const),
      which,
      to: fc.subarray([...people]),
      cc: fc.subarray([...people]),
      read_at: fc.constantFrom(null, null, 3, 4),
      subject: fc.constantFrom("a", "b", null),
      folders: fc.constantFrom<ReadonlyArray<string>>([], ["INBOX"], ["ARCHIVE"], ["SPAM"])
    })
  },
  fc.record({
    tell: fc.constantFrom(
      "read" as const,
      "deleted" as const,
      "delivered" as const,
      "edited" as const,
      "reacted" as const
    ),
    which,
    at: time,
    who: fc.option(fc.constantFrom(...people)),
    text: fc.constantFrom("a", "b", null)
  })
)
type Telling = typeof telling extends fc.Arbitrary<infer T> ? T : never

const factOf = ({ at, from }: Truths[number], said: Telling): FactArrived["fact"] => {
  const id = `id-${said.which}`
  if (said.tell === "mail") {
    const roles: Record<string, Letter["roles"][string]> = {}
    for (const one of said.cc) roles[one.key] = "cc"
    for (const one of said.to) roles[one.key] = "recipient"
    if (from !== me) roles[from.key] = "sender"
    return {
      ...message(id, at, from, {
        people: people.filter((one) => roles[one.key] !== undefined),
        thread: { subject: said.subject, folders: said.folders },
        message: { provider_message_id: `p-${said.which}`, read_at: from === me ? null : said.read_at }
      }),
      letter: { roles, owner_known: true, moved: null }
    }
  }
  const direction = from === me ? ("outbound" as const) : ("inbound" as const)
  switch (said.tell) {
    case "read":
      return { ...read(id, said.at, said.who), direction }
    case "deleted":
      return deleted(id, said.at)
    case "delivered":
      return { ...delivered(id, said.at), direction }
    case "edited":
      return edited(id, said.at, said.text)
    case "reacted":
      return reacted(id, said.at, said.who ?? ann, said.text)
  }
}

const arrivedAs = (truths: Truths, said: Telling): FactArrived => {
  const fact = factOf(truths[said.which]!, said)
  const place = { account_id: "post", channel_type: "gmail", received: start + day / 4, via: "api" } as const
  const where = said.tell === "mail" ? whereabouts(truths, said.which) : aboutOnly(said.which)
  return { type: "fact_arrived", ...place, own_email: null, at: fact.at, where, fact }
}
const aboutOnly = (n: number) => ({ thread_id: null, names: [`id-${n}`], roots: [], answers: [] })

const histories = fc
  .record({
    truths,
    told: fc.array(telling, { minLength: 1, maxLength: 20, size: "max" }),
    order: fc.array(fc.nat(), { minLength: 40, maxLength: 40 }),
    again: fc.array(fc.nat(), { maxLength: 8, size: "max" }),
    sleeps: fc.array(fc.nat(30), { maxLength: 2 })
  })
  .map(({ truths, told, order, again, sleeps }) => {
    const made = told.map((said) => arrivedAs(truths, said))
    const alike = agreeing(made.map(({ fact }) => fact as Fact))
    const facts = made.map((one): FactArrived => ({ ...one, fact: alike(one.fact as Fact) as FactArrived["fact"] }))
    const arrived = [...facts, ...again.map((n) => facts[n % facts.length]!)]
      .map((fact, n) => [order[n]!, fact] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, fact]) => fact)
    const asText = () =>
      arrived
        .map(({ where, fact }) => {
          const { type, at } = fact
          const by = fact.type === "message_received" ? fact.sender?.key : ""
          return `\n  ${type} ${by} ${at - start} ${JSON.stringify(where)} ${JSON.stringify(fact)}`
        })
        .join("")
    return { arrived, sleeps, [fc.toStringMethod]: asText }
  })

claim(
  "mails and facts about them in any order are the threads that the oracle finds",
  { runs: 200, facts: ({ arrived }) => arrived.length },
  histories,
  ({ arrived, sleeps }) => {
    const tenant = new SmallTenant()
    for (const event of [created, registered, running]) tenant.apply(event)
    tenant.apply({ ...registered, account_id: "post", channel_type: "gmail" })
    for (const [n, fact] of arrived.entries()) {
      if (sleeps.includes(n)) tenant.sleepAndWake()
      tenant.apply(fact)
      tenant.expectStatesToFollowFields()
    }
    const expected = tenantOf(factsInThreads(arrived))
    const threads = tenant.population.ofKind("conversation").filter(({ context }) => context.merged_into === null)
    expectSame(
      threads.map(({ context }) => context.external_thread_id).sort(),
      Object.keys(expected.conversations).sort(),
      "threads"
    )
    for (const [thread, conversation] of Object.entries(expected.conversations)) {
      const id = tenant.identity.conversation("gmail", "post", thread)
      expectConversation(tenant.context("conversation", id), conversation, thread)
      for (const known of conversation.messages)
        expectRow({ ...initialOf(messageFields), ...tenant.rowsOf(id).get(known.names[0]!) }, known)
    }
    for (const [key, fields] of Object.entries(expected.participants))
      expectSame(alike(fields, tenant.context("participant", tenant.identity.participant(key))), fields, key)
    const { message_count, last_message_at } = expected.channel
    const totals = { message_count, last_message_at }
    const channel = tenant.context("channel", tenant.identity.channel("gmail", "post"))
    expectSame(alike(totals, channel), totals, "channel")
    for (const fact of arrived) {
      const { changes } = tenant.apply(fact)
      if (changes.length > 0) expect({ fact, changes }, "a repeat").toMatchObject({ changes: [] })
    }
  }
)
