/** How long somebody who asked is left without an answer while the database gives none. */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { DatabaseAway } from "../errors.ts"
import { within } from "./real-time.ts"

/** Shorter than what browsers and load balancers wait, longer than a database under load takes for a look-up. */
const patience = "4 seconds"

/**
 * Fails with DatabaseAway after the time, `patience` when it is left out. The effect is then interrupted, and that is not waited for: on a connection that went
 * silent, even to cancel a statement takes seconds.
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
