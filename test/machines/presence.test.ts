import { describe, expect, test } from "vitest"
import { createActor } from "xstate"
import type { PresenceEvent } from "../../machines/presence/machine.ts"
import { presenceDeadline, presenceMachine, typingLasts, typistLimit } from "../../machines/presence/machine.ts"
import { viewerLimit, viewingLasts, windowLimit } from "../../machines/presence/viewers.ts"

const typing = (id: string, received: number, is_typing = true): PresenceEvent => ({
  type: "typing_signalled",
  conversation_id: "c",
  typist: { id, name: id },
  received,
  is_typing,
  lasts: typingLasts
})
const viewing = (id: string, window: string, received: number, is_viewing = true): PresenceEvent => ({
  type: "viewing_signalled",
  conversation_id: "c",
  viewer: { id, name: id },
  window,
  received,
  is_viewing,
  lasts: viewingLasts
})
const passed = (received: number): PresenceEvent => ({ type: "deadline_passed", received })
const after = (...events: ReadonlyArray<PresenceEvent>) => {
  const actor = createActor(presenceMachine, { input: { id: "c" } }).start()
  for (const event of events) actor.send(event)
  const { value, context } = actor.getSnapshot()
  actor.stop()
  const [typists, viewers] = [Object.keys(context.typists), Object.keys(context.viewers)]
  expect(value).toBe(typists.length > 0 ? "typing" : viewers.length > 0 ? "viewed" : "quiet")
  return { typists, viewers, deadline: presenceDeadline(context) }
}

describe("typing", () => {
  test("ends by itself six seconds after the last signal", () => {
    expect(after(typing("ann", 0), typing("ann", 2_000))).toMatchObject({ typists: ["ann"], deadline: 8_000 })
    expect(after(typing("ann", 0), typing("ann", 2_000), { type: "deadline_passed", received: 7_999 }).typists).toEqual(
      ["ann"]
    )
    expect(after(typing("ann", 0), typing("ann", 2_000), { type: "deadline_passed", received: 8_000 })).toEqual({
      typists: [],
      viewers: [],
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
    expect(after(...both, { type: "deadline_passed", received: 6_000 })).toMatchObject({
      typists: ["ben"],
      deadline: 7_000
    })
  })
  test("is kept for 64 people; whoever is among them still renews", () => {
    const crowd = Array.from({ length: typistLimit + 5 }, (_, n) => typing(`p${n}`, n))
    expect(after(...crowd).typists).toHaveLength(typistLimit)
    expect(after(...crowd, typing("p0", 5_000)).deadline).toBe(6_001)
  })
})

describe("viewing", () => {
  test("ends by itself thirty seconds after the last signal, and a signal renews it", () => {
    const renewed = [viewing("ann", "w1", 0), viewing("ann", "w1", 10_000)]
    expect(after(...renewed)).toEqual({ typists: [], viewers: ["ann"], deadline: 40_000 })
    expect(after(...renewed, passed(39_999)).viewers).toEqual(["ann"])
    expect(after(...renewed, passed(40_000))).toEqual({ typists: [], viewers: [], deadline: null })
  })
  test("through several windows counts once, and ends with the last of them", () => {
    const both = [viewing("ann", "w1", 0), viewing("ann", "w2", 5_000)]
    expect(after(...both).viewers).toEqual(["ann"])
    expect(after(...both, viewing("ann", "w1", 6_000, false))).toMatchObject({ viewers: ["ann"], deadline: 35_000 })
    expect(after(...both, passed(30_000))).toMatchObject({ viewers: ["ann"], deadline: 35_000 })
    expect(after(...both, viewing("ann", "w2", 6_000, false), viewing("ann", "w1", 7_000, false)).viewers).toEqual([])
  })
  test("is left only by who was there, and only through their own window", () => {
    expect(after(viewing("ann", "w1", 0), viewing("ann", "w2", 1, false), viewing("ben", "w1", 2, false))).toEqual({
      typists: [],
      viewers: ["ann"],
      deadline: 30_000
    })
  })
  test("and typing end each at their own time", () => {
    const both = [viewing("ann", "w1", 0), typing("ann", 0)]
    expect(after(...both)).toEqual({ typists: ["ann"], viewers: ["ann"], deadline: 6_000 })
    expect(after(...both, passed(6_000))).toEqual({ typists: [], viewers: ["ann"], deadline: 30_000 })
  })
  test("is kept for 64 people with 16 windows each; whoever is among them still renews", () => {
    const crowd = Array.from({ length: viewerLimit + 5 }, (_, n) => viewing(`p${n}`, "w", n))
    expect(after(...crowd).viewers).toHaveLength(viewerLimit)
    expect(after(...crowd, viewing("p0", "w", 1_000)).deadline).toBe(30_001)
    const windows = Array.from({ length: windowLimit + 5 }, (_, n) => viewing("ann", `w${n}`, n))
    expect(after(...windows)).toMatchObject({ viewers: ["ann"], deadline: 30_005 })
  })
  test("is not confused by a user whose name is one of the language", () => {
    for (const id of ["__proto__", "constructor", "toString"]) {
      expect(after(viewing(id, "w", 0)).viewers).toEqual([id])
      expect(after(viewing(id, "w", 0, false)).viewers).toEqual([])
      expect(after(viewing(id, "w", 0), viewing(id, "w", 1, false)).viewers).toEqual([])
    }
  })
})
