/** The audit trail: who did what to audited fields, and who read a secret. Values of ⚿ fields come masked; nothing here could unmask them. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { chunksOf } from "../database/chunks.ts"
import type { InvalidCursor } from "../lists/cursor.ts"
import { CursorInstant, cursorOf } from "../lists/cursor.ts"
import { isoOf } from "../database/field-values.ts"

/** One line of the trail. */
export interface AuditEntry {
  /** The same for the same change, however often it is written. */
  readonly id: string
  /** Epoch milliseconds. */
  readonly at: number
  /** The tenant's journal entry that made the change, or the newest one when a secret was read. */
  readonly seq: number
  /** `admin`, `key:<name>`, or how it came in: `webhook`, `api`, `clock`. */
  readonly actor: string
  readonly action: string
  readonly entity_kind: string
  readonly entity_id: string
  readonly field: string
  /** Wire values; `"••••"` for a ⚿ value that is there, null for one that is not. */
  readonly old: unknown
  readonly new: unknown
}

export interface AuditQuery {
  /** An entity's id of ours. */
  readonly entity?: string | undefined
  readonly field?: string | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

export interface AuditPage {
  readonly items: ReadonlyArray<AuditEntry>
  readonly next_cursor: string | null
}

type Row = Omit<AuditEntry, "at" | "seq"> & { readonly at: Date; readonly seq: bigint }

const columnsOf = (entry: AuditEntry) => ({ ...entry, at: isoOf(entry.at), seq: String(entry.seq) })

/** The statements that write entries; one that is there already stays as it is. */
export const insertAudit = Effect.fnUntraced(function* (
  sql: SqlClient,
  tenant_id: string,
  entries: ReadonlyArray<AuditEntry>
) {
  for (const { json } of chunksOf(entries.map((entry) => ({ columns: columnsOf(entry) })))) {
    yield* sql`
      insert into audit (tenant_id, id, at, seq, actor, action, entity_kind, entity_id, field, old, new)
      select ${tenant_id}, id, at, seq, actor, action, entity_kind, entity_id, field, old, new
      from json_to_recordset(${json}::json) as given (
        id uuid, at timestamptz, seq bigint, actor text, action text, entity_kind text, entity_id text, field text,
        old jsonb, new jsonb
      )
      on conflict (tenant_id, id) do nothing`
  }
})

/** The last line of a page: the trail is ordered by instant, then journal entry, then id. */
const Position = Schema.Struct({
  at: CursorInstant,
  seq: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  id: Schema.String.check(Schema.isUUID())
})
const cursor = cursorOf(Position)

export class Audit extends Context.Service<
  Audit,
  {
    /** Writes lines that belong to no turn: a secret was read, a key was made. */
    add(tenant_id: string, entries: ReadonlyArray<AuditEntry>): Effect.Effect<void, SqlError>
    /** A page, the newest first. */
    list(tenant_id: string, query: AuditQuery): Effect.Effect<AuditPage, SqlError | InvalidCursor>
    /** Deletes lines from before `before` (epoch milliseconds); answers how many. */
    expire(tenant_id: string, before: number): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/Audit") {
  static readonly layer = Layer.effect(
    Audit,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const add = Effect.fn("Audit.add")((tenant_id: string, entries: ReadonlyArray<AuditEntry>) =>
        insertAudit(sql, tenant_id, entries)
      )

      const below = ({ at, seq, id }: typeof Position.Type) =>
        sql`(at, seq, id) < (${isoOf(at)}::timestamptz, ${String(seq)}::bigint, ${id}::uuid)`

      const list = Effect.fn("Audit.list")(function* (tenant_id: string, query: AuditQuery) {
        const conditions = [sql`tenant_id = ${tenant_id}`]
        if (query.entity !== undefined) conditions.push(sql`entity_id = ${query.entity}`)
        if (query.field !== undefined) conditions.push(sql`field = ${query.field}`)
        if (query.cursor !== undefined) conditions.push(below(yield* cursor.decode(query.cursor)))
        const rows = yield* sql<Row>`
          select id, at, seq, actor, action, entity_kind, entity_id, field, old, new from audit
          where ${sql.and(conditions)} order by at desc, seq desc, id desc limit ${query.limit + 1}`
        const items = rows.slice(0, query.limit).map((row) => ({ ...row, at: row.at.getTime(), seq: Number(row.seq) }))
        const last = items.at(-1)
        if (rows.length === items.length || last === undefined) return { items, next_cursor: null }
        return { items, next_cursor: cursor.encode({ at: last.at, seq: last.seq, id: last.id }) }
      })

      const expire = Effect.fn("Audit.expire")(function* (tenant_id: string, before: number) {
        const rows = yield* sql<{ readonly expired: number }>`
          with expired as (
            delete from audit where tenant_id = ${tenant_id} and at < ${new Date(before)} returning 1
          )
          select count(*)::integer as expired from expired`
        return rows[0]?.expired ?? 0
      })

      return Audit.of({ add, list, expire })
    })
  )
}
