/**
 * I3: any permutation and any duplication of the same facts gives the same fields, and they are those that the oracle finds
 * without any moving state. Small alphabets, so that collisions are the rule. RUNS and SEED change how long and where it looks.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { memberUnread } from "../../machines/conversation/members.ts"
import type { Fields } from "../../machines/field.ts"
import { initialOf } from "../../machines/field.ts"
import { channelFields } from "../../machines/channel/fields.ts"
import { connectionFields } from "../../machines/connection/fields.ts"
import { memberFields } from "../../machines/member/fields.ts"
import { messageFields } from "../../machines/message/fields.ts"
import { participantFields } from "../../machines/participant/fields.ts"
import {
  ann,
  ben,
  cleo,
  deleted,
  delivered,
  edited,
  left,
  me,
  message,
  person,
  reacted,
  read,
  registered,
  running
} from "./facts.ts"
import type { Fact } from "./oracle.ts"
import { tenantOf } from "./oracle.ts"
import { comparable, SmallTenant } from "./small-tenant.ts"

const numRuns = Number(process.env["RUNS"] ?? 300)
const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin % 2 ** 31))
const parameters = { numRuns, seed }

const people = [me, ann, ben, cleo]
const faces = [
  ...people,
  person("ann", { name: "Annie", provider_participant_id: "ann@lid", metadata: { occupation: "baker" } }),
  person("ann", { metadata: { occupation: "pilot" } }),
  person("ben", { name: null, provider_participant_id: "b" })
]
const time = fc.integer({ min: 0, max: 5 })
const chat = fc.constantFrom("chat-1", "chat-1", "chat-2")
const texts = fc.constantFrom("a", "b", null)

/** What is true of each of a conversation's six messages, however often and in whichever words it is told. */
const truths = fc.array(
  fc.record({
    at: time,
    from: fc.constantFrom(...people),
    is_event: fc.constantFrom(false, false, false, true),
    event_type: fc.constantFrom(null, 4, 5, 6, 7),
    /** Whether some payloads show the message under the provider's id alone, or others without it. */
    byProvider: fc.boolean()
  }),
  { minLength: 6, maxLength: 6 }
)
type Truth = typeof truths extends fc.Arbitrary<ReadonlyArray<infer T>> ? T : never

const which = fc.integer({ min: 0, max: 5 })
const telling = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      tell: fc.constant("message" as const),
      which,
      people: fc.subarray(faces.slice(1)),
      fully: fc.boolean(),
      hidden: fc.constantFrom(false, false, false, true),
      deleted: fc.constantFrom(false, false, false, true),
      read_at: fc.constantFrom(null, null, 3, 4),
      subject: texts,
      hints: fc.constantFrom(
        {},
        {},
        {},
        { is_group: true },
        { is_broadcast: true },
        { is_channel: true },
        { is_community: true },
        { is_urgent: true }
      ),
      folders: fc.constantFrom<ReadonlyArray<string>>([], [], ["INBOX"], ["ARCHIVE"], ["SPAM"], ["TRASH"]),
      metadata: fc.constantFrom<Record<string, unknown>>({}, { pinned: true }, { pinned: false })
    })
  },
  {
    weight: 5,
    arbitrary: fc.record({
      tell: fc.constantFrom(
        "delivered" as const,
        "read" as const,
        "edited" as const,
        "deleted" as const,
        "reacted" as const
      ),
      which,
      at: time,
      name: fc.constantFrom("m" as const, "mp" as const, "p" as const),
      who: fc.option(fc.constantFrom(ann, ben, cleo)),
      reactor: fc.constantFrom(...people),
      text: texts
    })
  },
  { weight: 1, arbitrary: fc.record({ tell: fc.constant("left" as const), at: time, who: fc.constantFrom(...people) }) }
)
type Telling = typeof telling extends fc.Arbitrary<infer T> ? T : never

const factOf = (truth: ReadonlyArray<Truth>, said: Telling, thread: string): Fact => {
  if (said.tell === "left") return left(said.at, said.who, thread)
  const [m, p] = [`${thread}-m${said.which}`, `${thread}-p${said.which}`]
  const about = truth[said.which]!
  if (said.tell === "message") {
    const names = about.byProvider
      ? { external_message_id: said.fully ? m : p, provider_message_id: p }
      : { external_message_id: m, provider_message_id: said.fully ? p : null }
    return message(m, about.at, about.from, {
      in: thread,
      people: said.people.filter((one, n) => said.people.findIndex((other) => other.key === one.key) === n),
      thread: { subject: said.subject, folders: said.folders, metadata: said.metadata, ...said.hints },
      message: {
        ...names,
        is_event: about.is_event,
        event_type: about.is_event ? about.event_type : null,
        hidden: said.hidden,
        deleted: said.deleted,
        read_at: said.read_at
      }
    })
  }
  const names = { external_message_id: said.name === "p" ? p : m, provider_message_id: said.name === "m" ? null : p }
  const direction = about.from === me ? ("outbound" as const) : ("inbound" as const)
  switch (said.tell) {
    case "delivered":
      return { ...delivered(m, said.at, thread), ...names, direction }
    case "read":
      return { ...read(m, said.at, said.who, thread), ...names, direction }
    case "edited":
      return { ...edited(m, said.at, said.text, thread), ...names }
    case "deleted":
      return { ...deleted(m, said.at, thread), ...names }
    case "reacted":
      return { ...reacted(m, said.at, said.reactor, said.text, thread), ...names }
  }
}

