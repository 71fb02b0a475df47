/**
 * Snapshots: a tenant's actors and rows at one seq (I5). Owns writing a cut in one transaction and reading actors back.
 * When a cut is due, and what it holds, is decided elsewhere.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Iterable from "effect/Iterable"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import type { SqlError } from "effect/sql/SqlError"
import type { ActorKind } from "../../machines/events.ts"
import { type MemberFields, memberFields } from "../../machines/member/fields.ts"
import { insertAudit } from "../registers/audit.ts"
import { chunksOf, type OutgoingRow } from "../database/chunks.ts"
import {
  entityPlan,
  entityRows,
  horizonRows,
  memberPlan,
  memberRows,
  messagePlan,
  messageRows,
  outgoingRows
} from "./cut-rows.ts"
import { type Cut, type CutMessage, CutOutrun, type EntityRow, type JoinedRows, type MessageRows } from "./cut.ts"
import { EventsClient } from "../database/events-client.ts"
import { FaultPoints } from "../database/fault-points.ts"
import { fromColumns, storableJson } from "../database/field-values.ts"
import { changeGroups } from "./message-changes.ts"
import { markDays, markDaysIn, markDaysOf, staleDaysOf } from "./stale-days.ts"
import { entityTables } from "../database/tables.ts"
import { type Upsert, upsert } from "./upsert.ts"

/** Bytes of snapshots that are read at once, and actors where all of a kind are read (I8). */
const atOnceBytes = 16 * 2 ** 20
const pageLength = 1_000

/** What wakes an actor. */
export interface SleepingActor {
  readonly id: string
  readonly internals: Uint8Array
}

/** Whether the page was the last: neither its length nor its bytes were used up. */
const isLast = (page: ReadonlyArray<SleepingActor>): boolean =>
  page.length < pageLength && page.reduce((sum, { internals }) => sum + internals.byteLength, 0) < atOnceBytes

/** A member's row; instants are epoch milliseconds. */
export type StoredMember = MemberFields & { readonly participant_id: string }

/**
 * Cuts written at the same time, over all tenants: waking an actor must always find a connection that waits for none of their
 * locks.
 */
const cutsAtOnce = 3
/** Changes of messages that are prepared at once: their days, their columns, their ids. */
const messagesAtOnce = 512

