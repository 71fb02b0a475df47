/**
 * Single flight: callers who ask for the same thing at the same moment cause one run, so that ten thousand viewers who come back
 * after a restart wake each conversation once. A run belongs to the map's scope: it goes on when its first caller has left.
 */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import * as Option from "effect/Option"

/** Runs an effect under a name, or joins the run that is under way under it. Nothing is remembered once it has ended. */
export const singleFlight = <A, E>(
  flights: FiberMap.FiberMap<string, A, E>,
  name: string,
  effect: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.suspend(() => {
    const underWay = FiberMap.getUnsafe(flights, name)
    if (Option.isSome(underWay)) return Fiber.join(underWay.value)
    return Effect.flatMap(FiberMap.run(flights, name, effect, { startImmediately: false }), Fiber.join)
  })
