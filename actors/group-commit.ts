/**
 * Group commit: the events of all tenants that came while one journal statement was under way go into the next one together.
 * It owns the order of appending and the retries; what an append means for a tenant is the tenant's business.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { Event } from "../machines/events.ts"
import type { JournalEntry } from "../persistence/journal.ts"
import { Journal } from "../persistence/journal.ts"
import { encodeEvent } from "./event-codec.ts"

/** One event on its way to the journal. */
export interface Pending {
  readonly tenant_id: string
  readonly seq: number
  readonly at: number
  readonly event: Event
  /** Called once: everything of the tenant up to `seq` is durable, or another writer holds the tenant (I6). */
  readonly written: (seq: number) => void
  readonly lost: () => void
  /** Whether its tenant was lost meanwhile: what that memory still had on its way must not be written any more. */
  readonly isStale: () => boolean
}

/** The journal cannot be written. */
export interface Stuck {
  readonly since: number
  readonly problem: string
}

/** Events in one statement; more wait for the next. */
const batchLimit = 1_000
/** Bytes in one statement, well below what a Postgres message takes. */
const batchBytes = 4 * 1024 * 1024

/** How long one statement may take before it is tried again. */
const patience = "30 seconds"

/** While the database is away an append is tried again and again; answers wait for it (DESIGN §4). */
const untilItIsBack = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")])

const batches = Metric.counter("switchboard_journal_statements_total", { description: "Journal statements written" })
const entries = Metric.counter("switchboard_journal_entries_total", { description: "Journal entries written" })

export class GroupCommit extends Context.Service<
  GroupCommit,
  {
    /** Puts an event into the next statement. Never waits, never fails. */
    push(pending: Pending): void
    /** Why and since when (epoch milliseconds) nothing can be written; null while all is well. */
    readonly stuck: () => Stuck | null
  }
>()("switchboard/actors/GroupCommit") {
  static readonly layer = Layer.effect(
    GroupCommit,
    Effect.gen(function* () {
      const journal = yield* Journal
      const queue = yield* Queue.unbounded<Pending>()
      let carried: ReadonlyArray<Pending> = []
      let stuck: Stuck | null = null

      const failed = Effect.fnUntraced(function* (error: { readonly message: string }) {
        stuck ??= { since: yield* Clock.currentTimeMillis, problem: error.message }
        yield* Effect.logWarning("The journal cannot be written; answers wait until it can", error)
      })

      const nextBatch = Effect.gen(function* () {
        const waiting = carried.length > 0 ? carried : yield* Queue.takeAll(queue)
        carried = waiting.slice(batchLimit)
        return waiting.slice(0, batchLimit).filter((pending) => !pending.isStale())
      })

      /** One statement. What does not fit into it goes back to the front. */
      const write = Effect.fnUntraced(function* (batch: ReadonlyArray<Pending>) {
        if (batch.length === 0) return
        const rows: Array<JournalEntry> = []
        let bytes = 0
        for (const { tenant_id, seq, at, event } of batch) {
          if (bytes > batchBytes) break
          const body = encodeEvent(event)
          bytes += body.byteLength
          rows.push({ tenant_id, seq, at, kind: event.type, body })
        }
        carried = [...batch.slice(rows.length), ...carried]
        const { lost } = yield* journal.append(rows).pipe(
          // A connection that died without a word would be waited for until the operating system gives up. What was written
          // after all is recognised when it is written again.
          Effect.timeout(patience),
          Effect.tapError(failed),
          Effect.retry(untilItIsBack),
          Effect.orDie
        )
        stuck = null
        yield* Metric.update(batches, 1)
        yield* Metric.update(entries, rows.length)
        for (const pending of batch.slice(0, rows.length)) {
          if (lost.includes(pending.tenant_id)) pending.lost()
          else pending.written(pending.seq)
        }
      })

      const commit = Effect.flatMap(nextBatch, (batch) =>
        // A defect of ours must not leave answers waiting for ever: these tenants drop their memory and load again.
        write(batch).pipe(
          Effect.catchDefect((defect) =>
            Effect.andThen(
              Effect.logError("A journal statement failed for a reason that is no database's", defect),
              Effect.sync(() => batch.forEach((pending) => pending.lost()))
            )
          )
        )
      )

      yield* Effect.forever(commit).pipe(Effect.forkScoped)
      return GroupCommit.of({ push: (pending) => void Queue.offerUnsafe(queue, pending), stuck: () => stuck })
    })
  )
}
