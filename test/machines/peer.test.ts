/** A chat of two stays one (CONTRACT 2.4): second ids of the other person, and of the account's own, are no third member. */
import { describe, expect, test } from "vitest"
import type { Event, Person } from "../../machines/events.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import { ann, ben, created, left, me, message, person, reacted, read, registered, running } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const number = person("ann", { key: "phone:+447700900123", identifiers: { phone: "+447700900123" }, name: "Ann" })
const hidden = person("ann", { key: "whatsapp:998877@lid", name: "Ann" })
const mine = person("me", { key: "whatsapp:5555@lid" })
const direct = { is_direct: true }
const after = (...events: ReadonlyArray<Event>) => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running, ...events]) {
    tenant.apply(event)
    tenant.expectStatesToFollowFields()
  }
  tenant.sleepAndWake()
  return tenant
}
const behind = (tenant: SmallTenant, key: string): ParticipantContext => {
  const context = tenant.context<ParticipantContext>("participant", tenant.identity.participant(key))
  return context.facts.merged_into === null ? context : behind(tenant, context.facts.merged_into)
}
const expectTwo = (tenant: SmallTenant) => {
  const { conversation_type, participant_count, members } = tenant.conversation()
  expect({ conversation_type, participant_count }).toEqual({ conversation_type: "direct", participant_count: 2 })
  return Object.values(members).filter(({ role, is_active }) => role !== "owner" && is_active)[0]!
}
const said = (id: string, at: number, from: Person, more: object = {}, people?: ReadonlyArray<Person>) =>
  message(id, at, from, { thread: { ...direct, ...more }, ...(people === undefined ? {} : { people }) })

const both = (one: Event, other: Event) => [[one, other] as const, [other, one] as const]

describe("a second id of the other person", () => {
  test.each(both(said("m1", 1, number), said("m2", 2, hidden)))("in messages, in either order", (...events) => {
    const tenant = after(...events)
    expect(expectTwo(tenant)).toMatchObject({ message_count: 2, name: "Ann" })
    // A number and a hidden id that have both written are one person for good.
    expect(behind(tenant, hidden.key).id).toBe(behind(tenant, number.key).id)
    expect(behind(tenant, hidden.key)).toMatchObject({
      phone: "+447700900123",
      total_messages: 2,
      total_conversations: 1
    })
  })

  test.each(both(said("o1", 1, me, {}, [number]), read("o1", 5, hidden)))(
    "in a receipt, in either order",
    (...events) => {
      const tenant = after(...events)
      expect(expectTwo(tenant)).toMatchObject({ key: number.key, last_read_at: read("o1", 1).at })
      // What only a receipt shows joins nobody.
      expect(behind(tenant, number.key).facts.keys).toEqual([number.key])
    }
  )

  test.each(both(said("o1", 1, me, {}, [number]), reacted("o1", 5, hidden, "👍")))("in a reaction", (...events) => {
    const tenant = after(...events)
    expectTwo(tenant)
    expect(tenant.rows.values().next().value!.get("o1")!.reactions).toMatchObject([{ participant_id: number.key }])
  })

  test("in a list beside the first, which joins nobody: it may be the account's own", () => {
    const tenant = after(said("o1", 1, me, {}, [number, hidden]), said("o2", 2, me, {}, [hidden, number]))
    expectTwo(tenant)
    expect(behind(tenant, number.key).facts.keys).toEqual([number.key])
  })

  test.each(both(said("o1", 1, me, {}, [number]), said("o2", 2, me, {}, [hidden])))("alone in a list", (...events) => {
    const tenant = after(...events)
    expectTwo(tenant)
    expect(behind(tenant, hidden.key).id).toBe(behind(tenant, number.key).id)
  })

  test.each(both(said("m1", 1, hidden, { partner: number.key }), said("o1", 2, me, { partner: number.key }, [number])))(
    "in a chat that is named after the number",
    (...events) => {
      const tenant = after(...events)
      expectTwo(tenant)
      expect(behind(tenant, hidden.key)).toMatchObject({
        phone: "+447700900123",
        total_messages: 1,
        total_conversations: 1
      })
      expect(behind(tenant, hidden.key).id).toBe(behind(tenant, number.key).id)
    }
  )

  test("in a chat that is named after somebody else joins nobody", () => {
    const partner = "phone:+447700900555"
    const tenant = after(said("m1", 1, number, { partner }), said("m2", 2, hidden, { partner }))
    expectTwo(tenant)
    expect(behind(tenant, number.key).facts.keys).not.toContain(hidden.key)
  })

  test("who leaves under it, leaves", () => {
    const tenant = after(said("m1", 1, number), left(3, hidden))
    expect(tenant.conversation()).toMatchObject({ participant_count: 1, conversation_type: "direct" })
  })

  test("of another network is no third member either, and joins nobody", () => {
    const [classic, sales] = [person("x", { key: "linkedin:ACoAA1" }), person("x", { key: "linkedin:ACwAA2" })]
    for (const events of both(said("m1", 1, classic), said("m2", 2, sales))) expectTwo(after(...events))
  })

  test("is joined where the chat was named after the one and then after the other", () => {
    const events = both(
      said("o1", 1, me, { partner: number.key }, [number]),
      said("o2", 2, me, { partner: hidden.key }, [hidden])
    )
    for (const order of events) {
      const tenant = after(...order)
      expectTwo(tenant)
      expect(behind(tenant, hidden.key).id).toBe(behind(tenant, number.key).id)
    }
  })

  test("does not join a person who is known under another hidden id", () => {
    const known = person("ann", { ...number, also: ["whatsapp:1@lid"] })
    const tenant = after(said("m1", 1, known), said("m2", 2, hidden))
    expectTwo(tenant)
    expect(behind(tenant, number.key).facts.keys).not.toContain(hidden.key)
  })
})

