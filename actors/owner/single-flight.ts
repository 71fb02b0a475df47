/**
 * Many who ask for the same thing at the same moment cause one piece of work: ten thousand viewers who come back after a restart
 * wake each conversation once. The work belongs to the scope: it goes on when whoever asked first has left.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"

/** Runs an effect under a name, or joins the one that is under way under it. Nothing is remembered once it has ended. */
export const singleFlight = <A, E>(scope: Scope.Scope) => {
  const flights = new Map<string, Fiber.Fiber<A, E>>()
  return (name: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.suspend(() => {
      const underWay = flights.get(name)
      if (underWay !== undefined) return Fiber.join(underWay)
      const landed = Effect.sync(() => void flights.delete(name))
      return Effect.forkIn(Effect.ensuring(effect, landed), scope).pipe(
        Effect.tap((fiber) => Effect.sync(() => void flights.set(name, fiber))),
        Effect.flatMap(Fiber.join)
      )
    })
}
