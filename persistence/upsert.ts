/** One statement that writes many rows of one table from one JSON parameter. */
import type { Fragment, Statement } from "effect/sql/Statement"
import type { SqlClient } from "effect/sql/SqlClient"
import type { Fields } from "../machines/field.ts"

/** What an upsert needs to know of its table. */
export interface Upsert {
  readonly table: string
  /** Columns beside tenant_id that make the row's key, with their types. */
  readonly key: Readonly<Record<string, string>>
  /** Other columns that the JSON rows carry, with their types. `bytea` stands as base64 in JSON. */
  readonly columns: Readonly<Record<string, string>>
  /** Of those, the ones that an existing row keeps. */
  readonly kept?: ReadonlySet<string>
  /** Columns with one value for all rows. */
  readonly fixed?: Readonly<Record<string, string | number>>
}

/** Column types of fields, or of some of them. */
export const columnTypes = (fields: Fields, names: ReadonlyArray<string> = Object.keys(fields)): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, fields[name]!.column]))

/** Makes rows that are absent and updates the others: a JSON array of objects whose keys are the columns. */
export const upsert = (sql: SqlClient, tenant_id: string, plan: Upsert, json: string): Statement<object> => {
  const typed = Object.entries({ ...plan.key, ...plan.columns })
  const fixed = Object.entries(plan.fixed ?? {})
  const names = [...fixed.map(([name]) => name), ...typed.map(([name]) => name)]
  const values: Array<Fragment> = [
    ...fixed.map(([, value]) => sql`${value}`),
    ...typed.map(([name, type]) => (type === "bytea" ? sql`decode(row.${sql(name)}, 'base64')` : sql`row.${sql(name)}`))
  ]
  const record = typed.map(([name, type]) => sql`${sql(name)} ${sql.literal(type === "bytea" ? "text" : type)}`)
  const updated = names.filter((name) => !(name in plan.key) && !plan.kept?.has(name))
  return sql`
    insert into ${sql(plan.table)} as stored (tenant_id, ${sql.csv(names.map((name) => sql`${sql(name)}`))})
    select ${tenant_id}, ${sql.csv(values)}
    from jsonb_to_recordset(${json}::jsonb) as row (${sql.csv(record)})
    on conflict (tenant_id, ${sql.csv(Object.keys(plan.key).map((name) => sql`${sql(name)}`))})
    do update set ${sql.csv(updated.map((name) => sql`${sql(name)} = excluded.${sql(name)}`))}`
}
