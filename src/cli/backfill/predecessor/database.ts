/** The predecessor's Postgres: read only, in one view of it, and as a stream, so that no table has to fit into memory. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import * as Stream from "effect/Stream"
import { describe } from "../../../../persistence/database/sql-state.ts"
import { SourceUnreadable } from "../../faults.ts"
import type { Values } from "./row.ts"
import type { Entity } from "./tables.ts"
import { needed, tables } from "./tables.ts"

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** What is read, as SQL. */
export interface Names {
  /** The entity's table. */
  readonly table: (entity: Entity) => string
  /** One column as it stands. */
  readonly column: (entity: Entity, alias: string, field: string) => string
  /** All fields of an entity as texts, each under its name in the contract; `as`: what is put before the names. */
  readonly fields: (entity: Entity, alias: string, as?: string, but?: ReadonlyArray<string>) => string
}

export interface Predecessor {
  readonly names: Names
  /** Columns of ours that it does not have. */
  readonly absent: ReadonlyArray<string>
  readonly rows: (statement: string, parameters?: ReadonlyArray<unknown>) => Stream.Stream<Values, SqlError>
  readonly all: (statement: string) => Effect.Effect<ReadonlyArray<Values>, SqlError>
}

const unreadable = (place: string) => (error: SqlError) => new SourceUnreadable({ place, reason: describe(error) })

/** Fails where a table, or a column that is needed, is not there. */
export const predecessorAt = Effect.fnUntraced(function* (url: Redacted.Redacted, prefix: string) {
  const client = yield* PgClient.make({
    url,
    maxConnections: 2,
    applicationName: "switchboard backfill",
    startupParameters: { default_transaction_read_only: "on", timezone: "UTC", datestyle: "ISO" }
  }).pipe(Effect.mapError(unreadable("the database")), Effect.provide(Reactivity.layer))
  const known = yield* client<{ readonly table_name: string; readonly column_name: string }>`
    select table_name, column_name from information_schema.columns where table_schema = any(current_schemas(false))`.pipe(
    Effect.mapError(unreadable("the database"))
  )
  const columns = new Set(known.map(({ table_name, column_name }) => `${table_name}.${column_name}`))
  const nameOf = (entity: Entity, field: string): string =>
    new Map<string, string>(Object.entries(tables[entity].named)).get(field) ?? field
  const tableOf = (entity: Entity): string => `${prefix}${tables[entity].table}`
  const isThere = (entity: Entity, field: string): boolean => columns.has(`${tableOf(entity)}.${nameOf(entity, field)}`)
  const absent: Array<string> = []
  for (const entity of Object.keys(tables) as ReadonlyArray<Entity>) {
    for (const field of tables[entity].fields) {
      if (isThere(entity, field)) continue
      const place = `table ${tableOf(entity)}, column ${nameOf(entity, field)}`
      if (needed[entity].includes(field)) return yield* new SourceUnreadable({ place, reason: "is not there" })
      absent.push(place)
    }
  }
  const column = (entity: Entity, alias: string, field: string): string =>
    isThere(entity, field) ? `${alias}.${quoted(nameOf(entity, field))}` : "null"
  const names: Names = {
    table: (entity) => quoted(tableOf(entity)),
    column,
    fields: (entity, alias, as = "", but = []) =>
      tables[entity].fields
        .filter((field) => !but.includes(field))
        .map((field) => `(${column(entity, alias, field)})::text as ${quoted(as + field)}`)
        .join(", ")
  }
  return {
    names,
    absent,
    rows: (statement, parameters = []) => client.unsafe<Values>(statement, parameters).stream,
    all: (statement) => client.unsafe<Values>(statement)
  } satisfies Predecessor
})
