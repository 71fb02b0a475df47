/**
 * The embedded Postgres as the rest of the process sees it: it opens connections. A thread that dies is started again on the
 * same files, as a supervisor does with a server; to its users, Postgres was unavailable for a moment.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import type { Duplex } from "node:stream"
import type { DatabaseUnavailable } from "../database-unavailable.ts"
import { startThread, type Thread } from "./thread.ts"

/**
 * Pause between two tries to start it again: none at first, since nothing was lost; later longer, since the cause has to pass
 * first.
 */
const untilItStarts = Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")])

/**
 * Starts the embedded Postgres and returns what opens a connection to it; while there is none, that throws. Fails when it does
 * not start at all. In memory (`null`) everything goes with the thread, and nothing is started again; there it begins with
 * `dump` (database.ts).
 */
export const startPglite = (
  directory: string | null,
  dump?: string
): Effect.Effect<() => Duplex, DatabaseUnavailable, Scope.Scope> =>
  Effect.gen(function* () {
    // Closes after whatever is opened on this, later threads included: Postgres ends when its last session has.
    const lives = yield* Scope.fork(yield* Effect.scope)
    /** A thread in a scope of its own, which closes when the thread has died, or in the end. */
    const live = Effect.gen(function* () {
      const own = yield* Scope.fork(lives)
      const thread = yield* startThread(directory, dump).pipe(
        Scope.provide(own),
        Effect.onError(() => Scope.close(own, Exit.void))
      )
      return { ...thread, end: Scope.close(own, Exit.void) }
    })
    let current: Thread & { readonly end: Effect.Effect<void> } = yield* live

    const reviveOnce = Effect.gen(function* () {
      const death = yield* current.died
      yield* current.end
      if (directory === null) {
        yield* Effect.logError(`The embedded Postgres in memory died, and its data with it: ${death.message}`)
        return yield* Effect.never
      }
      yield* Effect.logError(`The embedded Postgres died and is started again: ${death.message}`)
      current = yield* live.pipe(
        Effect.tapError((error) => Effect.logError(`The embedded Postgres does not start: ${error.message}`)),
        Effect.retry(untilItStarts),
        Effect.orDie
      )
      yield* Effect.logInfo("The embedded Postgres is back; what was acknowledged is in its files")
    })
    yield* Effect.forkScoped(Effect.forever(reviveOnce))

    return () => current.connect()
  })
