/**
 * CONTRACT 2.7 under I3: people who are shown under two or three identifiers, in any order, end as they would, had everybody
 * always used one: as the oracle finds of facts in which each person has one key, and as the very same machinery ends on those.
 */
import fc from "fast-check"
import { expect } from "vitest"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { memberUnread } from "../../machines/conversation/members.ts"
import { channelFields } from "../../machines/channel/fields.ts"
import { memberFields } from "../../machines/member/fields.ts"
import type { Person } from "../../machines/events.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import type { Fact, Said } from "../oracle/said.ts"
import { isFact } from "../oracle/said.ts"
import { tenantOf } from "../oracle/tenant.ts"
import { claim } from "../support/claim.ts"
import { alike, expectFields, expectSame } from "./compared.ts"
import {
  created,
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
import { agreeing, eventOf, marks, textOf, withMarks } from "./histories.ts"
import { SmallTenant } from "./small-tenant.ts"

/** Ann has three identifiers, ben two, cleo one. */
const keysOf: Readonly<Record<string, ReadonlyArray<string>>> = {
  ann: ["phone:ann", "email:ann", "linkedin:ann"],
  ben: ["phone:ben", "whatsapp:ben@lid"],
  cleo: ["phone:cleo"]
}
const nameOf = (key: string) => Object.keys(keysOf).find((name) => keysOf[name]!.includes(key)) ?? key
const showing = (name: string, key: string, also: ReadonlyArray<string> = []): Person =>
  person(name, { key, name: `${name} ${key}`, ...(also.length === 0 ? {} : { also }) })

const somebody = fc
  .constantFrom("ann", "ann", "ann", "ben", "ben", "cleo")
  .chain((name) =>
    fc
      .tuple(fc.constantFrom(...keysOf[name]!), fc.boolean())
      .map(([key, both]) => showing(name, key, both ? keysOf[name]!.filter((other) => other !== key).slice(0, 1) : []))
  )
const time = fc.integer({ min: 0, max: 5 })
const chat = fc.constantFrom("chat-1", "chat-1", "chat-2")
const which = fc.integer({ min: 0, max: 5 })

const shownUnder = (name: string, key: number) => showing(name, keysOf[name]![key % keysOf[name]!.length]!)

/** Who wrote message n of a chat, and when, is the same in every telling. */
const authors = ["ann", "ben", "me", "cleo", "ann", "me"]
const author = (n: number, thread: string, key: number): Person => {
  const name = authors[(n + thread.length) % authors.length]!
  return name === "me" ? me : shownUnder(name, key)
}
const tellings: fc.Arbitrary<Fact> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(which, chat, fc.nat(2), fc.array(somebody, { maxLength: 3 }), fc.constantFrom(null, null, null, 6, 7))
      .map(([n, thread, spoken, people, event_type]) => {
        // A full roster of one instant lists the same people always, under the same keys: two that differ contradict each other.
        const key = event_type === 6 ? n : spoken
        const line = event_type === null ? {} : { is_event: true, event_type }
        const id = event_type === null ? `${thread}-m${n}` : `${thread}-line${n}-${event_type}`
        const from = author(n, thread, key)
        // Who leaves is not listed as staying, under whichever name.
        const staying = people.filter((one) => event_type !== 7 || nameOf(one.key) !== nameOf(from.key))
        const roster = (n % 2 === 0 ? ["ann", "cleo"] : ["ann", "ben"]).map((name) => shownUnder(name, key))
        const others = event_type === 6 ? roster : staying
        return message(id, n, from, { in: thread, people: from === me ? others : [from, ...others], message: line })
      })
  },
  fc.tuple(which, chat, time, fc.option(somebody)).map(([n, thread, at, who]) => ({
    ...read(`${thread}-m${n}`, at, who, thread),
    direction: author(n, thread, 0) === me ? ("outbound" as const) : ("inbound" as const)
  })),
  fc
    .tuple(which, chat, time, somebody, fc.constantFrom("a", "b", null))
    .map(([n, thread, at, who, text]) => reacted(`${thread}-m${n}`, at, who, text, thread)),
  fc.tuple(which, chat, time).map(([n, thread, at]) => deleted(`${thread}-m${n}`, at, thread)),
  fc
    .tuple(which, chat, time, fc.constantFrom("a", "b", null))
    .map(([n, thread, at, text]) => edited(`${thread}-m${n}`, at, text, thread)),
  fc.tuple(which, chat, time).map(([n, thread, at]) => delivered(`${thread}-m${n}`, at, thread)),
  fc.tuple(time, chat, somebody).map(([at, thread, who]) => left(at, who, thread))
)
/** What shows that all keys of a person are one person's; somewhere in every history. */
const links: ReadonlyArray<Fact> = [
  message("link-1", 4, showing("ann", "phone:ann", ["email:ann"]), { in: "chat-2" }),
  message("link-2", 5, showing("ann", "linkedin:ann", ["email:ann"]), { in: "chat-1" }),
  message("link-3", 2, showing("ben", "whatsapp:ben@lid", ["phone:ben"]), { in: "chat-1" })
]

