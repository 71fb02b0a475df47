/** What a task has to say is said, however full the mailbox is. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { expect, test } from "vitest"
import { tell } from "../../actors/tasks/tell.ts"
import type { Event } from "../../machines/events.ts"
import { ann, message, start } from "../machines/facts.ts"
import { House } from "./house.ts"

const finished: Event = {
  type: "task_finished",
  task: "retention",
  due: start,
  touched: 0,
  took_ms: 1,
  error: null,
  received: start,
  via: "clock"
}
const rules: Event = { type: "task_requested", task: "retention", received: start, via: "api" }

test.each([
  ["the mailbox is full", { mailbox: 1 }],
  ["no cut has been written for long", { uncut: 5 }]
])("a task that ends while %s is finished once there is room", (_, bounds) =>
  Effect.gen(function* () {
    const house = new House(bounds)
    house.submit(rules)
    house.commit()
    expect(house.tasks).toHaveLength(1)
    const scheduler = () => house.runtime.population.ofKind("scheduler")[0]!.context.tasks.retention!
    expect(scheduler().running).not.toBeNull()
    house.submit(message("m1", 1, ann))
    expect(house.submit(message("m2", 2, ann)).answer).toMatch(/MailboxFull|CutBehind/)

    const told = yield* Effect.forkChild(tell(house.runtime, finished))
    yield* TestClock.adjust("10 seconds")
    expect(told.pollUnsafe()).toBeUndefined()
    house.commit()
    house.runtime.cutHolds(house.runtime.seq, house.runtime.uncutWeight)
    yield* TestClock.adjust("1 second")
    house.commit()
    expect(yield* Fiber.join(told)).toBe(true)
    expect(scheduler().running).toBeNull()
  }).pipe(Effect.provide(TestClock.layer()), Effect.runPromise)
)
