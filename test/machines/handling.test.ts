/** Who looks after a conversation, until when it is put off, its labels (CONTRACT 2.4, §8). */
import { describe, expect, test } from "vitest"
import { Deadlines } from "../../actors/memory/deadlines.ts"
import type { Event } from "../../machines/events.ts"
import { labelLimit } from "../../machines/conversation/handling.ts"
import { ann, created, day, deleted, hour, me, message, registered, running, start } from "./facts.ts"
import { SmallTenant } from "./small-tenant.ts"

const house = () => {
  const tenant = new SmallTenant()
  for (const event of [created, registered, running, message("m1", 1, ann)]) tenant.apply(event)
  const { id: conversation_id } = tenant.conversation()
  const received = start + day / 4
  const say = <E extends object>(event: E, at = received) =>
    tenant.run({ conversation_id, received: at, via: "api", ...event } as unknown as Event)
  const snooze = (until: number | null) => say({ type: "conversation_snoozed", until })
  const passed = (at: number): Event => ({
    type: "deadline_passed",
    kind: "conversation",
    id: conversation_id,
    received: at,
    via: "clock"
  })
  return { tenant, say, snooze, passed, received, now: () => tenant.conversation() }
}
const tomorrow = start + day

describe("a conversation that is put off", () => {
  test("comes back at its time, not before, and wakes by itself for it", () => {
    const { tenant, snooze, passed, now } = house()
    expect(snooze(tomorrow).type).toBe("done")
    expect(now().snoozed_until).toBe(tomorrow)
    const living = tenant.population.get("conversation", now().id)!
    expect(living.deadline).toBe(tomorrow)
    tenant.sleepAndWake()
    expect(tenant.changes(passed(tomorrow - 1))).toBe(false)
    tenant.apply(passed(tomorrow))
    expect(now()).toMatchObject({ snoozed_until: null, status: "active" })
    expect(living.deadline).toBeNull()
  })

  test("comes back with what arrives from the other side later, whatever its time, and with nothing else", () => {
    const { tenant, snooze, now } = house()
    snooze(tomorrow)
    for (const event of [
      message("m1", 1, ann),
      message("mine", 5, me),
      message("line", 6, ann, { message: { is_event: true } })
    ])
      tenant.apply(event)
    expect(now().snoozed_until).toBe(tomorrow)
    tenant.apply(message("old", 0, ann))
    expect(now().snoozed_until).toBeNull()
  })

  test("stays away when the news is deleted, in either order", () => {
    const news = [message("m2", 5, ann), deleted("m2", 6)]
    for (const told of [news, news.toReversed()]) {
      const { tenant, snooze, now } = house()
      snooze(tomorrow)
      for (const event of told) tenant.apply(event)
      expect(now().snoozed_until).toBe(tomorrow)
    }
  })

  test("can be put off again, and taken back", () => {
    const { snooze, now } = house()
    snooze(tomorrow)
    snooze(tomorrow + hour)
    expect(now().snoozed_until).toBe(tomorrow + hour)
    snooze(null)
    expect(now().snoozed_until).toBeNull()
  })

  test("is refused an instant that is over", () => {
    const { snooze, received, now } = house()
    expect(snooze(received)).toMatchObject({ type: "refused", refusal: { field: "until" } })
    expect(now().snoozed_until).toBeNull()
  })
})

test("a conversation has whoever it was assigned to last", () => {
  const { say, now } = house()
  say({ type: "conversation_assigned", assigned_to: "anna" })
  expect(now().assigned_to).toBe("anna")
  expect(say({ type: "conversation_assigned", assigned_to: "anna" })).toMatchObject({ type: "done", changes: [] })
  say({ type: "conversation_assigned", assigned_to: null })
  expect(now().assigned_to).toBeNull()
})

test("labels are a sorted set of a bounded size", () => {
  const { say, now } = house()
  const label = (change: object) => say({ type: "conversation_labelled", labels: null, add: [], remove: [], ...change })
  label({ add: ["vip", "billing", "vip"] })
  expect(now().labels).toEqual(["billing", "vip"])
  expect(label({ add: ["vip"], remove: ["nothing"] })).toMatchObject({ changes: [] })
  label({ add: ["late"], remove: ["vip"] })
  expect(now().labels).toEqual(["billing", "late"])
  label({ labels: ["only"] })
  expect(now().labels).toEqual(["only"])
  const many = Array.from({ length: labelLimit }, (_, n) => `label ${n}`)
  expect(label({ add: many })).toMatchObject({ type: "refused", refusal: { field: "labels" } })
  expect(now().labels).toEqual(["only"])
})

test("deadlines of conversations that leave memory are kept, and found in order", () => {
  const { tenant, snooze, now } = house()
  const deadlines = new Deadlines()
  snooze(tomorrow)
  const living = tenant.population.get("conversation", now().id)!
  deadlines.note(living)
  deadlines.asleep("later", tomorrow + 2)
  deadlines.asleep("sooner", tomorrow + 1)
  expect(deadlines.next).toBe(tomorrow)
  deadlines.passivated(living)
  expect(deadlines.due(tomorrow + 9)).toEqual([])
  expect(deadlines.wakeDue(tomorrow + 1)).toEqual([living.id, "sooner"])
  expect(deadlines.next).toBe(tomorrow + 2)
  deadlines.note(living)
  expect(deadlines.next).toBe(tomorrow)
  snooze(null)
  deadlines.note(living)
  expect(deadlines.next).toBe(tomorrow + 2)
})
