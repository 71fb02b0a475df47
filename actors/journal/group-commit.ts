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
import * as Schema from "effect/Schema"
import type { SqlError } from "effect/sql/SqlError"
import type { Event } from "../../machines/events.ts"
import type { Base, JournalEntry } from "../../persistence/journal/journal.ts"
import { Journal } from "../../persistence/journal/journal.ts"
import { describe, neverPasses } from "../../persistence/database/sql-state.ts"
import { encodeEvent } from "./event-codec.ts"
import { realClock, untilItIsBack, within } from "../owner/real-time.ts"

/** One event on its way to the journal. */
export interface Pending {
  readonly tenant_id: string
  readonly seq: number
  /** The entry before it, as its tenant knows it. */
  readonly base: Base
  readonly at: number
  readonly event: Event
  /** Called once: everything of the tenant up to `seq` is durable, or another writer holds the tenant (I6). */
  readonly written: (seq: number) => void
  readonly lost: () => void
  /** Instead of `written`: no database will ever take this entry. */
  readonly refused: (detail: string) => void
  /** Whether its tenant was lost meanwhile: what that memory still had on its way must not be written any more. */
  readonly isStale: () => boolean
}

/** A question whether a tenant's journal still ends with an entry: for answers that changed nothing. */
export interface Fence {
  readonly tenant_id: string
  readonly base: Base
  /** Called once: it does, or another writer holds the tenant (I6). */
  readonly holds: () => void
  readonly lost: () => void
  readonly isStale: () => boolean
}

/** Events in one statement; more wait for the next. */
const batchLimit = 1_000
/** Bytes in one statement, well below what a Postgres message takes. */
const batchBytes = 4 * 1024 * 1024

/** A statement that is under way for longer, in milliseconds, counts as stuck for those who ask. */
const slowest = 2_000
/** A first try may take so long, each further one twice as long, up to the last: a silent connection is left, a slow one not for ever. */
const firstTry = 5_000
const longestTry = 60_000

/** The statement neither succeeded nor failed. Whether it was written, the next try finds out (journal.ts). */
class JournalSilent extends Schema.TaggedError<JournalSilent>()("JournalSilent", { waited_ms: Schema.Int }) {
  override get message() {
    return `no answer within ${this.waited_ms} ms`
  }
}

const isOwnFault = (error: SqlError | JournalSilent): boolean => error._tag === "SqlError" && neverPasses(error)
const reasonOf = (error: SqlError | JournalSilent): string =>
  error._tag === "SqlError" ? describe(error) : error.message

const batches = Metric.counter("switchboard_journal_statements_total", { description: "Journal statements written" })
const entries = Metric.counter("switchboard_journal_entries_total", { description: "Journal entries written" })

export class GroupCommit extends Context.Service<
  GroupCommit,
  {
    /** Puts an event into the next statement. Never waits, never fails. */
    push(pending: Pending): void
    /** Asks with the next statement. Never waits, never fails. */
    fence(fence: Fence): void
    /** Since when, epoch milliseconds, nothing can be written; null while the journal works. */
    readonly stuckSince: Effect.Effect<number | null>
  }
