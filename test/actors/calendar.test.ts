/** Calendar events through translation, channel and conversation (CONTRACT 2.4): the newest word stands, and a series' end ends its instances. */
import * as Result from "effect/Result"
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { kinds } from "../../actors/memory/kinds.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { conversationMachine } from "../../machines/conversation/machine.ts"
import {
  instanceLimit,
  noSeries,
  seriesLimit,
  seriesOf,
  toList,
  withEnd,
  withInstance
} from "../../machines/channel/series.ts"
import { translate } from "../../src/providers/unipile/translate.ts"
import { start } from "../machines/facts.ts"
import { createActor } from "xstate"
import { House } from "./house.ts"

const iso = (at: number) => new Date(start + at).toISOString()
type Payload = Readonly<Record<string, unknown>>

/** A version of an event, updated at `at`. */
const version = (id: string, at: number, more: Payload = {}): Payload => ({
  event: "calendar_event_updated",
  account_id: "account",
  calendar_id: "k",
  id,
  created_at: iso(-1_000_000),
  updated_at: iso(at),
  title: "Weekly",
  is_cancelled: false,
  attendees: [],
  ...more
})
const instance = (id: string, at: number, more: Payload = {}) => version(id, at, { master_event_id: "M", ...more })
const deletion = (id: string, at?: number): Payload => ({
  event: "calendar_event_deleted",
  account_id: "account",
  calendar_id: "k",
  id,
  ...(at === undefined ? {} : { updated_at: iso(at) })
})

/** A house, and what it is told by webhook `received` after the start; the clock of arrival moves on by itself. */
const calendar = () => {
  const house = new House()
  let clock = 100_000
  const tell = (payload: Payload, received = ++clock) => {
    clock = Math.max(clock, received)
    const events = Result.getOrThrow(translate(payload, { received: start + received }))
    return events.map((event) => house.submit(event)).map(() => house.commit())
  }
  const one = (id: string): ConversationContext | undefined =>
    house.runtime.population.get(
      "conversation",
      house.runtime.identity.conversation("whatsapp", "account", `calendar:${id}`)
    )?.context
  return { house, tell, status: (id: string) => one(id)?.status, title: (id: string) => one(id)?.subject }
}
const told = (...payloads: ReadonlyArray<Payload>) => {
  const it = calendar()
  for (const payload of payloads) it.tell(payload)
  return it
}

describe("an event", () => {
  test("that was deleted is back with a version newer than the deletion, which is what it shows", () => {
    const it = calendar()
    it.tell(version("E", 10))
    it.tell(deletion("E"), 200_000)
    expect(it.status("E")).toBe("deleted")
    it.tell(version("E", 200_020, { title: "Again" }), 200_050)
    expect([it.status("E"), it.title("E")]).toEqual(["active", "Again"])
    it.tell(deletion("E"), 300_000)
    expect(it.status("E")).toBe("deleted")
  })

  test("stays deleted when an older version comes late, or the deletion comes first", () => {
    expect(told(version("E", 10), deletion("E"), version("E", 20)).status("E")).toBe("deleted")
    expect(told(deletion("E"), version("E", 10)).status("E")).toBe("deleted")
  })

  test("is active when the version that is newer came before the deletion", () => {
    expect(told(version("E", 30), deletion("E", 20)).status("E")).toBe("active")
  })

  test("at one instant, what arrived later stands; repeats are no arrivals", () => {
    expect(told(version("E", 10), deletion("E", 10)).status("E")).toBe("deleted")
    expect(told(version("E", 10), deletion("E", 10), version("E", 10)).status("E")).toBe("deleted")
    expect(told(version("E", 10), deletion("E", 10), version("E", 10, { title: "New" })).status("E")).toBe("active")
    const three = told(
      version("E", 10, { title: "B" }),
      version("E", 10, { title: "A" }),
      version("E", 10, { title: "B" })
    )
    expect(three.title("E")).toBe("A")
  })

  test("a time ahead of ours counts as its arrival", () => {
    const it = calendar()
    it.tell(version("E", 10_000_000), 100)
    it.tell(deletion("E"), 200)
    expect(it.status("E")).toBe("deleted")
  })

  test("that was called off is back when a newer version says so", () => {
    const it = told(version("E", 10, { is_cancelled: true }))
    expect(it.status("E")).toBe("deleted")
    it.tell(version("E", 20))
    expect(it.status("E")).toBe("active")
  })

  test("in envelopes of v2 alike: the envelope tells when it was deleted", () => {
    const v2 = (type: string, created: number, payload: Payload) => ({
      type,
      account_id: "account",
      created_at: iso(created),
      payload
    })
    const { event: _, account_id: __, ...body } = version("E", 10)
    const it = told(
      v2("calendar.event.new", 10, body),
      v2("calendar.event.delete", 20, { ...body, updated_at: iso(10) })
    )
    expect(it.status("E")).toBe("deleted")
    it.tell(v2("calendar.event.update", 15, { ...body, updated_at: iso(15) }))
    expect(it.status("E")).toBe("deleted")
    it.tell(v2("calendar.event.update", 30, { ...body, updated_at: iso(30) }))
    expect(it.status("E")).toBe("active")
  })
})

