/**
 * Between a context value and its column: context → a JSON value for json_to_recordset, and a row as read → context.
 * A value that Postgres cannot hold is bent to the nearest that it can: one such value must not stop a tenant's cuts.
 */
import type { AnyField, Fields } from "../../machines/field.ts"

const earliest = Date.UTC(1, 0, 1)
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999)
const largest = 2 ** 31 - 1

const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high)

/** Epoch milliseconds as ISO 8601, inside years 1–9999. */
export const isoOf = (at: number): string => new Date(clamp(at, earliest, latest)).toISOString()

const toColumn = (field: AnyField, given: unknown): unknown => {
  const value = given === undefined ? field.initial : given
  if (value === null) return null
  if (typeof value === "number") {
    if (Number.isNaN(value)) return field.initial
    if (field.column === "timestamptz") return isoOf(value)
    if (field.column === "integer") return clamp(Math.round(value), -largest, largest)
  }
  // An id that is not known yet is "" in context and null in SQL.
  if (field.column === "uuid" && value === "") return null
  return value
}

/** The columns of `names`, from context values. */
export const toColumns = (
  fields: Fields,
  values: Readonly<Record<string, unknown>>,
  names: ReadonlyArray<string> = Object.keys(fields)
): Record<string, unknown> => {
  const columns: Record<string, unknown> = {}
  for (const name of names) columns[name] = toColumn(fields[name]!, values[name])
  return columns
}

/** The context values of a row's field columns: instants as epoch milliseconds. */
export const fromColumns = (fields: Fields, row: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const values: Record<string, unknown> = {}
  for (const name in fields) {
    const value = row[name]
    values[name] = value instanceof Date ? value.getTime() : (value ?? fields[name]!.initial)
  }
  return values
}

/** JSON escapes that no Postgres text may contain: NUL, and halves of a surrogate pair. The look-behind leaves `\\u0000` alone. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g

/** JSON that Postgres takes; what it could not hold becomes U+FFFD. */
export const storableJson = (value: unknown): string => {
  const json = JSON.stringify(value)
  return json.includes("\\u") ? json.replace(unstorable, "$1\ufffd") : json
}
