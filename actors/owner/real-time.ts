/** A database takes real time, whatever clock the actors live by: how long it may take is measured on this one. */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

/** The clock of the machine, also where another one is provided. */
export const realClock = Clock.Clock.defaultValue()

/** While the database is away, appends and look-ups are tried again and again; the events that need them wait (DESIGN §4). */
export const untilItIsBack = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")])

/** `orElse` when the effect has not ended by then; the effect is interrupted, and that is waited for. */
export const within = <A, E, R, A2, E2>(
  effect: Effect.Effect<A, E, R>,
  duration: Duration.Input,
  orElse: Effect.Effect<A2, E2>
): Effect.Effect<A | A2, E | E2, R> =>
  Effect.raceFirst(
    effect,
    Effect.andThen(Effect.provideService(Effect.sleep(duration), Clock.Clock, realClock), orElse)
  )
