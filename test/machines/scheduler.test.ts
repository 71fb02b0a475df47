import { describe, expect, test } from "vitest"
import { createActor } from "xstate"
import type { SchedulerEvent } from "../../machines/scheduler/machine.ts"
import { interrupted, schedulerMachine, schedulerState } from "../../machines/scheduler/machine.ts"
import { nextDue } from "../../machines/scheduler/tasks.ts"
import { ScheduledTask } from "../../machines/vocabulary.ts"
import { day, hour, minute, start } from "./facts.ts"

/** 2026-11-20 00:00 UTC. */
const midnight = start - 10 * hour
const at = (received: number) => ({ received: midnight + received, via: "clock" as const })
const passed = (received: number): SchedulerEvent => ({
  type: "deadline_passed",
  kind: "scheduler",
  id: "s",
  ...at(received)
})
const finished = (task: ScheduledTask, due: number, received: number, error: string | null = null): SchedulerEvent => ({
  type: "task_finished",
  task,
  due: midnight + due,
  touched: 2,
  took_ms: 7,
  error,
  ...at(received)
})
const requested = (task: ScheduledTask, received: number): SchedulerEvent => ({
  type: "task_requested",
  task,
  ...at(received)
})

/** A scheduler made at half past nine in the evening before. */
const scheduler = () => {
  const actor = createActor(schedulerMachine, { input: { id: "s", received: midnight - 150 * minute } }).start()
  const started: Array<[string, number]> = []
  const refused: Array<SchedulerEvent["type"]> = []
  let isTaken = false
  actor.on("told", ({ told }) => {
    isTaken = true
    for (const each of told) if (each.type === "task_started") started.push([each.task, each.due - midnight])
  })
  const send = (...events: ReadonlyArray<SchedulerEvent>) => {
    for (const event of events) {
      isTaken = false
      actor.send({ ...event })
      if (!isTaken) refused.push(event.type)
    }
    const { value, context } = actor.getSnapshot()
    expect(value).toEqual(schedulerState(context))
    expect(context.next_due).toBe(Math.min(...Object.values(context.tasks).map((task) => task.next_due)))
    return context
  }
  return { send, started, refused }
}

describe("due times are on the wall clock", () => {
  test.each<[ScheduledTask, number, number]>([
    ["detect_hot_conversations", 1, hour],
    ["detect_hot_conversations", hour, 2 * hour],
    ["reset_daily_counters", 1, day],
    ["reset_daily_counters", 0, day],
    ["retention", 0, 3 * hour],
    ["retention", 3 * hour, day + 3 * hour],
    ["update_channel_statistics", 1, 4 * hour],
    ["update_channel_statistics", 21 * hour, day],
    ["update_participant_statistics", 7 * hour, 12 * hour],
    ["update_conversation_types", 12 * hour, day],
    ["generate_daily_analytics", 0, 5 * minute],
    ["generate_daily_analytics", 5 * minute, day + 5 * minute],
    ["process_scheduled_syncs", 1, hour]
  ])("%s after %d is at %d", (task, now, due) => expect(nextDue(task, midnight + now)).toBe(midnight + due))
})

describe("a task", () => {
  test("starts when it is due, not before, and is due again at its next time", () => {
    const { send, started } = scheduler()
    send(passed(-120 * minute - 1))
    expect(started).toEqual([])
    expect(send(passed(5)).tasks["reset_daily_counters"]).toMatchObject({
      running: midnight,
      last_due: midnight,
      next_due: midnight + day
    })
    expect(started).toContainEqual(["reset_daily_counters", 0])
  })

  test("that fell due many times while nobody looked runs once", () => {
    const { send, started } = scheduler()
    expect(send(passed(5 * day + hour / 2)).next_due).toBe(midnight + 5 * day + hour)
    expect(started.map(([task]) => task)).toEqual([...ScheduledTask.literals])
    expect(started).toEqual(
      expect.arrayContaining([
        ["detect_hot_conversations", -2 * hour],
        ["reset_daily_counters", 0],
        ["retention", 3 * hour],
        ["generate_daily_analytics", 5 * minute]
      ])
    )
  })

  test("that is running is never started twice, neither by its time nor by request", () => {
    const { send, started, refused } = scheduler()
    send(passed(5), passed(hour), requested("detect_hot_conversations", hour + 1))
    expect(started.filter(([task]) => task === "detect_hot_conversations")).toHaveLength(1)
    expect(refused).toEqual(["task_requested"])
  })

  test("that finished says when, how much and why not", () => {
    const { send } = scheduler()
    const state = send(passed(5), finished("reset_daily_counters", 0, 9, "broken")).tasks["reset_daily_counters"]
    expect(state).toMatchObject({
      running: null,
      last_finished: midnight + 9,
      last_touched: 2,
      last_took_ms: 7,
      last_error: "broken"
    })
  })

  test("the end of another run changes nothing", () => {
    const { send } = scheduler()
    const before = send(passed(5))
    expect(send(finished("reset_daily_counters", 1, 9))).toBe(before)
  })

  test("that was under way when the process ended is known to be interrupted", () => {
    const { send } = scheduler()
    const context = send(passed(5), finished("detect_hot_conversations", -2 * hour, 8))
    expect(interrupted(context)).toContainEqual({ task: "reset_daily_counters", due: midnight })
    expect(interrupted(context).map(({ task }) => task)).not.toContain("detect_hot_conversations")
  })

  test("can be asked for in between and keeps its times", () => {
    const { send, started } = scheduler()
    expect(send(requested("retention", hour)).tasks["retention"]!.next_due).toBe(midnight + 3 * hour)
    expect(started).toEqual([["retention", hour]])
  })
})
