/**
 * Backfills the folded columns of rows from earlier versions (folded-columns.ts), in the background and in small portions.
 * Nothing waits for it: until then searches compare such rows letter by letter, and what a stop leaves undone is done after the
 * next start. A partial index finds the rows that are left, so that looking costs nothing once there are none.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { SqlClient } from "effect/sql/SqlClient"
import { storableJson } from "../database/field-values.ts"
import { foldedColumns, foldedNames } from "./folded-columns.ts"
import { describe } from "../database/sql-state.ts"
import type { FoldedTable } from "../database/tables.ts"
import { foldedTables } from "../database/tables.ts"

/** Rows of one statement: some milliseconds, also where the database has one connection for all. */
const portion = 500

/** One portion of a table; answers how many rows it found. A row that a cut has written meanwhile is left as that says. */
const foldPortion = Effect.fnUntraced(function* (table: FoldedTable) {
  const sql = yield* SqlClient
  const names = foldedNames(table)
  const key = ["tenant_id", ...table.key]
  const fields = [...new Set(Object.values(table.folded).flat())]
  const rows = yield* sql<Record<string, unknown>>`
    select ${sql.csv([...key, ...fields].map((name) => sql`${sql(name)}`))} from ${sql(table.table)}
    where ${sql(names[0]!)} is null order by ${sql.csv(key.map((name) => sql`${sql(name)}`))} limit ${portion}`
  if (rows.length === 0) return 0
  const given = rows.map((row) => ({
    ...Object.fromEntries(key.map((name) => [name, row[name]])),
    ...foldedColumns(table, row)
  }))
  const types = [
    ...key.map((name) => [name, name === "tenant_id" ? "text" : "uuid"]),
    ...names.map((name) => [name, "text"])
  ]
  yield* sql`
    update ${sql(table.table)} as target set ${sql.csv(names.map((name) => sql`${sql(name)} = given.${sql(name)}`))}
    from json_to_recordset(${storableJson(given)}::json)
      as given (${sql.csv(types.map(([name, type]) => sql`${sql(name!)} ${sql.literal(type!)}`))})
    where ${sql.and(key.map((name) => sql`target.${sql(name)} = given.${sql(name)}`))} and target.${sql(names[0]!)} is null`
  return rows.length
})

const foldTable = (table: FoldedTable) =>
  foldPortion(table).pipe(Effect.repeat({ while: (found) => found > 0 }), Effect.asVoid)

/** Folds every row that is left. */
export const foldRows = Effect.forEach(foldedTables, foldTable, { discard: true })

/** Runs it once in the background; a failure is retried after a while. */
export const layerFolding = Layer.effectDiscard(
  foldRows.pipe(
    Effect.tapError((error) =>
      Effect.logWarning(`Rows cannot be made ready for searching without accents yet (${describe(error)}); tried again`)
    ),
    Effect.retry(Schedule.spaced("1 minute")),
    Effect.orDie,
    Effect.withTracerEnabled(false),
    Effect.forkScoped
  )
)
