/**
 * Group commit: the events of all tenants that came while one journal statement was under way go into the next one together.
 * It owns the order of appending and the retries; what an append means for a tenant is the tenant's business.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import * as Queue from "effect/Queue"
import * as Schedule from "effect/Schedule"
import type { Event } from "../machines/events.ts"
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
}

/** Events in one statement; more wait for the next. */
const batchLimit = 1_000
/** Bytes in one statement, well below what a Postgres message takes. */
const batchBytes = 4 * 1024 * 1024

/** While the database is away an append is tried again and again; answers wait for it (DESIGN §4). */
const untilItIsBack = Schedule.min([Schedule.exponential("50 millis"), Schedule.spaced("1 second")])

const batches = Metric.counter("switchboard_journal_statements_total", { description: "Journal statements written" })
const entries = Metric.counter("switchboard_journal_entries_total", { description: "Journal entries written" })

export class GroupCommit extends Context.Service<
  GroupCommit,
  {
    /** Puts an event into the next statement. Never waits, never fails. */
    push(pending: Pending): void
  }
>()("switchboard/actors/GroupCommit") {
  static readonly layer = Layer.effect(
    GroupCommit,
    Effect.gen(function* () {
      const journal = yield* Journal
      const queue = yield* Queue.unbounded<Pending>()
      let carried: ReadonlyArray<Pending> = []

      const next = Effect.gen(function* () {
        const waiting = carried.length > 0 ? carried : yield* Queue.takeAll(queue)
        const batch: Array<{ readonly pending: Pending; readonly body: Uint8Array }> = []
        let bytes = 0
        for (const pending of waiting) {
          if (batch.length === batchLimit || bytes > batchBytes) break
          const body = encodeEvent(pending.event)
          bytes += body.byteLength
          batch.push({ pending, body })
        }
        carried = waiting.slice(batch.length)
        return batch
      })

      const commit = Effect.gen(function* () {
        const batch = yield* next
        const rows = batch.map(({ pending: { tenant_id, seq, at, event }, body }) => ({
          tenant_id,
          seq,
          at,
          kind: event.type,
          body
        }))
        const { lost } = yield* journal.append(rows).pipe(
          Effect.tapError((error) =>
            Effect.logWarning("The journal cannot be written; answers wait until it can", error)
          ),
          Effect.retry(untilItIsBack),
          Effect.orDie
        )
        yield* Metric.update(batches, 1)
        yield* Metric.update(entries, rows.length)
        for (const { pending } of batch) {
          if (lost.includes(pending.tenant_id)) pending.lost()
          else pending.written(pending.seq)
        }
      })

      yield* Effect.forever(commit).pipe(Effect.forkScoped)
      return GroupCommit.of({ push: (pending) => void Queue.offerUnsafe(queue, pending) })
    })
  )
}
