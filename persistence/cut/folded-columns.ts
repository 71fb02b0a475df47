/**
 * Columns that searches look into: fields in the folded form of machines/folding.ts, written with the row that has the fields. Null:
 * the row is of a version before these columns and has not been written since; unfolded-rows.ts fills it in.
 */
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { folded, foldedQuery } from "../../machines/folding.ts"
import type { FieldTable } from "../database/tables.ts"

/** The names of a table's folded columns. */
export const foldedNames = ({ folded: columns = {} }: FieldTable): ReadonlyArray<string> => Object.keys(columns)

/** The folded columns of a row, from its fields; one field a line, so that nothing is found across two. */
export const foldedColumns = (
  { folded: columns = {} }: FieldTable,
  values: Readonly<Record<string, unknown>>
): Record<string, string> => {
  const made: Record<string, string> = {}
  for (const [column, names] of Object.entries(columns)) {
    const texts = names.flatMap((name) => (typeof values[name] === "string" ? [values[name]] : []))
    made[column] = texts.map(folded).join("\n")
  }
  return made
}

/** A text as a pattern that finds it anywhere; the pattern's own signs stand for themselves. */
const containing = (text: string): string => `%${text.replace(/[\\%_]/g, "\\$&")}%`

/** Whether the folded column contains the text; `raw` is searched instead where a row has no folded column yet. */
export const holds = (sql: SqlClient, column: Fragment, raw: Fragment, q: string): Fragment =>
  sql`(${column} like ${containing(foldedQuery(q))} or (${column} is null and ${raw} ilike ${containing(q)}))`
