/**
 * Adds the columns of all fields to their tables, from the field definitions: a field is defined once (DESIGN §3).
 * Additive only; a field that goes away leaves its column.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { Field } from "../machines/field.ts"
import { foldedNames } from "./folded-columns.ts"
import { fieldTables } from "./tables.ts"

/** Text as a literal of SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What a column starts with, as a literal; null when it starts as null: a field without a value yet, or an id. */
export const columnDefault = ({ column, initial }: Field<any>): string | null => {
  if (initial === null || column === "uuid") return null
  return quoted(column === "jsonb" ? JSON.stringify(initial) : String(initial))
}

/** Type, default and null rule of a field's column. */
const columnOf = (field: Field<any>): string => {
  const value = columnDefault(field)
  return value === null ? field.column : `${field.column} not null default ${value}`
}

/** Brings every table up to its fields, one statement per table; what is there already stays. */
export const addFieldColumns = Effect.gen(function* () {
  const sql = yield* SqlClient
  for (const each of fieldTables) {
    const columns = [
      ...Object.entries(each.fields).map(([name, field]) => [name, columnOf(field)] as const),
      ...foldedNames(each).map((name) => [name, "text"] as const)
    ]
    const additions = columns.map(
      ([name, definition]) => sql`add column if not exists ${sql(name)} ${sql.literal(definition)}`
    )
    yield* sql`alter table ${sql(each.table)} ${sql.csv(additions)}`
  }
})
