/**
 * Adds the columns of all fields to their tables, from the field definitions: a field is defined once (DESIGN §3).
 * Additive only; a field that goes away leaves its column.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Field } from "../machines/field.ts"
import { fieldTables } from "./tables.ts"

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** Type, default and null rule of a field's column. A field without a value yet is null, every other one has its initial value. */
const columnOf = (field: Field<any>): string => {
  const { column, initial } = field
  if (initial === null || column === "uuid") return column
  const value = column === "jsonb" ? quoted(JSON.stringify(initial)) : quoted(String(initial))
  return `${column} not null default ${value}`
}

/** Brings every table up to its fields, one statement per table; what is there already stays. */
export const addFieldColumns = Effect.gen(function* () {
  const sql = yield* SqlClient
  for (const { table, fields } of fieldTables) {
    const additions = Object.entries(fields).map(
      ([name, field]) => sql`add column if not exists ${sql(name)} ${sql.literal(columnOf(field))}`
    )
    yield* sql`alter table ${sql(table)} ${sql.csv(additions)}`
  }
})
