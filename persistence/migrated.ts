/** A database with every table, column and index that this version needs. */
import * as PgMigrator from "@effect/sql-pg/PgMigrator"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { addFieldColumns } from "./columns.ts"
import { addIndexes } from "./indexes.ts"
import { migrations } from "./migrations/all.ts"

/** Any number that only this project's migration locks. */
const migrationLock = 5318008

// The plain runner: schema dumps, and the process services that they need, are not wanted here.
const migrate = PgMigrator.make({})({
  loader: PgMigrator.fromRecord(migrations),
  table: "migrations"
})

/**
 * Runs pending migrations, then adds missing columns and indexes, in one transaction. A second process that starts at the
 * same moment waits for the first, then finds nothing to do.
 */
export const layerMigrated: Layer.Layer<never, PgMigrator.MigrationError | SqlError, SqlClient> = Layer.effectDiscard(
  Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* sql.withTransaction(
      Effect.gen(function* () {
        yield* sql`select pg_advisory_xact_lock(${migrationLock})`
        yield* migrate
        yield* addFieldColumns
        yield* addIndexes
      })
    )
  })
)
