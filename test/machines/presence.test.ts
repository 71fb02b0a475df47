import { describe, expect, test } from "vitest"
import { createActor } from "xstate"
import type { PresenceEvent } from "../../machines/presence/machine.ts"
import { presenceDeadline, presenceMachine, typingLasts, typistLimit } from "../../machines/presence/machine.ts"

const typing = (id: string, received: number, is_typing = true): PresenceEvent => ({
  type: "typing_signalled",
  conversation_id: "c",
  typist: { id, name: id },
  received,
  is_typing,
  lasts: typingLasts
})
const after = (...events: ReadonlyArray<PresenceEvent>) => {
  const actor = createActor(presenceMachine, { input: { id: "c" } }).start()
  for (const event of events) actor.send(event)
  const { value, context } = actor.getSnapshot()
  actor.stop()
  expect(value).toBe(Object.keys(context.typists).length === 0 ? "quiet" : "typing")
  return { typists: Object.keys(context.typists), deadline: presenceDeadline(context) }
}

describe("typing", () => {
  test("ends by itself six seconds after the last signal", () => {
    expect(after(typing("ann", 0), typing("ann", 2_000))).toEqual({ typists: ["ann"], deadline: 8_000 })
    expect(after(typing("ann", 0), typing("ann", 2_000), { type: "deadline_passed", received: 7_999 }).typists).toEqual(
      ["ann"]
    )
    expect(after(typing("ann", 0), typing("ann", 2_000), { type: "deadline_passed", received: 8_000 })).toEqual({
      typists: [],
      deadline: null
    })
  })
  test("ends when they say so, or send what they typed", () => {
    expect(after(typing("ann", 0), typing("ann", 1, false)).typists).toEqual([])
    expect(after(typing("ann", 0), { type: "typing_ended", typist_id: "ann" }).typists).toEqual([])
  })
  test("of several ends for each at their own time, and the first deadline comes first", () => {
    const both = [typing("ann", 0), typing("ben", 1_000)]
    expect(after(...both).deadline).toBe(6_000)
    expect(after(...both, { type: "deadline_passed", received: 6_000 })).toEqual({ typists: ["ben"], deadline: 7_000 })
  })
  test("is kept for 64 people; whoever is among them still renews", () => {
    const crowd = Array.from({ length: typistLimit + 5 }, (_, n) => typing(`p${n}`, n))
    expect(after(...crowd).typists).toHaveLength(typistLimit)
    expect(after(...crowd, typing("p0", 5_000)).deadline).toBe(6_001)
  })
})