export class Snapshots extends Context.Service<
  Snapshots,
  {
    /**
     * Writes the whole cut or nothing. Fails with CutOutrun when another writer's cut is further on. `patience`: what one statement
     * may take, in milliseconds, where the session's own bound is not enough.
     */
    write(cut: Cut, patience?: number | null): Effect.Effect<void, SqlError | CutOutrun>
    /**
     * Those of the actors that exist, in no order. Heavy ones only in part, at least one (I8): `left` are those that exist and
     * were left out.
     */
    load(
      tenant_id: string,
      kind: ActorKind,
      ids: ReadonlyArray<string>
    ): Effect.Effect<{ readonly actors: ReadonlyArray<SleepingActor>; readonly left: ReadonlyArray<string> }, SqlError>
    /** All actors of a kind, by id, a page at a time. */
    loadAll(tenant_id: string, kind: ActorKind): Stream.Stream<SleepingActor, SqlError>
    /** How many actors of these kinds a tenant has, and the bytes of their snapshots. */
    weigh(
      tenant_id: string,
      kinds: ReadonlyArray<ActorKind>
    ): Effect.Effect<{ readonly actors: number; readonly bytes: number }, SqlError>
    /** An actor's fields as its columns say, in context form; null when it has no row. For one whose bytes cannot be read. */
    columns(
      tenant_id: string,
      kind: ActorKind,
      id: string
    ): Effect.Effect<Readonly<Record<string, unknown>> | null, SqlError>
    /** The members of a conversation as their rows say. */
    members(tenant_id: string, conversation_id: string): Effect.Effect<ReadonlyArray<StoredMember>, SqlError>
    /** The seq of the newest cut, 0 if there is none. */
    checkpoint(tenant_id: string): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/Snapshots") {
  static readonly layer = Layer.effect(
    Snapshots,
    Effect.gen(function* () {
      const sql = yield* EventsClient
      const fault = yield* FaultPoints
      const atOnce = yield* Semaphore.make(cutsAtOnce)

      /** Moves the checkpoint; no row: another cut is further on. Its lock keeps two cuts of a tenant apart. */
      const moveCheckpoint = (cut: Cut) => sql`
        insert into checkpoints (tenant_id, seq, at)
        values (${cut.tenant_id}, ${cut.seq}, ${new Date(cut.at)})
        on conflict (tenant_id) do update set seq = excluded.seq, at = excluded.at
        where checkpoints.seq <= excluded.seq
        returning seq`

      /** While the database writes a portion, the next one is encoded. */
      const writeRows = Effect.fnUntraced(function* (tenant_id: string, plan: Upsert, rows: Iterable<OutgoingRow>) {
        const chunks = chunksOf(rows)
        for (let next = chunks.next(); !next.done;) {
          const written = yield* Effect.forkChild(upsert(sql, tenant_id, plan, next.value), { startImmediately: true })
          next = chunks.next()
          yield* Fiber.join(written)
        }
      })

      const raiseToRead = (tenant_id: string, horizons: string) => sql`
        update messages set status = 'read', read_at = earliest.read_at, updated_at = greatest(messages.updated_at, earliest.read_at)
        from (
          select sent.conversation_id, sent.external_message_id, min(horizon.read_at) as read_at
          from json_to_recordset(${horizons}::json) as horizon (conversation_id uuid, at timestamptz, read_at timestamptz)
          join messages sent on sent.conversation_id = horizon.conversation_id and sent.sent_at <= horizon.at
          where sent.tenant_id = ${tenant_id} and sent.direction = 'outbound'
          group by sent.conversation_id, sent.external_message_id
        ) as earliest
        where messages.tenant_id = ${tenant_id}
          and messages.conversation_id = earliest.conversation_id
          and messages.external_message_id = earliest.external_message_id
          and (messages.status <> 'read' or messages.read_at is null or messages.read_at > earliest.read_at)`

      /** A person's messages, reactions and membership under the participant that the person is now (CONTRACT 2.7). */
      const movePerson = Effect.fnUntraced(function* (tenant_id: string, move: NonNullable<Cut["moves"]>[number]) {
        const { conversation_id, from, into } = move
        yield* sql`
          delete from members
          where tenant_id = ${tenant_id} and conversation_id = ${conversation_id}::uuid and participant_id = ${from}::uuid`
        yield* sql`
          update messages set sender_participant_id = ${into}::uuid
          where tenant_id = ${tenant_id} and conversation_id = ${conversation_id}::uuid
            and sender_participant_id = ${from}::uuid`
        // The id occurs in a reaction only as this text.
        for (const column of [sql("reactions"), sql("withdrawn_reactions")])
          yield* sql`
            update messages set ${column} = replace(${column}::text, ${from}::text, ${into}::text)::jsonb
            where tenant_id = ${tenant_id} and conversation_id = ${conversation_id}::uuid
              and ${column}::text like '%' || ${from}::text || '%'`
      })

      const writeRecord = (tenant_id: string, { record_id, record }: NonNullable<Cut["records"]>[number]) => {
        if (record === null)
          return sql`delete from crm_records where tenant_id = ${tenant_id} and record_id = ${record_id}`
        const { emails, phones, linkedin, domains } = record
        const identifiers = storableJson({ emails, phones, linkedin, domains })
        return sql`
          insert into crm_records (tenant_id, record_id, kind, pipeline_id, identifiers)
          values (${tenant_id}, ${record_id}, ${record.kind}, ${record.pipeline_id}, ${identifiers}::jsonb)
          on conflict (tenant_id, record_id) do update
          set kind = excluded.kind, pipeline_id = excluded.pipeline_id, identifiers = excluded.identifiers`
      }

      /**
       * Announcements, and a delivery for each endpoint that chose them. A replay announces again under the same id: what is there,
       * sent or not, stays as it is.
       */
      const writeOutgoing = (tenant_id: string, json: string) => sql`
        with made as (
          insert into outgoing (tenant_id, id, type, body, stream, place, created_at)
          select ${tenant_id}, id, type, body, stream, place, at
          from jsonb_to_recordset(${json}::jsonb)
            as announced (id uuid, type text, body text, stream text, place bigint, at timestamptz)
          on conflict (tenant_id, id) do nothing
          returning id, type, stream, place, created_at
        )
        insert into outgoing_deliveries (tenant_id, endpoint_id, outgoing_id, stream, place, next_attempt_at)
        select ${tenant_id}, outgoing_endpoints.id, made.id, made.stream, made.place, made.created_at
        from made
        join outgoing_endpoints on outgoing_endpoints.tenant_id = ${tenant_id} and made.type = any(outgoing_endpoints.events)`

      const writeMessages = Effect.fnUntraced(function* (
        tenant_id: string,
        seq: number,
        messages: ReadonlyArray<CutMessage>
      ) {
        const stale = staleDaysOf(messages)
        // A change may move a message to another day; then both days are stale.
        for (const changed of stale.changed) yield* markDaysOf(sql, tenant_id, seq, changed)
        for (const { names, changes } of changeGroups(messages)) {
          yield* writeRows(tenant_id, messagePlan(names), messageRows(names, changes))
        }
        for (const changed of stale.changed) yield* markDaysOf(sql, tenant_id, seq, changed)
        if (stale.days.length > 0) yield* markDays(sql, tenant_id, seq, stale.days)
      })

      const writeSpan = Effect.fnUntraced(function* (tenant_id: string, seq: number, span: MessageRows) {
        for (const messages of Iterable.chunksOf(span.messages, messagesAtOnce)) {
          yield* writeMessages(tenant_id, seq, messages)
        }
        for (const move of span.moves ?? []) yield* movePerson(tenant_id, move)
        for (const { json } of chunksOf(horizonRows(span.read_horizons))) yield* raiseToRead(tenant_id, json)
      })

      /**
       * Moves the rows of a merged conversation. Where both have a message of one id, that of `from` gets a second one, as the
       * machine has it (joining.ts), so that neither is overwritten.
       */
      const joinRows = Effect.fnUntraced(function* (tenant_id: string, seq: number, { from, into }: JoinedRows) {
        yield* markDaysIn(sql, tenant_id, seq, from)
        yield* sql`
          update messages set conversation_id = ${into}::uuid,
            external_message_id = case
              when exists (
                select from messages as other
                where other.tenant_id = ${tenant_id} and other.conversation_id = ${into}::uuid
                  and other.external_message_id = messages.external_message_id
              ) then messages.external_message_id || ' ' || messages.conversation_id::text
              else messages.external_message_id
            end
          where tenant_id = ${tenant_id} and conversation_id = ${from}::uuid`
      })

      const writeAll = Effect.fnUntraced(function* (cut: Cut, patience: number | null) {
        if (patience !== null) yield* sql`select set_config('statement_timeout', ${String(patience)}, true)`
        const moved = yield* moveCheckpoint(cut)
        if (moved.length === 0) return yield* new CutOutrun({ tenant_id: cut.tenant_id, seq: cut.seq })
        for (const [kind, rows] of Object.entries(cut.entities) as Array<[ActorKind, Iterable<EntityRow>]>) {
          yield* writeRows(cut.tenant_id, entityPlan(kind, cut.seq), entityRows(kind, rows))
        }
        yield* writeRows(cut.tenant_id, memberPlan, memberRows(cut.members))
        yield* fault("amid_cut")
        for (const joined of cut.joins ?? []) {
          yield* writeSpan(cut.tenant_id, cut.seq, joined.before)
          yield* joinRows(cut.tenant_id, cut.seq, joined)
        }
        yield* writeSpan(cut.tenant_id, cut.seq, cut)
        for (const change of cut.records ?? []) yield* writeRecord(cut.tenant_id, change)
        for (const { json } of chunksOf(outgoingRows(cut.outgoing ?? []))) yield* writeOutgoing(cut.tenant_id, json)
        yield* insertAudit(sql, cut.tenant_id, cut.audit ?? [])
        yield* fault("before_cut_commit")
      })

      const write = Effect.fn("Snapshots.write")((cut: Cut, patience: number | null = null) =>
        Effect.andThen(atOnce.withPermits(1)(sql.withTransaction(writeAll(cut, patience))), fault("after_cut_commit"))
      )

      const load = Effect.fn("Snapshots.load")(function* (
        tenant_id: string,
        kind: ActorKind,
        ids: ReadonlyArray<string>
      ) {
        const { table, id } = entityTables[kind]
        yield* fault("wake")
        // The length of what is stored apart is known without reading it.
        const rows = yield* sql<{ readonly id: string; readonly internals: Uint8Array | null }>`
          select id, case when before < ${atOnceBytes} then internals end as internals
          from (
            select id, internals, sum(octet_length(internals)) over (order by id) - octet_length(internals) as before
            from ${sql(table)}
            where tenant_id = ${tenant_id} and id = any(${[...ids]}::${sql.literal(id)}[])
          ) as asleep`
        return {
          actors: rows.filter((row): row is SleepingActor => row.internals !== null),
          left: rows.flatMap((row) => (row.internals === null ? [row.id] : []))
        }
      })

      const page = Effect.fn("Snapshots.page")(function* (tenant_id: string, kind: ActorKind, after: string | null) {
        const { table, id } = entityTables[kind]
        return yield* sql<SleepingActor>`
          select id, internals
          from (
            select id, internals, sum(octet_length(internals)) over (order by id) - octet_length(internals) as before
            from (
              select id, internals from ${sql(table)}
              where tenant_id = ${tenant_id} and (${after}::text is null or id > ${after}::${sql.literal(id)})
              order by id limit ${pageLength}
            ) as next
          ) as weighed
          where before < ${atOnceBytes}
          order by id`
      })

      const loadAll = (tenant_id: string, kind: ActorKind) =>
        Stream.paginate(null as string | null, (after) =>
          Effect.map(page(tenant_id, kind, after), (actors) => [
            actors,
            isLast(actors) ? Option.none() : Option.some(actors.at(-1)!.id)
          ])
        )

      const weigh = Effect.fn("Snapshots.weigh")(function* (tenant_id: string, kinds: ReadonlyArray<ActorKind>) {
        let [actors, bytes] = [0, 0]
        for (const kind of kinds) {
          const [row] = yield* sql<{ readonly actors: number; readonly bytes: number }>`
            select count(*)::integer as actors, coalesce(sum(octet_length(internals)), 0)::float8 as bytes
            from ${sql(entityTables[kind].table)} where tenant_id = ${tenant_id}`
          actors += row!.actors
          bytes += row!.bytes
        }
        return { actors, bytes }
      })

      const columns = Effect.fn("Snapshots.columns")(function* (tenant_id: string, kind: ActorKind, id: string) {
        const { table, fields, id: type } = entityTables[kind]
        const rows = yield* sql<Record<string, unknown>>`
          select * from ${sql(table)} where tenant_id = ${tenant_id} and id = ${id}::${sql.literal(type)}`
        return rows[0] === undefined ? null : fromColumns(fields, rows[0])
      })

      const members = Effect.fn("Snapshots.members")(function* (tenant_id: string, conversation_id: string) {
        const rows = yield* sql<Record<string, unknown> & { readonly participant_id: string }>`
          select * from members where tenant_id = ${tenant_id} and conversation_id = ${conversation_id}::uuid`
        return rows.map((row) => ({
          ...(fromColumns(memberFields, row) as MemberFields),
          participant_id: row.participant_id
        }))
      })

      const checkpoint = Effect.fn("Snapshots.checkpoint")(function* (tenant_id: string) {
        const rows = yield* sql<{ readonly seq: bigint }>`select seq from checkpoints where tenant_id = ${tenant_id}`
        return Number(rows[0]?.seq ?? 0)
      })

      return Snapshots.of({ write, load, loadAll, weigh, columns, members, checkpoint })
    })
  )
}
