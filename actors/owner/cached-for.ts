/**
 * Caches the result of an effect for a while; concurrent callers share one run. A result dated after now, because the clock was
 * set back since, is not used.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"

/** `lasts`: milliseconds from the end of the run. Failures are cached as well. */
export const cachedFor = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>, lasts: number) {
  const turn = yield* Semaphore.make(1)
  let kept: { readonly at: number; readonly exit: Exit.Exit<A, E> } | null = null
  const isFresh = (now: number): boolean => kept !== null && now - kept.at >= 0 && now - kept.at < lasts
  return Effect.gen(function* () {
    if (!isFresh(yield* Clock.currentTimeMillis)) {
      const exit = yield* Effect.exit(effect)
      kept = { at: yield* Clock.currentTimeMillis, exit }
    }
    return yield* kept!.exit
  }).pipe(turn.withPermits(1))
})
