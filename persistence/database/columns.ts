/**
 * Adds the columns of all fields to their tables, from the field definitions: a field is defined once (DESIGN §3).
 * Additive only; a field that goes away leaves its column.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { AnyField } from "../../machines/field.ts"
import { foldedNames } from "../cut/folded-columns.ts"
import { fieldTables } from "./tables.ts"

/** Text as a literal of SQL. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What a column starts with, as a literal; null when it starts as null: a field without a value yet, or an id. */
export const columnDefault = ({ column, initial }: AnyField): string | null => {
  if (initial === null || column === "uuid") return null
  return quoted(column === "jsonb" ? JSON.stringify(initial) : String(initial))
}

/** Type, default and null rule of a field's column. */
const columnOf = (field: AnyField): string => {
  const value = columnDefault(field)
  return value === null ? field.column : `${field.column} not null default ${value}`
}

/** The columns of a table's fields, and those that searches read, each with its definition. */
const columnsOf = (each: (typeof fieldTables)[number]): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(each.fields).map(([name, field]) => [name, columnOf(field)] as const),
    ...foldedNames(each).map((name) => [name, "text"] as const)
  ])

/** A table of ours, and the columns that it lacks. */
export interface MissingColumns {
  readonly table: string
  readonly names: ReadonlyArray<string>
}

/** The tables that lack columns of their fields. */
export const missingColumns = Effect.gen(function* () {
  const sql = yield* SqlClient
  const rows = yield* sql<{ readonly place: string }>`
    select table_name || '.' || column_name as place from information_schema.columns where table_schema = current_schema()`
  const there = new Set(rows.map(({ place }) => place))
  return fieldTables.flatMap((each): ReadonlyArray<MissingColumns> => {
    const { table } = each
    const names = [...columnsOf(each).keys()].filter((name) => !there.has(`${table}.${name}`))
    return names.length === 0 ? [] : [{ table, names }]
  })
})

/** Brings every table up to its fields, one statement per table that lacks something; what is there already stays. */
export const addFieldColumns = Effect.gen(function* () {
  const sql = yield* SqlClient
  const missing = new Map((yield* missingColumns).map(({ table, names }) => [table, names]))
  for (const each of fieldTables) {
    const names = missing.get(each.table)
    if (names === undefined) continue
    const columns = columnsOf(each)
    const additions = names.map((name) => sql`add column if not exists ${sql(name)} ${sql.literal(columns.get(name)!)}`)
    yield* sql`alter table ${sql(each.table)} ${sql.csv(additions)}`
  }
})
