/** The cutter's loop and its joining, without a database: when cuts follow each other, and that no asker meets a cut that is over. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import type { Cutter } from "../../actors/cut/cutter.ts"
import { makeCutter } from "../../actors/cut/cutter.ts"
import { Backlog } from "../../actors/tenant/shared-bounds.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { ann, message } from "../machines/facts.ts"
import { House } from "./house.ts"

/** A cutter of the house; `write` stands for the database. */
const cutting = (
  house: House,
  body: (cutter: Cutter) => Effect.Effect<void>,
  write: Effect.Effect<void> = Effect.void
): Promise<void> =>
  Effect.gen(function* () {
    yield* body(yield* makeCutter(house.runtime))
  }).pipe(
    Effect.scoped,
    Effect.provide(Layer.succeed(Snapshots, { write: () => write } as unknown as Snapshots["Service"])),
    Effect.runPromise
  )

test("events that wait for the database, which no cut can relieve, do not bring one cut upon the other", async () => {
  const backlog = new Backlog(1_000_000)
  const house = new House({ backlog })
  backlog.add(house.runtime)
  let loops = 0
  await cutting(house, (cutter) =>
    Effect.gen(function* () {
      expect(yield* cutter.next).toBe(true)
      house.isLate = true
      house.submit(message("m1", 1, ann, { message: { content: "x".repeat(100_000) } }))
      expect(house.wakes, "it waits to be given its actors").toHaveLength(1)
      cutter.soon()
      const after = Effect.sync(() => void loops++)
      yield* Effect.forkScoped(cutter.loop("1 hour", after)).pipe(
        Effect.flatMap((fiber) => Effect.andThen(Effect.sleep(300), Fiber.interrupt(fiber))),
        Effect.scoped
      )
    })
  )
  expect(loops).toBeLessThan(5)
})

test("whoever asks for a cut gets one that has not begun, wherever the scheduler lets others go first", async () => {
  const house = new House()
  let written = 0
  let id = 0
  await cutting(
    house,
    (cutter) =>
      Effect.gen(function* () {
        for (let steps = 950; steps < 1_050; steps++) {
          house.submit(message(`m${id++}`, id, ann))
          house.commit()
          const before = written
          yield* Effect.yieldNow
          // Whatever the fiber did before: after 2,048 operations, two for each of these steps, it lets others go first.
          for (let step = 0; step < steps; step++) yield* Effect.suspend(() => Effect.void)
          expect(yield* cutter.next).toBe(true)
          expect(written, `a cut was written for who asked after ${steps} steps`).toBe(before + 1)
        }
      }),
    Effect.sync(() => void written++)
  )
})
