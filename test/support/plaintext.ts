/** Looks for secrets where none may stand. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

/** A secret as it might be written down: itself, and as base64 and hex. */
const spellings = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret)
  // Base64 of a text inside a longer one depends on where it begins: its middle, at all three beginnings, is enough.
  const inside = [0, 1, 2].map((shift) => bytes.subarray(shift, shift + 3 * Math.floor((bytes.length - shift) / 3)))
  return [
    secret,
    bytes.toString("hex"),
    ...inside.flatMap((part) => [part.toString("base64"), part.toString("base64url")])
  ]
}

/** The names of those secrets that stand in the text. */
export const secretsIn = (text: string, secrets: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  Object.entries(secrets)
    .filter(([, secret]) => spellings(secret).some((spelling) => text.includes(spelling)))
    .map(([name]) => name)

/** `table.column: secret` for every column of every table in which a secret stands; bytes are read as Latin-1. */
export const secretsInDatabase = Effect.fnUntraced(function* (secrets: Readonly<Record<string, string>>) {
  const sql = yield* SqlClient
  const columns = yield* sql<{ table: string; column: string; type: string }>`
    select table_name as table, column_name as column, data_type as type from information_schema.columns
    where table_schema = 'public' and data_type in ('text', 'bytea', 'jsonb', 'json', 'ARRAY', 'character varying')
    order by table_name, ordinal_position`
  const found: Array<string> = []
  let looked = 0
  for (const { table, column, type } of columns) {
    const rows = yield* sql<{ value: unknown }>`
      select ${sql(column)}${sql.literal(type === "bytea" ? "" : "::text")} as value from ${sql(table)} where ${sql(column)} is not null`
    for (const { value } of rows) {
      looked++
      const text = value instanceof Uint8Array ? Buffer.from(value).toString("latin1") : String(value)
      found.push(...secretsIn(text, secrets).map((name) => `${table}.${column}: ${name}`))
    }
  }
  return { found, looked, columns: columns.map(({ table, column }) => `${table}.${column}`) }
})
