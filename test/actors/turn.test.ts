/** A turn is atomic (I4). */
import { describe, expect, test } from "vitest"
import type { AnyMachineSnapshot } from "xstate"
import type { MessageReceived } from "../../machines/events.ts"
import { ann, me, message, person, read, registered, running, start } from "../machines/facts.ts"
import { SmallTenant } from "../machines/small-tenant.ts"

const talking = () => {
  const tenant = new SmallTenant()
  for (const event of [registered, running, message("m1", 1, ann), message("o1", 2, me)]) tenant.apply(event)
  return tenant
}
const everybody = (tenant: SmallTenant) =>
  new Map([...tenant.population.all()].map(({ kind, id, snapshot }) => [kind + id, snapshot]))
const expectSame = (now: Map<string, AnyMachineSnapshot>, before: Map<string, AnyMachineSnapshot>) => {
  expect([...now.keys()].sort()).toEqual([...before.keys()].sort())
  for (const [address, snapshot] of before) {
    expect(now.get(address)!.context, address).toBe(snapshot.context)
    expect(now.get(address)!.value, address).toEqual(snapshot.value)
  }
}

/** A new message that shows a new person, whose name can be looked at only so often before everything breaks. */
const fragile = (looks: number): MessageReceived => {
  let left = looks
  const cleo = person("cleo")
  const brittle = Object.freeze(
    Object.defineProperty({ ...cleo }, "name", {
      enumerable: true,
      get() {
        if (left-- <= 0) throw new Error("broken on purpose")
        return "cleo"
      }
    })
  )
  return Object.freeze(message("m2", 3, ann, { people: Object.freeze([ann, brittle]) as ReadonlyArray<typeof ann> }))
}

describe("a turn that breaks in the middle", () => {
  test("leaves every actor as it was, wherever it breaks, and works once it is mended", () => {
    const tenant = talking()
    const before = everybody(tenant)
    let looks = 0
    for (; ; looks++) {
      const result = tenant.run(fragile(looks))
      if (result.type === "done") break
      expect(result).toMatchObject({ type: "failed", cause: { message: "broken on purpose" } })
      expectSame(everybody(tenant), before)
    }
    // It broke in the conversation and, later, in the participant: otherwise this proves little.
    expect(looks).toBeGreaterThan(1)
    expect(tenant.conversation()).toMatchObject({ message_count: 3, participant_count: 3, unread_count: 2 })
  })

  test("leaves nobody behind who was made in it", () => {
    const tenant = talking()
    tenant.run(fragile(0))
    expect(tenant.population.get("participant", tenant.identity.participant("phone:cleo"))).toBeUndefined()
  })
})

describe("a turn that needs somebody who sleeps", () => {
  test("touches nobody, names the sleeper, and after waking happens once", () => {
    const tenant = talking()
    const sleeper = tenant.population.get("participant", tenant.identity.participant(ann.key))!
    const { id, snapshot } = sleeper
    tenant.population.remove(sleeper)
    const before = everybody(tenant)
    const event = message("m2", 3, ann)
    expect(tenant.attempt(event)).toEqual({ type: "asleep", actors: [{ kind: "participant", id }] })
    expectSame(everybody(tenant), before)
    tenant.population.wake("participant", id, snapshot, start)
    expect(tenant.attempt(event).type).toBe("done")
    expect(tenant.context("participant", id)).toMatchObject({ total_messages: 2, last_seen: start + 3 })
    expect(tenant.conversation().message_count).toBe(3)
  })

  test("names all of them at once", () => {
    const tenant = talking()
    for (const living of tenant.population.ofKind("participant")) tenant.population.remove(living)
    const result = tenant.attempt(read("o1", 9, ann))
    expect(result).toMatchObject({ type: "asleep", actors: [{ kind: "participant" }] })
    const both = tenant.attempt(message("m2", 3, ann, { people: [ann, person("cleo")] }))
    expect(both.type === "asleep" && both.actors).toHaveLength(2)
  })
})

describe("one event", () => {
  test("reaches conversation, channel, participants and connection in one turn", () => {
    const tenant = talking()
    const kinds = tenant
      .apply(message("o2", 5, me, { people: [ann, person("cleo")] }))
      .changes.map(({ living }) => living.kind)
    expect(kinds.toSorted()).toEqual(["channel", "connection", "conversation", "participant", "participant"])
    expect(tenant.connection().messages_sent_count).toBe(2)
    expect(tenant.context("channel", tenant.connection().channel_id).message_count).toBe(3)
  })

  test("that is refused changes nobody", () => {
    const tenant = talking()
    const before = everybody(tenant)
    const result = tenant.run({
      type: "send_cancelled",
      account_id: "account",
      reservation_id: "none",
      received: start + 9 * 3_600_000,
      via: "api"
    })
    expect(result.type).toBe("refused")
    expectSame(everybody(tenant), before)
  })

  test("for an actor that does not exist is unknown, and makes none", () => {
    const tenant = talking()
    const before = everybody(tenant)
    const conversation_id = tenant.identity.conversation("whatsapp", "account", "nowhere")
    expect(tenant.run({ type: "conversation_accessed", conversation_id, received: start, via: "api" }).type).toBe(
      "unknown"
    )
    expectSame(everybody(tenant), before)
  })
})