describe("a hidden id of the account's own", () => {
  test("in a list, in a receipt of what the other wrote, and in a reaction", () => {
    const known = { ...number, also: [hidden.key] }
    const tenant = after(
      said("m1", 1, known, { partner: number.key }, [known, mine]),
      read("m1", 2, mine),
      reacted("m1", 3, mine, "👍")
    )
    expectTwo(tenant)
    expect(tenant.conversation()).toMatchObject({ unread_count: 0 })
    expect(tenant.rows.values().next().value!.get("m1")!.reactions).toMatchObject([{ participant_id: me.key }])
  })

  test("that it has written under is its own in groups too", () => {
    const own = { ...me, also: [mine.key] }
    const group = (id: string, at: number, people: ReadonlyArray<Person>) =>
      message(id, at, ben, { in: "group", people, thread: { is_group: true } })
    const events = [group("m1", 1, [ann, ben, mine]), { ...said("o1", 2, me, {}, [number]), owner: own, sender: own }]
    for (const order of [events, events.toReversed()])
      expect(after(...order, group("m2", 3, [ann, ben, mine])).conversation("group")).toMatchObject({
        participant_count: 3
      })
  })
})

describe("nothing is supposed", () => {
  test("of two numbers: they are two people, and the type stays what the payload says", () => {
    const other = person("bo", { key: "phone:+447700900999", identifiers: { phone: "+447700900999" } })
    const tenant = after(said("m1", 1, number), said("m2", 2, other))
    expect(tenant.conversation()).toMatchObject({ conversation_type: "direct", participant_count: 3 })
    expect(behind(tenant, other.key).total_messages).toBe(1)
  })

  test("in groups, and where a payload says nothing", () => {
    for (const thread of [{ is_group: true }, {}]) {
      const tenant = after(message("m1", 1, number, { thread }), message("m2", 2, hidden, { thread }))
      expect(tenant.conversation()).toMatchObject({ conversation_type: "group", participant_count: 3 })
      expect(behind(tenant, hidden.key).id).not.toBe(behind(tenant, number.key).id)
    }
  })

  test("of a chat that was called a group", () => {
    const tenant = after(
      message("m0", 0, number, { thread: { is_group: true } }),
      said("m1", 1, number),
      said("m2", 2, hidden)
    )
    expect(tenant.conversation()).toMatchObject({ conversation_type: "group", participant_count: 3 })
  })
})

test("a chat that an earlier version took for a group is one of two again with the next message", () => {
  const tenant = after(message("m1", 1, number), message("m2", 2, hidden), message("m3", 3, number))
  expect(tenant.conversation()).toMatchObject({ conversation_type: "group", participant_count: 3 })
  tenant.apply(said("m4", 4, number))
  expectTwo(tenant)
  tenant.apply(said("m5", 5, hidden))
  expect(expectTwo(tenant)).toMatchObject({ message_count: 5, key: behind(tenant, hidden.key).facts.key })
  expect(behind(tenant, number.key)).toMatchObject({ total_messages: 5, total_conversations: 1 })
})