describe("a series", () => {
  test("takes its instances along, those that are known and those that come later", () => {
    const it = told(version("M", 10), instance("M_1", 10), deletion("M"), instance("M_2", 10))
    expect(["M", "M_1", "M_2"].map(it.status)).toEqual(["deleted", "deleted", "deleted"])
  })

  test("brings them back, but those that were deleted or called off themselves", () => {
    const it = told(
      version("M", 10),
      ...["M_1", "M_2", "M_3"].map((id) => instance(id, 10)),
      deletion("M_2"),
      instance("M_3", 20, { is_cancelled: true }),
      deletion("M")
    )
    expect(it.status("M")).toBe("deleted")
    it.tell(version("M", 200_000), 200_001)
    expect(["M", "M_1", "M_2", "M_3"].map(it.status)).toEqual(["active", "active", "deleted", "deleted"])
  })

  test("that is called off counts as one that is deleted", () => {
    const it = told(instance("M_1", 10), version("M", 20, { is_cancelled: true }), instance("M_2", 10))
    expect(["M_1", "M_2"].map(it.status)).toEqual(["deleted", "deleted"])
    it.tell(version("M", 30))
    expect(["M_1", "M_2"].map(it.status)).toEqual(["active", "active"])
  })

  test("leaves an instance that was changed after the end: the provider still has it", () => {
    const it = told(version("M", 10), instance("M_1", 10), deletion("M", 20), instance("M_1", 30))
    expect(["M", "M_1"].map(it.status)).toEqual(["deleted", "active"])
  })

  test("whose deletion is told again is no news", () => {
    const it = calendar()
    it.tell(instance("M_1", 10), 100)
    it.tell(deletion("M"), 200)
    it.tell(instance("M_1", 250), 300)
    it.tell(deletion("M"), 400)
    expect(it.status("M_1")).toBe("active")
  })

  test("of other events nobody hears", () => {
    const it = told(version("M", 10), instance("M_1", 10), version("O", 10), deletion("O"), deletion("M_1"))
    expect(["M", "M_1", "O"].map(it.status)).toEqual(["active", "deleted", "deleted"])
  })

  test("the order of arrival makes no difference, nor do repeats", () => {
    const facts = [
      version("M", 10),
      deletion("M", 40),
      version("M", 60),
      instance("M_1", 20),
      instance("M_1", 50, { title: "Moved" }),
      instance("M_2", 20),
      deletion("M_2", 30),
      instance("M_3", 20),
      deletion("M", 70),
      instance("M_3", 80)
    ]
    const ids = ["M", "M_1", "M_2", "M_3"]
    fc.assert(
      fc.property(fc.shuffledSubarray([...facts, ...facts], { minLength: facts.length * 2 }), (order) => {
        expect(ids.map(told(...order).status)).toEqual(["deleted", "deleted", "deleted", "active"])
      }),
      { numRuns: 60 }
    )
  })

  test("is known after a restart, from the journal and from snapshots", () => {
    const it = told(version("M", 10), instance("M_1", 10), deletion("M"))
    const next = new House({ founded: false })
    for (const { seq, event } of it.house.journaled) next.replay(seq, event)
    const channel = (house: House) => house.runtime.population.ofKind("channel")[0]!.context
    const { pack, unpack } = kinds.channel
    expect(toList(unpack(pack(channel(it.house)) as never).facts.series)).toEqual(toList(channel(next).facts.series))
    expect(toList(channel(next).facts.series)).toEqual([
      { key: "calendar:M", over_since: expect.any(Number), instances: ["calendar:M_1"], touched: expect.any(Number) }
    ])
    const { series: _, ...before } = (pack(channel(next)) as any).facts
    expect(unpack({ ...channel(next), facts: before } as never).facts.series).toEqual(noSeries)
  })

  test("what is kept of series has a limit", () => {
    let index = noSeries
    for (let each = 0; each < instanceLimit + 5; each++) index = withInstance(index, "M", `i${each}`, each)
    expect(seriesOf(index, "M")?.instances).toHaveLength(instanceLimit)
    for (let each = 0; each < 3 * seriesLimit; each++) index = withEnd(index, `s${each}`, each, 1_000 + each)
    expect(toList(index).length).toBeLessThanOrEqual(seriesLimit + 128)
    expect(seriesOf(index, `s${3 * seriesLimit - 1}`)).toBeDefined()
    expect(seriesOf(index, "M")).toBeUndefined()
  })
})

test("a snapshot that says only that the event was deleted is deleted, and comes back with a newer version", () => {
  const it = told(version("E", 10), deletion("E"))
  const context = it.house.runtime.population.ofKind("conversation")[0]!.context as ConversationContext
  const { calendar_deletion: _, ...facts } = context.facts
  const old = { ...context, facts: { ...facts, calendar_deleted: true } }
  const after = (at: number) => {
    const { fact } = Result.getOrThrow(translate(version("E", at), { received: start + 900_000 }))[0] as any
    const actor = createActor(conversationMachine, {
      snapshot: conversationMachine.resolveState({ value: "deleted", context: old }),
      input: undefined as never
    }).start()
    const place = { account_id: "account", channel_type: "calendar", external_thread_id: "calendar:E" }
    actor.send({ ...fact, ...place, received: start + 900_000, via: "webhook" })
    return actor.getSnapshot().value
  }
  expect([after(20), after(800_000)]).toEqual(["deleted", "active"])
})
