/**
 * What a Postgres server's autovacuum does, for the embedded one, which has no such process: dead rows make room again, and
 * plans follow the tables. Without it, a prepared statement keeps the plan that was right while its table was empty.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** Between two looks. A server waits a minute; here the only connection pays for bad plans. */
const every = "10 seconds"

interface Due {
  readonly table: string
  readonly vacuum: boolean
}

/**
 * One look: tables whose changes since the last time are past the server's default thresholds (a tenth of the rows for
 * statistics, a fifth for dead or new rows) are analysed and, where due, vacuumed. Answers their names. Postgres counts changes
 * in memory: after a crash it begins at zero.
 */
export const autovacuum: Effect.Effect<ReadonlyArray<string>, SqlError, SqlClient> = Effect.gen(function* () {
  const sql = yield* SqlClient
  const due = yield* sql<Due>`
    select counted.relname as table,
      n_dead_tup > 50 + 0.2 * rows.known or n_ins_since_vacuum > 1000 + 0.2 * rows.known as vacuum
    from pg_stat_user_tables as counted
    join pg_class on pg_class.oid = counted.relid
    cross join lateral (select greatest(pg_class.reltuples, 0) as known) as rows
    where n_mod_since_analyze > 50 + 0.1 * rows.known
      or n_dead_tup > 50 + 0.2 * rows.known or n_ins_since_vacuum > 1000 + 0.2 * rows.known`
  for (const { table, vacuum } of due)
    yield* sql`${sql.literal(vacuum ? "vacuum (analyze)" : "analyze")} ${sql(table)}`.unprepared
  return due.map(({ table }) => table)
})

/** Looks as long as the scope is open. What fails is tried again with the next look. */
export const keepVacuumed: Effect.Effect<void, never, SqlClient | Scope.Scope> = autovacuum.pipe(
  Effect.catchCause((cause) =>
    Effect.logWarning("The embedded Postgres could not be vacuumed; it is tried again", cause)
  ),
  Effect.delay(every),
  Effect.forever,
  Effect.withTracerEnabled(false),
  Effect.forkScoped,
  Effect.asVoid
)
