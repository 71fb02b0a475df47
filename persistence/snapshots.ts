/**
 * Snapshots: a tenant's actors and rows at one seq (I5). Owns writing a cut in one transaction and reading actors back.
 * When a cut is due, and what it holds, is decided elsewhere.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { ActorKind } from "../machines/events.ts"
import { messageFields } from "../machines/message/fields.ts"
import { jsonChunks } from "./chunks.ts"
import { type Cut, CutOutrun, type EntityRow } from "./cut.ts"
import { isoOf, toColumns } from "./field-values.ts"
import { changeGroups } from "./message-changes.ts"
import { entityTables, memberTable, messageTable } from "./tables.ts"
import { columnTypes, type Upsert, upsert } from "./upsert.ts"

/** What wakes an actor. */
export interface SleepingActor {
  readonly id: string
  readonly internals: Uint8Array
}

const entityPlan = (kind: ActorKind, seq: number): Upsert => {
  const { table, id, fields } = entityTables[kind]
  return {
    table,
    key: { id },
    columns: { machine_state: "text", internals: "bytea", ...columnTypes(fields) },
    fixed: { seq }
  }
}

const memberPlan: Upsert = {
  table: memberTable.table,
  key: { conversation_id: "uuid", participant_id: "uuid" },
  columns: columnTypes(memberTable.fields)
}

const messagePlan = (names: ReadonlyArray<string>): Upsert => ({
  table: messageTable.table,
  key: { channel_id: "uuid", external_message_id: "text" },
  columns: { id: "uuid", conversation_id: "uuid", ...columnTypes(messageTable.fields, names) },
  kept: new Set(["id"])
})

export class Snapshots extends Context.Service<
  Snapshots,
  {
    /** Writes the whole cut or nothing. Fails with CutOutrun when another writer's cut is further on. */
    write(cut: Cut): Effect.Effect<void, SqlError | CutOutrun>
    /** The actors of a kind that exist, in no order. */
    load(
      tenant_id: string,
      kind: ActorKind,
      ids: ReadonlyArray<string>
    ): Effect.Effect<ReadonlyArray<SleepingActor>, SqlError>
    /** All actors of a kind. */
    loadAll(tenant_id: string, kind: ActorKind): Effect.Effect<ReadonlyArray<SleepingActor>, SqlError>
    /** The seq of the newest cut, 0 if there is none. */
    checkpoint(tenant_id: string): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/Snapshots") {
  static readonly layer = Layer.effect(
    Snapshots,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      /** Also locks the tenant's checkpoint, so that two cuts of a tenant never mix. */
      const moveCheckpoint = (cut: Cut) => sql`
        insert into checkpoints (tenant_id, seq, at)
        values (${cut.tenant_id}, ${cut.seq}, ${new Date(cut.at)})
        on conflict (tenant_id) do update set seq = excluded.seq, at = excluded.at
        where checkpoints.seq <= excluded.seq
        returning seq`

      const writeRows = Effect.fnUntraced(function* (tenant_id: string, plan: Upsert, rows: Iterable<unknown>) {
        for (const chunk of jsonChunks(rows)) yield* upsert(sql, tenant_id, plan, chunk)
      })

      const raiseToRead = (tenant_id: string, horizons: string) => sql`
        update messages set status = 'read'
        from jsonb_to_recordset(${horizons}::jsonb) as horizon (conversation_id uuid, at timestamptz)
        where messages.tenant_id = ${tenant_id}
          and messages.conversation_id = horizon.conversation_id
          and messages.direction = 'outbound'
          and messages.status <> 'read'
          and messages.sent_at <= horizon.at`

      const writeAll = Effect.fnUntraced(function* (cut: Cut) {
        const moved = yield* moveCheckpoint(cut)
        if (moved.length === 0) return yield* new CutOutrun({ tenant_id: cut.tenant_id, seq: cut.seq })
        for (const [kind, rows] of Object.entries(cut.entities) as Array<[ActorKind, ReadonlyArray<EntityRow>]>) {
          yield* writeRows(cut.tenant_id, entityPlan(kind, cut.seq), entityJson(kind, rows))
        }
        yield* writeRows(cut.tenant_id, memberPlan, memberJson(cut.members))
        for (const { names, changes } of changeGroups(cut.messages)) {
          yield* writeRows(cut.tenant_id, messagePlan(names), messageJson(names, changes))
        }
        for (const chunk of jsonChunks(horizonJson(cut.read_horizons))) yield* raiseToRead(cut.tenant_id, chunk)
      })

      const write = Effect.fn("Snapshots.write")((cut: Cut) => sql.withTransaction(writeAll(cut)))

      const load = Effect.fn("Snapshots.load")((tenant_id: string, kind: ActorKind, ids: ReadonlyArray<string>) => {
        const { table, id } = entityTables[kind]
        return sql<SleepingActor>`
          select id, internals from ${sql(table)}
          where tenant_id = ${tenant_id} and id = any(${[...ids]}::${sql.literal(id)}[])`
      })

      const loadAll = Effect.fn("Snapshots.loadAll")(
        (tenant_id: string, kind: ActorKind) =>
          sql<SleepingActor>`select id, internals from ${sql(entityTables[kind].table)} where tenant_id = ${tenant_id}`
      )

      const checkpoint = Effect.fn("Snapshots.checkpoint")(function* (tenant_id: string) {
        const rows = yield* sql<{ readonly seq: bigint }>`select seq from checkpoints where tenant_id = ${tenant_id}`
        return Number(rows[0]?.seq ?? 0)
      })

      return Snapshots.of({ write, load, loadAll, checkpoint })
    })
  )
}

function* entityJson(kind: ActorKind, rows: ReadonlyArray<EntityRow>) {
  const { fields } = entityTables[kind]
  for (const row of rows) {
    const { buffer, byteOffset, byteLength } = row.internals
    yield {
      ...toColumns(fields, row.fields),
      id: row.id,
      machine_state: row.machine_state,
      internals: Buffer.from(buffer, byteOffset, byteLength).toString("base64")
    }
  }
}

function* memberJson(rows: Cut["members"]) {
  for (const { conversation_id, participant_id, fields } of rows) {
    yield { ...toColumns(memberTable.fields, fields), conversation_id, participant_id }
  }
}

function* messageJson(names: ReadonlyArray<string>, changes: Cut["messages"]) {
  for (const { id, channel_id, conversation_id, external_message_id, fields } of changes) {
    yield { ...toColumns(messageFields, fields, names), id, channel_id, conversation_id, external_message_id }
  }
}

function* horizonJson(horizons: Cut["read_horizons"]) {
  for (const { conversation_id, at } of horizons) yield { conversation_id, at: isoOf(at) }
}
