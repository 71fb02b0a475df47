/**
 * Writes the cuts of one tenant, one at a time. Callers that need a cut share the next one: it holds everything in memory at its
 * start, so it serves all that asked while the one before was being written.
 */
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import type { Snapshots } from "../../persistence/cut/snapshots.ts"
import { describe } from "../../persistence/database/sql-state.ts"
import { realClock, within } from "../owner/real-time.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { writeCut } from "./write-cut.ts"

/** A cut was given up; all of it is still due. */
class CutSlow extends Schema.TaggedError<CutSlow>()("CutSlow", { limit_ms: Schema.Number }) {
  override get message() {
    return `it took more than ${this.limit_ms / 1000} s: look for locks on its tables, and whether the database answers; the next one is given twice as long`
  }
}

/** The cut that was asked for could not be written; the log says why. */
export class CutUnwritten extends Schema.TaggedError<CutUnwritten>()("CutUnwritten", { tenant: Schema.String }) {
  override get message() {
    return `the cut of "${this.tenant}" could not be written; the log says why`
  }
}

/** Time limit of a cut; past it, it is given up and retried: its connection went silent, or a lock is held. */
export const longestCut = Duration.minutes(5)
/**
 * The time limit doubles with each cut that is given up, up to this: the next one also holds what has changed since.
 */
const mostPatience = Duration.hours(6)
/** A cut that failed is tried again after this. */
const failedCutRetry = "5 seconds"
/** The pause after a cut during which rows have changed. */
const betweenEarlyCuts = "1 second"

export interface Cutter {
  /** Writes a cut that has not begun yet. False when it could not be written; the log says why. */
  readonly next: Effect.Effect<boolean>
  /** As `next`, failing with the reason. */
  readonly joined: Effect.Effect<void, CutUnwritten>
  /** A cut now, without waiting for the interval; while much has changed, without a pause after it either. */
  readonly soon: () => void
  /** As `next`, in the caller's own fiber: for the finalizer of the scope. */
  readonly last: Effect.Effect<boolean>
  /** Writes a cut whenever one is due, for ever; `after` runs behind each. */
  readonly loop: (interval: Duration.Input, after: Effect.Effect<void>) => Effect.Effect<never>
}

/** `patience`: the first time limit of a cut. Cuts belong to the scope: one goes on when its caller was interrupted. */
export const makeCutter = Effect.fnUntraced(function* (runtime: TenantRuntime, patience: Duration.Input = longestCut) {
  const services = yield* Effect.context<Snapshots>()
  const scope = yield* Effect.scope
  const turnstile = yield* Semaphore.make(1)
  const due = yield* Latch.make()
  const pressing = yield* Latch.make()
  const first = Duration.toMillis(patience)
  let limit = first

  /** Writes a cut within the time limit. The limit of the next one is twice the time that this one took. */
  const write = Effect.suspend(() => {
    const given = limit
    const began = realClock.currentTimeMillisUnsafe()
    const slow = Effect.suspend(() => {
      limit = Math.min(given * 2, Duration.toMillis(mostPatience))
      return Effect.fail(new CutSlow({ limit_ms: given }))
    })
    // A statement may take as long as its cut: only where that is more than statements are given anyway.
    return within(writeCut(runtime, given > first ? given : null), given, slow).pipe(
      Effect.tap(() => {
        limit = Math.max(first, 2 * (realClock.currentTimeMillisUnsafe() - began))
        return Effect.void
      })
    )
  }).pipe(Effect.provideContext(services))

  const warned = (why: string) =>
    Effect.as(
      Effect.logWarning(
        `Tenant ${runtime.tenant}: the cut could not be written (${why}); the next one tries again. ${runtime.uncut} of at most ${runtime.mostUncut} events are in no cut`
      ),
      false
    )

  const cut: Effect.Effect<boolean> = write.pipe(
    Effect.as(true),
    // Another writer is ahead (I6): this memory is worth nothing any more, and waiting does not help.
    Effect.catchTag("CutOutrun", () =>
      Effect.as(
        Effect.sync(() => runtime.lose()),
        true
      )
    ),
    Effect.catch((error) => warned(error._tag === "SqlError" ? describe(error) : error.message)),
    // A defect in one cut must not end all cuts: the next one may not contain what caused it.
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause as Cause.Cause<never>)
        : Effect.as(
            Effect.logError(
              `Tenant ${runtime.tenant}: the cut failed for a reason that is no database's; all of it is still due and is tried again`,
              cause
            ),
            false
          )
    )
  )

  const last = turnstile.withPermits(1)(cut)
  let waiting: Fiber.Fiber<boolean> | null = null
  /** At most one cut runs and one waits, however many callers there are. */
  const begun = Effect.suspend(() => {
    if (waiting !== null) return Effect.succeed(waiting)
    let hasBegun = false
    const taken = turnstile.withPermits(1)(
      Effect.suspend(() => {
        hasBegun = true
        waiting = null
        return cut
      })
    )
    // It may begin and end before the fiber that forked it continues: from then on no caller may join it.
    return Effect.forkIn(taken, scope).pipe(
      Effect.tap((fiber) => Effect.sync(() => void (hasBegun || (waiting = fiber))))
    )
  })
  const next = Effect.flatMap(begun, Fiber.await).pipe(Effect.map((exit) => Exit.isSuccess(exit) && exit.value))
  const joined = Effect.flatMap(next, (isWritten) =>
    isWritten ? Effect.void : Effect.fail(new CutUnwritten({ tenant: runtime.tenant }))
  )

  const loop = (interval: Duration.Input, after: Effect.Effect<void>) =>
    Effect.gen(function* () {
      yield* Effect.raceFirst(Effect.sleep(interval), due.await)
      // Changes from here on make the next cut due, not this one.
      due.closeUnsafe()
      pressing.closeUnsafe()
      const stood = runtime.checkpointSeq
      const isWritten = yield* next
      yield* after
      if (!isWritten) {
        // The cut stays due, but encoding all of it again at once would cost more than it gains.
        yield* Effect.sleep(failedCutRetry)
        due.openUnsafe()
      } else if (runtime.isPressed ? runtime.checkpointSeq === stood : runtime.rows.size > 0) {
        // After a cut that found nothing to write, another one at once would find nothing either.
        yield* Effect.raceFirst(Effect.sleep(betweenEarlyCuts), pressing.await)
      }
      if (runtime.isCutDue) due.openUnsafe()
    }).pipe(
      Effect.catchCause((cause) =>
        Cause.hasInterruptsOnly(cause)
          ? Effect.failCause(cause)
          : Effect.andThen(
              Effect.logError(`Tenant ${runtime.tenant}: what follows a cut failed; cuts go on`, cause),
              Effect.sleep(failedCutRetry)
            )
      ),
      Effect.forever
    )

  const soon = (): void => {
    due.openUnsafe()
    if (runtime.isPressed) pressing.openUnsafe()
  }
  return { next, joined, last, soon, loop } satisfies Cutter
})
