/**
 * An effect whose result serves everybody who asks within a while. Who asks while it runs waits for it. A result from after now,
 * because the clock has been set back since, serves nobody.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Semaphore from "effect/Semaphore"

/** `lasts` in milliseconds, from the end of the effect. Failures are kept as well. */
export const keptFor = Effect.fnUntraced(function* <A, E, R>(effect: Effect.Effect<A, E, R>, lasts: number) {
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
