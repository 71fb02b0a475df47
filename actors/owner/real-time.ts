/** Timeouts and retries of the database run on the machine's clock, whichever clock the actors are told. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** The machine's clock, also where another one is provided. */
export const realClock = Clock.Clock.defaultValue()

/** Retries appends and look-ups until the database is back; the events that need them wait (DESIGN §4). */
export const untilItIsBack = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")])

/**
 * Runs `orElse` when the effect has not ended in time. The effect is interrupted, and the interruption is waited for.
 */
export const within = <A, E, R, A2, E2>(
  effect: Effect.Effect<A, E, R>,
  duration: Duration.Input,
  orElse: Effect.Effect<A2, E2>
): Effect.Effect<A | A2, E | E2, R> =>
  Effect.raceFirst(
    effect,
    Effect.andThen(Effect.provideService(Effect.sleep(duration), Clock.Clock, realClock), orElse)
  )