const histories = fc
  .record({
    told: fc.array(tellings, { maxLength: 25, size: "max" }),
    marked: fc.array(fc.tuple(fc.nat(50), marks), { maxLength: 3, size: "max" }),
    order: fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
    again: fc.array(fc.nat(), { maxLength: 8, size: "max" })
  })
  .map(({ told, marked, order, again }) => {
    const facts = [...told.map(agreeing(told, nameOf)), ...links]
    const all = [...facts, ...again.map((n) => facts[n % facts.length]!)]
    const told_in_order = all
      .map((fact, n) => [order[n]!, fact] as const)
      .sort((a, b) => a[0] - b[0])
      .map(([, fact]) => fact)
    const said = withMarks([running, ...told_in_order], marked)
    return { said, [fc.toStringMethod]: () => said.map((one) => `\n  ${textOf(one)}`).join("") }
  })

/** The fact with one key for each person, and nobody shown twice under different names of theirs. */
const withOneKey = (fact: Said): Said => {
  if (!isFact(fact)) return fact
  const one = (who: Person): Person => {
    const name = Object.keys(keysOf).find((each) => keysOf[each]!.includes(who.key))
    const { also: _, ...rest } = who
    return name === undefined ? who : { ...rest, key: keysOf[name]![0]! }
  }
  const changed: Record<string, unknown> = { ...fact }
  for (const role of ["sender", "person", "reader"])
    if (changed[role] != null) changed[role] = one(changed[role] as Person)
  if ("people" in fact) changed["people"] = fact.people.map(one)
  return changed as unknown as Said
}

const tenantAfter = (said: ReadonlyArray<Said>, sleeping = false) => {
  const tenant = new SmallTenant()
  tenant.apply(created)
  tenant.apply(registered)
  for (const [n, one] of said.entries()) {
    if (sleeping && n % 5 === 4) tenant.sleepAndWake()
    tell(tenant, one)
    tenant.expectStatesToFollowFields()
  }
  return tenant
}
/** A mark on a chat that nobody has heard of, or on a message, is refused. */
const fates = ["done", "refused", "unknown"]
const tell = (tenant: SmallTenant, said: Said) => {
  const event = eventOf(said, (thread) => tenant.identity.conversation("whatsapp", "account", thread))
  const result = tenant.run(event)
  expect(fates).toContain(result.type)
  return result
}

/** The participant that a key leads to. */
const behind = (tenant: SmallTenant, key: string): ParticipantContext => {
  const context = tenant.context<ParticipantContext>("participant", tenant.identity.participant(key))
  return context.facts.merged_into === null ? context : behind(tenant, context.facts.merged_into)
}

const pick = (names: ReadonlyArray<string>, context: object) =>
  Object.fromEntries(names.map((name) => [name, (context as Record<string, unknown>)[name]]))

