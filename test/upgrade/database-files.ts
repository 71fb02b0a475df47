/** A whole database as text: its tables, keys and indexes as SQL, and its rows as one JSON object a line. Both databases load it. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { readFileSync, writeFileSync } from "node:fs"
import { gunzipSync, gzipSync } from "node:zlib"

const rowsOfOneStatement = 200

interface Column {
  readonly table: string
  readonly name: string
  readonly type: string
  readonly is_required: boolean
  readonly expression: string | null
  readonly is_generated: boolean
}

const columnsOf = SqlClient.use(
  (sql) => sql<Column>`
    select relname as table, attname as name, format_type(atttypid, atttypmod) as type, attnotnull as is_required,
      pg_get_expr(adbin, adrelid) as expression, attgenerated <> '' as is_generated
    from pg_class join pg_attribute on attrelid = pg_class.oid and attnum > 0 and not attisdropped
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relkind = 'r' and relnamespace = 'public'::regnamespace
    order by relname, attnum`
)

const definition = ({ name, type, is_required, expression, is_generated }: Column): string =>
  [
    `  "${name}" ${type}`,
    ...(expression === null
      ? []
      : [is_generated ? `generated always as (${expression}) stored` : `default ${expression}`]),
    ...(is_required ? ["not null"] : [])
  ].join(" ")

const byTable = (columns: ReadonlyArray<Column>) => Map.groupBy(columns, ({ table }) => table)

/** What can be written: the rest follows from it. */
const writtenNames = (columns: ReadonlyArray<Column>): string =>
  columns
    .filter((column) => !column.is_generated)
    .map(({ name }) => `"${name}"`)
    .join(", ")

/** Writes the database that the client is connected to. */
export const writeDatabase = Effect.fnUntraced(function* (folder: URL) {
  const sql = yield* SqlClient
  const tables = byTable(yield* columnsOf)
  const schema: Array<string> = []
  for (const [table, columns] of tables)
    schema.push(`create table "${table}" (\n${columns.map(definition).join(",\n")}\n)`)
  const keys = yield* sql<{ statement: string }>`
    select format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as statement
    from pg_constraint where connamespace = 'public'::regnamespace and contype in ('p', 'u') order by conname`
  const indexes = yield* sql<{ statement: string }>`
    select pg_get_indexdef(indexrelid) as statement from pg_index join pg_class on pg_class.oid = indexrelid
    where relnamespace = 'public'::regnamespace and not exists (select from pg_constraint where conindid = indexrelid)
    order by relname`
  schema.push(...[...keys, ...indexes].map(({ statement }) => statement))
  writeFileSync(new URL("schema.sql", folder), schema.map((statement) => `${statement};\n`).join("\n"))

  const lines: Array<string> = []
  for (const [table, columns] of tables) {
    const names = sql.literal(writtenNames(columns))
    const rows = yield* sql<{ row: string }>`
      select to_json(kept)::text as row from (select ${names} from ${sql(table)}) kept order by 1`
    for (const { row } of rows) lines.push(`{"table":"${table}","row":${row}}\n`)
  }
  writeFileSync(new URL("rows.ndjson.gz", folder), gzipSync(lines.join(""), { level: 9 }))
  return lines.length
})

/** Its rows, by table. */
export const rowsIn = (folder: URL): ReadonlyMap<string, ReadonlyArray<any>> => {
  const lines = gunzipSync(readFileSync(new URL("rows.ndjson.gz", folder)))
    .toString("utf8")
    .trimEnd()
    .split("\n")
  const all = lines.map((line) => JSON.parse(line) as { readonly table: string; readonly row: object })
  return new Map(
    [...Map.groupBy(all, ({ table }) => table)].map(([table, kept]) => [table, kept.map(({ row }) => row)])
  )
}

/** Fills an empty database. */
export const loadDatabase = Effect.fnUntraced(function* (folder: URL) {
  const sql = yield* SqlClient
  const statements = readFileSync(new URL("schema.sql", folder), "utf8").split(";\n")
  for (const statement of statements) if (statement.trim() !== "") yield* sql.unsafe(statement)
  const tables = byTable(yield* columnsOf)
  for (const [table, all] of rowsIn(folder)) {
    const names = sql.literal(writtenNames(tables.get(table)!))
    for (let from = 0; from < all.length; from += rowsOfOneStatement) {
      const chunk = JSON.stringify(all.slice(from, from + rowsOfOneStatement))
      yield* sql`insert into ${sql(table)} (${names}) select ${names} from json_populate_recordset(null::${sql(table)}, ${chunk}::json)`
    }
  }
})
