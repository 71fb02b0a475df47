/** The rows of sync jobs (CONTRACT 2.11) and of the records that are due. Writing is the cut's. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { SyncJobStatus } from "../../machines/vocabulary.ts"

export interface SyncJobFilter {
  readonly status: SyncJobStatus | null
  readonly record_id: string | null
  readonly account_id: string | null
}

/** A record whose sync is due. */
export interface DueRecord {
  readonly record_id: string
  /** When all of its accounts were last synced, epoch milliseconds; null: never. */
  readonly last_full_sync: number | null
}

export class SyncJobs extends Context.Service<
  SyncJobs,
  {
    /** Jobs that a worker has to do with: their actors stay in memory. */
    open(tenant_id: string): Effect.Effect<ReadonlyArray<string>, SqlError>
    /** The newest `limit`, by our ids. */
    list(tenant_id: string, filter: SyncJobFilter, limit: number): Effect.Effect<ReadonlyArray<string>, SqlError>
    /** Records to be synced by themselves (CONTRACT §6 process_scheduled_syncs), the longest waiting first. */
    due(tenant_id: string, now: number, limit: number): Effect.Effect<ReadonlyArray<DueRecord>, SqlError>
    /** Deletes jobs that ended before `before`; how many went. */
    expire(tenant_id: string, before: number): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/SyncJobs") {
  static readonly layer = Layer.effect(
    SyncJobs,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      type Id = { readonly id: string }

      const open = Effect.fn("SyncJobs.open")(function* (tenant_id: string) {
        const rows = yield* sql<Id>`
          select id from sync_jobs where tenant_id = ${tenant_id} and machine_state in ('pending', 'running') order by id`
        return rows.map(({ id }) => id)
      })

      const list = Effect.fn("SyncJobs.list")(function* (
        tenant_id: string,
        { status, record_id, account_id }: SyncJobFilter,
        limit: number
      ) {
        const rows = yield* sql<Id>`
          select id from sync_jobs where tenant_id = ${tenant_id}
            and ${status === null ? sql`true` : sql`status = ${status}`}
            and ${record_id === null ? sql`true` : sql`record_id = ${record_id}`}
            and ${account_id === null ? sql`true` : sql`account_id = ${account_id}`}
          order by created_at desc, id limit ${limit}`
        return rows.map(({ id }) => id)
      })

      const due = Effect.fn("SyncJobs.due")(function* (tenant_id: string, now: number, limit: number) {
        const rows = yield* sql<{ readonly record_id: string; readonly last_full_sync: Date | null }>`
          select record_id, last_full_sync from record_profiles
          where tenant_id = ${tenant_id} and auto_sync_enabled and sync_frequency_hours > 0 and not sync_in_progress
            and (last_full_sync is null
              or last_full_sync <= ${new Date(now)}::timestamptz - make_interval(hours => sync_frequency_hours))
          order by greatest(last_full_sync, last_sync_asked_at) asc nulls first, created_at, id limit ${limit}`
        return rows.map(({ record_id, last_full_sync }) => ({
          record_id,
          last_full_sync: last_full_sync?.getTime() ?? null
        }))
      })

      const expire = Effect.fn("SyncJobs.expire")(function* (tenant_id: string, before: number) {
        const rows = yield* sql`
          delete from sync_jobs
          where tenant_id = ${tenant_id} and machine_state not in ('pending', 'running')
            and completed_at < ${new Date(before)}
          returning id`
        return rows.length
      })

      return SyncJobs.of({ open, list, due, expire })
    })
  )
}