const conversationOf = (context: ConversationContext) => ({
  ...pick(
    // How much had arrived by a mark depends on what was heard beside it.
    Object.keys(conversationFields).filter((name) => name !== "is_hot" && name !== "owner_reads"),
    context
  ),
  members: Object.fromEntries(
    Object.values(context.members).map((member) => [
      nameOf(member.key),
      pick(Object.keys(memberFields), { ...member, unread_count: memberUnread(context, member) })
    ])
  )
})

const totals = ["first_seen", "last_seen", "total_conversations", "total_messages", "name"]
const everything = (tenant: SmallTenant) => ({
  conversations: Object.fromEntries(
    tenant.population.ofKind("conversation").map(({ id, context }) => [id, conversationOf(context)])
  ),
  people: Object.fromEntries(
    Object.entries(keysOf)
      .filter(([, [key]]) => tenant.population.get("participant", tenant.identity.participant(key!)) !== undefined)
      .map(([name, [key]]) => [name, pick(totals, behind(tenant, key!))])
  ),
  channel: pick(Object.keys(channelFields), tenant.context("channel", tenant.identity.channel("whatsapp", "account"))),
  reactions: [...tenant.rows]
    .map(([id, rows]) => [
      id,
      [...rows]
        .map(([name, row]) => [
          name,
          (row.reactions ?? [])
            .map((each) => [each.participant_id && nameOf(each.participant_id), each.value, each.at])
            .sort()
        ])
        .sort()
    ])
    .sort()
})

/** What the oracle finds of people who always use the first of their keys. */
const expectTold = (tenant: SmallTenant, said: ReadonlyArray<Said>): void => {
  const expected = tenantOf(said.map(withOneKey))
  for (const [thread, { fields, members }] of Object.entries(expected.conversations)) {
    const context = tenant.conversation(thread)
    expectFields(context, fields, thread)
    const actual = conversationOf(context).members
    expectSame(Object.keys(actual).sort(), Object.keys(members).map(nameOf).sort(), `members of ${thread}`)
    for (const [key, member] of Object.entries(members))
      expectSame(alike(member, actual[nameOf(key)]!), member, `${key} in ${thread}`)
  }
  for (const [key, fields] of Object.entries(expected.participants))
    expectSame(alike(fields, behind(tenant, key)), fields, key)
  const channel = tenant.context("channel", tenant.identity.channel("whatsapp", "account"))
  expectSame(alike(expected.channel, channel), expected.channel, "channel")
}

/** A key that nobody has used leads nowhere yet. */
const used = (tenant: SmallTenant, name: string): ReadonlyArray<string> =>
  keysOf[name]!.filter((key) => tenant.population.get("participant", tenant.identity.participant(key)) !== undefined)

const facts = ({ said }: { readonly said: ReadonlyArray<Said> }) => said.length

claim(
  "people of several identifiers end as people of one, in any order",
  { runs: 150, facts },
  histories,
  ({ said }) => {
    const tenant = tenantAfter(said, true)
    expectTold(tenant, said)
    expectSame(everything(tenant), everything(tenantAfter(said.map(withOneKey))), "everything")
    for (const name in keysOf) {
      const ids = used(tenant, name).map((key) => behind(tenant, key).id)
      expect(new Set(ids).size).toBeLessThanOrEqual(1)
    }
    for (const { context } of tenant.population.ofKind("conversation")) {
      for (const key in (context as ConversationContext).members) expect(behind(tenant, key).facts.key).toBe(key)
    }
  }
)

claim("nothing changes when everything is heard again after a merge", { runs: 150, facts }, histories, ({ said }) => {
  const tenant = tenantAfter(said)
  for (const fact of said.filter(isFact)) {
    const result = tell(tenant, fact)
    if ("changes" in result && result.changes.length > 0) expect(result, textOf(fact)).toMatchObject({ changes: [] })
  }
})