>()("switchboard/actors/GroupCommit") {
  static readonly layer = Layer.effect(
    GroupCommit,
    Effect.gen(function* () {
      const journal = yield* Journal
      const queue = yield* Queue.unbounded<Pending | Fence>()
      let carried: ReadonlyArray<Pending | Fence> = []
      let underWaySince: number | null = null
      /** The same on a clock that nobody sets. */
      let begun = 0
      let hasFailed = false

      const nextBatch = Effect.gen(function* () {
        const waiting = carried.length > 0 ? carried : yield* Queue.takeAll(queue)
        carried = waiting.slice(batchLimit)
        return waiting.slice(0, batchLimit).filter((pending) => !pending.isStale())
      })

      /** Tries until the database has answered, or the fault is the entries' own. */
      const insistently = <A>(statement: Effect.Effect<A, SqlError>) =>
        Effect.suspend(() => {
          let patience = firstTry / 2
          underWaySince = realClock.currentTimeMillisUnsafe()
          begun = performance.now()
          return Effect.suspend(() => {
            patience = Math.min(patience * 2, longestTry)
            return within(statement, patience, Effect.fail(new JournalSilent({ waited_ms: patience })))
          }).pipe(
            Effect.tapError((error) => {
              if (isOwnFault(error)) return Effect.void
              hasFailed = true
              return Effect.logWarning(`The journal cannot be written (${reasonOf(error)}); answers wait until it can`)
            }),
            // In real time, whatever clock the actors live by.
            Effect.retry({ schedule: untilItIsBack, while: (error) => !isOwnFault(error) }),
            Effect.provideService(Clock.Clock, realClock),
            Effect.ensuring(
              Effect.sync(() => {
                underWaySince = null
                hasFailed = false
              })
            )
          )
        })

      /**
       * Writes the entries and says so. If the database will never take them, they are tried by halves, so that in the end only
       * the one entry is refused whose fault it is, and all other tenants go on.
       */
      const settle = (batch: ReadonlyArray<Pending>, rows: ReadonlyArray<JournalEntry>): Effect.Effect<void> =>
        insistently(journal.append(rows, basesOf(batch))).pipe(
          Effect.matchEffect({
            onSuccess: Effect.fnUntraced(function* ({ lost }) {
              yield* Metric.update(batches, 1)
              yield* Metric.update(entries, rows.length)
              for (const [index, pending] of batch.entries()) {
                if (index >= rows.length) break
                if (lost.includes(pending.tenant_id)) pending.lost()
                else pending.written(pending.seq)
              }
            }),
            onFailure: Effect.fnUntraced(function* (error) {
              if (rows.length === 1) return yield* refuse(batch[0]!, reasonOf(error))
              const half = rows.length >> 1
              yield* settle(batch.slice(0, half), rows.slice(0, half))
              // What a tenant had after its refused entry was built upon it.
              const left = batch.map((pending, index) => ({ pending, row: rows[index]! })).slice(half)
              const rest = left.filter(({ pending }) => !pending.isStale())
              if (rest.length === 0) return
              yield* settle(
                rest.map(({ pending }) => pending),
                rest.map(({ row }) => row)
              )
            })
          })
        )

      const refuse = (pending: Pending, detail: string) =>
        Effect.logError(
          `Tenant ${pending.tenant_id}: entry ${pending.seq} (${pending.event.type}) can never be journaled and is refused: ${detail}`
        ).pipe(Effect.andThen(Effect.sync(() => pending.refused(detail))))

      /** One question for all tenants that wait for one. */
      const look = Effect.fnUntraced(function* (fences: ReadonlyArray<Fence>) {
        const overtaken = new Set(yield* Effect.orDie(insistently(journal.overtaken(basesOf(fences)))))
        for (const fence of fences) {
          if (overtaken.has(fence.tenant_id)) fence.lost()
          else fence.holds()
        }
      })

      /** One statement, and one for the fences among them. What does not fit goes back to the front. */
      const write = Effect.fnUntraced(function* (all: ReadonlyArray<Pending | Fence>) {
        const batch = all.filter(isPending)
        const { rows, broken } = encoded(batch)
        carried = [...batch.slice(rows.length + (broken === null ? 0 : 1)), ...carried]
        if (rows.length > 0) yield* settle(batch.slice(0, rows.length), rows)
        if (broken !== null) yield* refuse(batch[rows.length]!, broken)
        // An append is a fence itself: who had one in this statement has been answered by it.
        const fenced = new Set(rows.map(({ tenant_id }) => tenant_id))
        const fences = all.filter(isFence).filter((fence) => !fence.isStale() && !fenced.has(fence.tenant_id))
        if (fences.length > 0) yield* look(fences)
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
      return GroupCommit.of({
        push: (pending) => void Queue.offerUnsafe(queue, pending),
        fence: (fence) => void Queue.offerUnsafe(queue, fence),
        stuckSince: Effect.sync(() => {
          if (underWaySince === null) return null
          const isSlow = performance.now() - begun > slowest
          return hasFailed || isSlow ? underWaySince : null
        })
      })
    })
  )
}

const isPending = (each: Pending | Fence): each is Pending => "event" in each
const isFence = (each: Pending | Fence): each is Fence => !isPending(each)

/** Each tenant's base: that of the first of its own in the batch. */
const basesOf = (batch: ReadonlyArray<Pending | Fence>): ReadonlyMap<string, Base> => {
  const bases = new Map<string, Base>()
  for (const { tenant_id, base } of batch) if (!bases.has(tenant_id)) bases.set(tenant_id, base)
  return bases
}

/** As many entries as one statement takes, up to one that cannot be encoded; `broken` says what is wrong with that one. */
const encoded = (
  batch: ReadonlyArray<Pending>
): { readonly rows: ReadonlyArray<JournalEntry>; readonly broken: string | null } => {
  const rows: Array<JournalEntry> = []
  let bytes = 0
  for (const { tenant_id, seq, at, event } of batch) {
    if (bytes > batchBytes) break
    try {
      const body = encodeEvent(event)
      bytes += body.byteLength
      rows.push({ tenant_id, seq, at, kind: event.type, body })
    } catch (cause) {
      return { rows, broken: String(cause) }
    }
  }
  return { rows, broken: null }
}