const histories = fc
  .record({
    truths: fc.record({ "chat-1": truths, "chat-2": truths }),
    told: fc.array(fc.tuple(telling, chat), { minLength: 1, maxLength: 30 }),
    shuffled: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
    again: fc.array(fc.nat(), { maxLength: 15 }),
    sleeps: fc.array(fc.nat(40), { maxLength: 3 })
  })
  .map(({ truths, told, shuffled, again, sleeps }) => {
    const facts = told.map(([said, thread]) => factOf(truths[thread as "chat-1"], said, thread))
    const repeated = [...facts, ...again.map((n) => facts[n % facts.length]!)]
    const other = repeated
      .map((fact, n) => [shuffled[n]!, fact] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, fact]) => fact)
    return { facts, other, sleeps }
  })

const tenantAfter = (facts: ReadonlyArray<Fact>, sleeps: ReadonlyArray<number> = []) => {
  const tenant = new SmallTenant()
  tenant.apply(registered)
  tenant.apply(running)
  facts.forEach((fact, n) => {
    if (sleeps.includes(n)) tenant.sleepAndWake()
    tenant.apply(fact)
    tenant.expectStatesToFollowFields()
  })
  return tenant
}

const pick = (fields: Fields, context: Record<string, unknown>, but: ReadonlyArray<string> = []) =>
  Object.fromEntries(
    Object.keys(fields)
      .filter((name) => !but.includes(name))
      .map((name) => [name, context[name]])
  )

/** Everything that the contract calls a field; is_hot has a memory on purpose and is tested on its own. */
const fieldsOf = (tenant: SmallTenant) =>
  Object.fromEntries(
    [...tenant.population.all()].map((living) => {
      const { kind, id, context } = living
      if (kind === "channel") return [kind + id, pick(channelFields, context)]
      if (kind === "connection") return [kind + id, pick(connectionFields, context)]
      if (kind === "participant") return [kind + id, pick(participantFields, context)]
      return [
        kind + id,
        { ...pick(conversationFields, context, ["is_hot"]), members: membersOf(context), rows: rowsOf(tenant, id) }
      ]
    })
  )

const membersOf = (context: ConversationContext) =>
  Object.fromEntries(
    Object.values(context.members).map((member) => [
      member.key,
      pick(memberFields, { ...member, unread_count: memberUnread(context, member) })
    ])
  )

/** By the number in the message's names: which of its names its row goes by depends on which was heard first. */
const rowsOf = (tenant: SmallTenant, conversation_id: string) =>
  Object.fromEntries(
    [...(tenant.rows.get(conversation_id) ?? [])].map(([id, row]) => [
      id.at(-1)!,
      { ...initialOf(messageFields), ...row }
    ])
  )

describe(`facts in any order, seed ${seed}`, () => {
  test("give what the oracle finds", () => {
    fc.assert(
      fc.property(histories, ({ facts, other, sleeps }) => {
        const expected = tenantOf(facts)
        for (const history of [facts, other]) {
          const tenant = tenantAfter(history, sleeps)
          for (const [thread, { fields, members, messages }] of Object.entries(expected.conversations)) {
            const context = tenant.conversation(thread)
            expect(context).toMatchObject(fields)
            expect(Object.keys(context.members).sort()).toEqual(Object.keys(members).sort())
            expect(membersOf(context)).toMatchObject(members)
            const rows = rowsOf(tenant, context.id)
            expect(Object.keys(rows)).toHaveLength(messages.length)
            for (const { names, row } of messages) {
              const { content, reactions, ...same } = row
              const actual: any = rows[names[0]!.at(-1)!]
              expect(actual).toMatchObject(same)
              expect(content).toContain(actual.content)
              const shown = (actual.reactions ?? []).map((one: any) => [one.participant_id, one.value])
              expect(Object.fromEntries(shown)).toEqual(reactions)
            }
          }
          for (const [key, fields] of Object.entries(expected.participants)) {
            expect(tenant.context("participant", tenant.identity.participant(key)), key).toMatchObject(fields)
          }
          expect(tenant.connection()).toMatchObject(expected.connection)
          if (expected.channel.last_message_at !== null || expected.channel.message_count > 0) {
            expect(tenant.context("channel", tenant.identity.channel("whatsapp", "account"))).toMatchObject(
              expected.channel
            )
          }
        }
      }),
      parameters
    )
  })

  test("give the same fields, every one of them", () => {
    fc.assert(
      fc.property(histories, ({ facts, other }) => {
        expect(fieldsOf(tenantAfter(other))).toEqual(fieldsOf(tenantAfter(facts)))
      }),
      parameters
    )
  })

  test("change nothing when they are heard again: every context stays the very same value", () => {
    fc.assert(
      fc.property(histories, ({ facts }) => {
        const tenant = tenantAfter(facts)
        for (const fact of facts) expect(tenant.changes(fact), JSON.stringify(fact)).toBe(false)
      }),
      parameters
    )
  })

  test("survive sleep at any point", () => {
    fc.assert(
      fc.property(histories, ({ facts, sleeps }) => {
        const [awake, slept] = [tenantAfter(facts), tenantAfter(facts, sleeps)]
        for (const living of awake.population.all()) {
          expect(comparable(slept.population.get(living.kind, living.id)!.context)).toEqual(comparable(living.context))
        }
      }),
      { ...parameters, numRuns: Math.ceil(numRuns / 3) }
    )
  })
})
