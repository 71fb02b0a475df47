/** Bounds how long a caller waits for the database: fails with DatabaseAway when it does not answer in time. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { DatabaseAway } from "../errors.ts"
import { within } from "./real-time.ts"

/** Shorter than the timeouts of browsers and load balancers, longer than a look-up takes under load. */
const patience = "4 seconds"

/**
 * Fails with DatabaseAway after `duration`. The effect is interrupted then, without waiting for the interruption: on a
 * connection that went silent, cancelling a statement takes seconds.
 */
export const promptly = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  duration: Duration.Input = patience
): Effect.Effect<A, E | DatabaseAway, R> =>
  Effect.flatMap(Effect.forkDetach(effect, { startImmediately: true }), (fiber) =>
    within(Fiber.join(fiber), duration, Effect.fail(new DatabaseAway({}))).pipe(
      Effect.onExit(() => Effect.sync(() => fiber.interruptUnsafe()))
    )
  )
