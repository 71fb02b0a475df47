/**
 * CONTRACT 2.4 under I3: a chat of two in which the other person comes under a number and under a hidden id, and the account's own
 * under a hidden one too, ends as if each had always had one, in any order: as the oracle finds of facts with one key each.
 */
import fc from "fast-check"
import { expect } from "vitest"
import { memberUnread } from "../../machines/conversation/members.ts"
import type { Person } from "../../machines/events.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import type { Fact, Said } from "../oracle/said.ts"
import { isFact } from "../oracle/said.ts"
import { tenantOf } from "../oracle/tenant.ts"
import { claim } from "../support/claim.ts"
import { alike, expectFields, expectSame } from "./compared.ts"
import { created, deleted, delivered, left, me, message, person, reacted, read, registered, running } from "./facts.ts"
import { eventOf, marks, textOf, withMarks } from "./histories.ts"
import { SmallTenant } from "./small-tenant.ts"

const number = person("ben", { key: "phone:+447700900123", identifiers: { phone: "+447700900123" } })
const hidden = person("ben", { key: "whatsapp:998877@lid" })
const mine = person("me", { key: "whatsapp:5555@lid" })
const keys = new Map([
  [number.key, "ben"],
  [hidden.key, "ben"],
  [mine.key, "me"],
  [me.key, "me"]
])

const either = fc.constantFrom(number, hidden)
const which = fc.integer({ min: 0, max: 5 })
const time = fc.integer({ min: 0, max: 5 })
/** Messages 0, 2 and 4 are the account's. */
const isOurs = (n: number) => n % 2 === 0

const tellings = (partner: string | undefined): fc.Arbitrary<Fact> => {
  const thread = { is_direct: true, ...(partner === undefined ? {} : { partner }) }
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(which, either, fc.boolean()).map(([n, ben, withOwn]) => {
        // Some payloads list the account's own person beside the other one, under an id that hides its number.
        const people = withOwn && partner !== undefined && ben === number ? [ben, mine] : [ben]
        return message(`m${n}`, n, isOurs(n) ? me : ben, { people, thread })
      })
    },
    fc.tuple(which, time, fc.option(either), fc.constantFrom(me, mine)).map(([n, at, ben, own]) => ({
      ...read(`m${n}`, at, isOurs(n) ? ben : own),
      direction: isOurs(n) ? ("outbound" as const) : ("inbound" as const)
    })),
    fc
      .tuple(which, time, fc.constantFrom(number, hidden, me), fc.constantFrom("a", "b", null))
      .map(([n, at, who, text]) => reacted(`m${n}`, at, who, text)),
    fc.tuple(which, time).map(([n, at]) => deleted(`m${n}`, at)),
    fc.tuple(which, time).map(([n, at]) => delivered(`m${n}`, at)),
    fc.tuple(time, either).map(([at, ben]) => left(at, ben))
  )
}

const histories = fc.constantFrom(undefined, number.key, hidden.key).chain((partner) =>
  fc
    .record({
      ben: either,
      told: fc.array(tellings(partner), { minLength: 1, maxLength: 20, size: "max" }),
      marked: fc.array(fc.tuple(fc.nat(50), marks), { maxLength: 2, size: "max" }),
      again: fc.array(fc.nat(), { maxLength: 6, size: "max" })
    })
    .map(({ ben, told, marked, again }) => {
      // That it is a chat of two is known before somebody leaves it.
      const thread = { is_direct: true, ...(partner === undefined ? {} : { partner }) }
      const first = message("m1", 1, ben, { people: [ben], thread })
      const last = message("m1", 1, number, { people: [number], thread })
      const repeated = again.map((n) => told[n % told.length]!)
      const said = withMarks([running, first, ...told, ...repeated, last], marked)
      return { said, [fc.toStringMethod]: () => said.map((one) => `\n  ${textOf(one)}`).join("") }
    })
)

/** The fact with one key for each person, and nobody listed twice. */
const withOneKey = (fact: Said): Said => {
  if (!isFact(fact)) return fact
  const one = (who: Person): Person => {
    const name = keys.get(who.key)
    return name === undefined ? who : { ...who, key: name === "me" ? me.key : number.key }
  }
  const changed: Record<string, unknown> = { ...fact }
  for (const role of ["sender", "person", "reader"])
    if (changed[role] != null) changed[role] = one(changed[role] as Person)
  if ("people" in fact) changed["people"] = fact.people.filter(({ key }) => key !== mine.key).map(one)
  return changed as unknown as Said
}

const tenantAfter = (said: ReadonlyArray<Said>) => {
  const tenant = new SmallTenant()
  tenant.apply(created)
  tenant.apply(registered)
  for (const [n, one] of said.entries()) {
    if (n % 5 === 4) tenant.sleepAndWake()
    tell(tenant, one)
    tenant.expectStatesToFollowFields()
  }
  return tenant
}
const tell = (tenant: SmallTenant, said: Said) => {
  const result = tenant.run(eventOf(said, (thread) => tenant.identity.conversation("whatsapp", "account", thread)))
  if (result.type === "failed") throw result.cause
  expect(["done", "refused", "unknown"]).toContain(result.type)
  return result
}

const behind = (tenant: SmallTenant, key: string): ParticipantContext => {
  const context = tenant.context<ParticipantContext>("participant", tenant.identity.participant(key))
  return context.facts.merged_into === null ? context : behind(tenant, context.facts.merged_into)
}

claim(
  "a chat of two ends as one, whichever ids its people come under",
  { runs: 150, facts: ({ said }: { readonly said: ReadonlyArray<Said> }) => said.length },
  histories,
  ({ said }) => {
    const tenant = tenantAfter(said)
    const expected = tenantOf(said.map(withOneKey))
    const { fields, members } = expected.conversations["chat-1"]!
    const context = tenant.conversation()
    expectFields(context, fields, "chat-1")
    expect(context.conversation_type).toBe("direct")
    const here = Object.values(context.members).filter(
      ({ key, is_active }) => is_active || key === me.key || behind(tenant, key).facts.key === key
    )
    for (const [key, member] of Object.entries(members)) {
      const found = here.find((each) => keys.get(each.key) === keys.get(key))!
      const { unread_count: _, ...same } = member
      expectSame(alike(same, found), same, `${key} in chat-1`)
      expect(memberUnread(context, found), key).toBe(member.unread_count)
    }
    const { total_messages, total_conversations, first_seen, last_seen } = expected.participants[number.key]!
    expect(behind(tenant, number.key)).toMatchObject({
      phone: "+447700900123",
      total_messages,
      total_conversations,
      first_seen,
      last_seen
    })
  }
)

claim(
  "nothing changes when everything is heard again",
  { runs: 100, facts: ({ said }: { readonly said: ReadonlyArray<Said> }) => said.length },
  histories,
  ({ said }) => {
    const tenant = tenantAfter(said)
    for (const fact of said.filter(isFact)) tell(tenant, fact)
    // Of two reactions of one instant the later to arrive stands, a repeat of the first included (CONTRACT 2.6).
    for (const fact of said.filter(isFact).filter(({ type }) => type !== "message_reacted")) {
      const result = tell(tenant, fact)
      if ("changes" in result && result.changes.length > 0) expect(result, textOf(fact)).toMatchObject({ changes: [] })
    }
  }
)
