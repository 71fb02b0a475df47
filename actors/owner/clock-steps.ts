/**
 * Notices that the system clock was set, by comparing it with the monotonic clock once a second. (Sleeps run on the monotonic
 * clock, deadlines on the system clock.)
 */
import * as Effect from "effect/Effect"
import * as Clock from "effect/Clock"
import { clockSlack } from "../../machines/ahead.ts"
import { realClock } from "./real-time.ts"

const look = "1 second"

/**
 * Runs `wasSet` after each step of more than the slack, in either direction; `by` is in milliseconds. Runs as long as the scope.
 */
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
