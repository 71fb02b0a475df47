/**
 * A database with every table, column and index that this version needs.
 *
 *   look ──► nothing to change ──► serve: no lock was asked for
 *    │
 *    └─────► something to change ─► one transaction, waiting at most `lockPatience` for a lock; else say for what, and again
 */
import * as PgMigrator from "@effect/sql-pg/PgMigrator"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { addFieldColumns, missingColumns } from "./columns.ts"
import { addIndexes, missingIndexes } from "./indexes.ts"
import { migrations } from "../migrations/all.ts"
import { sqlStateOf } from "./sql-state.ts"

/** Any number that only this project's migration locks. */
const migrationLock = 5318008

/** A waiting lock request holds up everybody who comes after it, so it is given up soon and made again. */
const lockPatience = "2s"
const betweenTries = "3 seconds"
/** Postgres' "lock not available": `lock_timeout` ended the wait. */
const lockTimeout = "55P03"

const ids = Object.keys(migrations).map((name) => Number.parseInt(name, 10))
const newest = Math.max(...ids)

/** The database was written by a newer version: this one would read it wrongly and overwrite what it does not know. */
export class SchemaNewer extends Schema.TaggedError<SchemaNewer>()("SchemaNewer", {
  found: Schema.Int,
  known: Schema.Int
}) {
  override get message() {
    return `the database holds migration ${this.found}, and this version of Switchboard knows none past ${this.known}: start the newer version, or restore the backup from before it; nothing was changed`
  }
}

// The plain runner: schema dumps, and the process services that they need, are not wanted here.
const migrate = PgMigrator.make({})({
  loader: PgMigrator.fromRecord(migrations),
  table: "migrations"
})

const appliedMigrations = Effect.gen(function* () {
  const sql = yield* SqlClient
  const [found] = yield* sql<{ readonly there: boolean }>`select to_regclass('migrations') is not null as there`
  if (found?.there !== true) return []
  const rows = yield* sql<{ readonly id: number }>`select migration_id as id from migrations`
  return rows.map(({ id }) => id)
})

/** The changes that this version would make, each in words; none: the database is as it should be. */
const changesDue = Effect.gen(function* () {
  const applied = yield* appliedMigrations
  const found = Math.max(0, ...applied)
  if (found > newest) return yield* new SchemaNewer({ found, known: newest })
  const pending = ids.filter((id) => id > found)
  if (pending.length > 0) return pending.sort((a, b) => a - b).map((id) => `migration ${id}`)
  const columns = yield* missingColumns
  const indexes = yield* missingIndexes
  return [
    ...columns.map(({ table, names }) => `columns ${names.join(", ")} of ${table}`),
    ...indexes.map(({ name }) => `index ${name}`)
  ]
})

const change = Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql.withTransaction(
    Effect.gen(function* () {
      yield* sql`set local lock_timeout = ${sql.literal(`'${lockPatience}'`)}`
      yield* sql`set local statement_timeout = 0`
      yield* sql`select pg_advisory_xact_lock(${migrationLock})`
      yield* migrate
      yield* addFieldColumns
      yield* addIndexes
    })
  )
})

/** Whether another session's lock was in the way, whatever wrapped the error. */
const isLockTimeout = (error: PgMigrator.MigrationError | SqlError): boolean => {
  let cause: unknown = error
  for (let depth = 0; depth < 6 && cause instanceof Object; depth++) {
    if ("_tag" in cause && cause._tag === "SqlError") return sqlStateOf(cause as SqlError) === lockTimeout
    cause = "cause" in cause ? cause.cause : null
  }
  return false
}

/**
 * Brings the database up to this version; a second process that starts at the same moment waits for the first, then finds
 * nothing to do. Never asks for a lock when nothing is to change. Fails with SchemaNewer on a database of a newer version.
 */
export const layerMigrated: Layer.Layer<never, PgMigrator.MigrationError | SqlError | SchemaNewer, SqlClient> =
  Layer.effectDiscard(
    Effect.gen(function* () {
      for (;;) {
        const due = yield* changesDue
        if (due.length === 0) return
        const isDone = yield* change.pipe(
          Effect.as(true),
          Effect.catchIf(isLockTimeout, () =>
            Effect.as(
              Effect.logWarning(
                `The database is to be brought up to this version (${due.join("; ")}), and another session holds a lock in the way: the start waits. Sessions with open transactions stand in pg_stat_activity`
              ),
              false
            )
          )
        )
        if (!isDone) yield* Effect.sleep(betweenTries)
      }
    })
  )
