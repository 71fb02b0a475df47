/** How long somebody who asked is left without an answer while the database gives none. */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { DatabaseAway } from "./errors.ts"

/** Shorter than what browsers and load balancers wait, longer than a database under load takes for a look-up. */
const patience = "4 seconds"

/** Time on the machine's own clock: a database lives in that, whichever clock events are told by. */
const elapsed = (duration: Duration.Input): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const timer = setTimeout(() => resume(Effect.void), Duration.toMillis(duration))
    return Effect.sync(() => clearTimeout(timer))
  })

/** The effect, or what stands for it when it takes longer; it is interrupted then. */
export const within = <A, E, R, B, F, S>(
  effect: Effect.Effect<A, E, R>,
  duration: Duration.Input,
  orElse: () => Effect.Effect<B, F, S>
): Effect.Effect<A | B, E | F, R | S> => Effect.raceFirst(effect, Effect.flatMap(elapsed(duration), orElse))

/**
 * Fails with DatabaseAway after the time, `patience` when it is left out. The effect is then interrupted, and that is not waited for: on a connection that went
 * silent, even to cancel a statement takes seconds.
 */
export const promptly = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  duration: Duration.Input = patience
): Effect.Effect<A, E | DatabaseAway, R> =>
  Effect.flatMap(Effect.forkDetach(effect, { startImmediately: true }), (fiber) =>
    within(Fiber.join(fiber), duration, () => Effect.fail(new DatabaseAway({}))).pipe(
      Effect.onExit(() => Effect.sync(() => fiber.interruptUnsafe()))
    )
  )
