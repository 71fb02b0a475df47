/**
 * Notices that the machine's clock was set, by a clock that nobody sets: sleeps go by the latter, deadlines by the former. Looks
 * once a second, for as long as the scope.
 */
import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import { clockSlack } from "../../machines/ahead.ts"
import { realClock } from "./real-time.ts"

const look = "1 second"

/** Runs `wasSet` after each step of more than the slack, either way; `by` is in milliseconds. */
export const watchClock = (wasSet: (by: number) => Effect.Effect<void>) => {
  const difference = () => realClock.currentTimeMillisUnsafe() - performance.now()
  let known = difference()
  return Effect.suspend(() => {
    const by = difference() - known
    if (Math.abs(by) <= clockSlack) return Effect.void
    known += by
    return wasSet(Math.round(by))
  }).pipe(Effect.delay(look), Effect.forever, Effect.provideService(Clock.Clock, realClock), Effect.forkScoped)
}
