/** Payloads that were authentic and could not be understood or applied (I9): kept as they came, until replayed or expired. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import { datedNotAhead } from "../figures/dated-ahead.ts"
import type { SqlError } from "effect/sql/SqlError"
import { FaultPoints } from "../database/fault-points.ts"
import type { Fragment } from "effect/sql/Statement"
import { fromCursor, type InvalidCursor, keyOf } from "../lists/cursor.ts"
import { type Page, pageOf } from "../lists/page.ts"
import { payloadId } from "./payload-id.ts"
import { hasRoom, type Held, heldIn, type Room } from "./room.ts"

/** A payload on its way into quarantine. */
export interface Unreadable {
  readonly tenant_id: string
  /** Where it came in. */
  readonly source: string
  readonly reason: string
  /** The raw bytes. */
  readonly body: Uint8Array
  /** Epoch milliseconds. */
  readonly received_at: number
}

/** A payload in quarantine. Instants are epoch milliseconds; `replayed_at` null: not yet. */
export interface Quarantined extends Unreadable {
  readonly id: string
  readonly size_bytes: number
  readonly replayed_at: number | null
}

/** The same without its bytes, for lists. */
export type ListedQuarantined = Omit<Quarantined, "body">

export interface QuarantineQuery {
  /** Only from there. */
  readonly source?: string | undefined
  /** Only replayed or only not replayed ones. */
  readonly replayed?: boolean | undefined
  readonly limit: number
  readonly cursor?: string | undefined
}

type Times<A> = Omit<A, "received_at" | "replayed_at"> & {
  readonly received_at: Date
  readonly replayed_at: Date | null
}

const timed = <A extends ListedQuarantined>(row: Times<A>) => ({
  ...row,
  received_at: row.received_at.getTime(),
  replayed_at: row.replayed_at?.getTime() ?? null
})

export class Quarantine extends Context.Service<
  Quarantine,
  {
    /** Keeps the payload, whatever is kept already; answers its id, which is the same for the same bytes. */
    add(payload: Unreadable): Effect.Effect<string, SqlError>
    /** The same if the tenant's room is not used up by what was not replayed, or if no room is given; none: nothing was kept. */
    addWithin(payload: Unreadable, room: Room | null): Effect.Effect<Option.Option<string>, SqlError>
    /** Takes over what waited (`id`) and cannot be applied after all. In one step: it is never in both or in neither. */
    takeOver(
      payload: Omit<Unreadable, "reason"> & { readonly id: string },
      reason: string
    ): Effect.Effect<void, SqlError>
    /** A page, the newest first. */
    list(tenant_id: string, query: QuarantineQuery): Effect.Effect<Page<ListedQuarantined>, SqlError | InvalidCursor>
    /** Ids of what was not replayed, the oldest first. */
    unreplayed(
      tenant_id: string,
      query: { readonly limit: number; readonly cursor?: string | undefined }
    ): Effect.Effect<Page<string>, SqlError | InvalidCursor>
    /** How many were not replayed. */
    remaining(tenant_id: string): Effect.Effect<number, SqlError>
    get(tenant_id: string, id: string): Effect.Effect<Option.Option<Quarantined>, SqlError>
    /** Notes when (epoch milliseconds) it was replayed. The first replay's instant stays. */
    markReplayed(tenant_id: string, id: string, at: number): Effect.Effect<void, SqlError>
    /** Deletes one; answers what it was, none when there is no such. */
    remove(tenant_id: string, id: string): Effect.Effect<Option.Option<ListedQuarantined>, SqlError>
    /** Deletes what was received before `before` (epoch milliseconds); answers how many had been replayed, and how many never. */
    expire(
      tenant_id: string,
      before: number,
      now: number
    ): Effect.Effect<{ readonly replayed: number; readonly unreplayed: number }, SqlError>
    /** What of all tenants was not replayed. */
    readonly held: Effect.Effect<Held, SqlError>
  }
>()("switchboard/persistence/Quarantine") {
  static readonly layer = Layer.effect(
    Quarantine,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const fault = yield* FaultPoints

      const listed = sql`id, tenant_id, source, reason, received_at, replayed_at, size_bytes`

      /** A repeat of what was replayed and cannot be read again is a new case. */
      const insert = Effect.fnUntraced(function* (payload: Unreadable, condition: Fragment) {
        yield* fault("before_quarantine")
        const { tenant_id, source, reason, body, received_at } = payload
        const rows = yield* sql<{ readonly id: string }>`
          insert into quarantine (id, tenant_id, received_at, source, reason, body)
          select
            ${idOf(payload)}::uuid, ${tenant_id}::text, ${new Date(received_at)}::timestamptz, ${source}::text,
            ${reason}::text, ${body}::bytea
          where ${condition}
          on conflict (id) do update set
            reason = excluded.reason, replayed_at = null,
            received_at = greatest(quarantine.received_at, excluded.received_at)
          returning id`
        return Option.map(Option.fromNullishOr(rows[0]), ({ id }) => id)
      })

      const add = Effect.fn("Quarantine.add")((payload: Unreadable) =>
        Effect.map(insert(payload, sql`true`), Option.getOrThrow)
      )

      const addWithin = Effect.fn("Quarantine.addWithin")((payload: Unreadable, room: Room | null) => {
        const held = sql`quarantine where tenant_id = ${payload.tenant_id} and replayed_at is null`
        return insert(
          payload,
          room === null
            ? sql`true`
            : sql`exists (select 1 from quarantine where id = ${idOf(payload)}::uuid)
            or ${hasRoom(sql, held, payload.body.byteLength, room)}`
        )
      })

      const takeOver = Effect.fn("Quarantine.takeOver")(
        (payload: Omit<Unreadable, "reason"> & { readonly id: string }, reason: string) =>
          sql`
          with gone as (
            delete from waiting where tenant_id = ${payload.tenant_id} and id = ${payload.id}::uuid
            returning tenant_id, received_at, source, body
          )
          insert into quarantine (id, tenant_id, received_at, source, reason, body)
          select ${idOf(payload)}::uuid, tenant_id, received_at, source, ${reason}::text, body from gone
          on conflict (id) do update set reason = excluded.reason, replayed_at = null`.pipe(Effect.asVoid)
      )

      const list = Effect.fn("Quarantine.list")(function* (tenant_id: string, query: QuarantineQuery) {
        const conditions = [sql`tenant_id = ${tenant_id}`]
        if (query.source !== undefined) conditions.push(sql`source = ${query.source}`)
        if (query.replayed !== undefined)
          conditions.push(query.replayed ? sql`replayed_at is not null` : sql`replayed_at is null`)
        if (query.cursor !== undefined) {
          const start = yield* fromCursor(query.cursor)
          conditions.push(sql`received_at <= ${keyOf(start)}::timestamptz
            and (received_at < ${keyOf(start)}::timestamptz or id > ${start.id}::uuid)`)
        }
        const rows = yield* sql<Times<ListedQuarantined>>`
          select ${listed} from quarantine where ${sql.and(conditions)}
          order by received_at desc, id limit ${query.limit + 1}`
        return pageOf(rows.map(timed), query.limit)
      })

      const unreplayed = Effect.fn("Quarantine.unreplayed")(function* (
        tenant_id: string,
        query: { readonly limit: number; readonly cursor?: string | undefined }
      ) {
        const conditions = [sql`tenant_id = ${tenant_id}`, sql`replayed_at is null`]
        if (query.cursor !== undefined) {
          const start = yield* fromCursor(query.cursor)
          conditions.push(sql`received_at >= ${keyOf(start)}::timestamptz
            and (received_at > ${keyOf(start)}::timestamptz or id < ${start.id}::uuid)`)
        }
        const rows = yield* sql<{ readonly id: string; readonly received_at: Date }>`
          select id, received_at from quarantine where ${sql.and(conditions)}
          order by received_at, id desc limit ${query.limit + 1}`
        const { items, next_cursor } = pageOf(
          rows.map(({ id, received_at }) => ({ id, received_at: received_at.getTime() })),
          query.limit
        )
        return { items: items.map(({ id }) => id), next_cursor }
      })

      const remaining = Effect.fn("Quarantine.remaining")(function* (tenant_id: string) {
        const rows = yield* sql<{ readonly remaining: number }>`
          select count(*)::integer as remaining from quarantine where tenant_id = ${tenant_id} and replayed_at is null`
        return rows[0]!.remaining
      })

      const get = Effect.fn("Quarantine.get")(function* (tenant_id: string, id: string) {
        const rows = yield* sql<Times<Quarantined>>`
          select ${listed}, body from quarantine where tenant_id = ${tenant_id} and id = ${id}::uuid`
        return Option.map(Option.fromNullishOr(rows[0]), (row) => timed<Quarantined>(row) as Quarantined)
      })

      const markReplayed = Effect.fn("Quarantine.markReplayed")((tenant_id: string, id: string, at: number) =>
        sql`
            update quarantine set replayed_at = coalesce(replayed_at, ${new Date(at)})
            where tenant_id = ${tenant_id} and id = ${id}::uuid`.pipe(Effect.asVoid)
      )

      const remove = Effect.fn("Quarantine.remove")(function* (tenant_id: string, id: string) {
        const rows = yield* sql<Times<ListedQuarantined>>`
          delete from quarantine where tenant_id = ${tenant_id} and id = ${id}::uuid returning ${listed}`
        return Option.map(Option.fromNullishOr(rows[0]), timed)
      })

      const expire = Effect.fn("Quarantine.expire")(function* (tenant_id: string, before: number, now: number) {
        yield* datedNotAhead(sql, { table: "quarantine", column: "received_at" }, tenant_id, now)
        const rows = yield* sql<{ readonly replayed: number; readonly unreplayed: number }>`
          with expired as (
            delete from quarantine where tenant_id = ${tenant_id} and received_at < ${new Date(before)}
            returning replayed_at
          )
          select count(replayed_at)::integer as replayed, (count(*) - count(replayed_at))::integer as unreplayed
          from expired`
        return rows[0]!
      })

      const held = heldIn(sql, sql`quarantine where replayed_at is null`).pipe(
        Effect.map(([row]) => ({ ...row!, oldest: row!.oldest?.getTime() ?? null })),
        Effect.withSpan("Quarantine.held")
      )

      return Quarantine.of({
        add,
        addWithin,
        takeOver,
        list,
        unreplayed,
        remaining,
        get,
        markReplayed,
        remove,
        expire,
        held
      })
    })
  )
}

const idOf = ({ tenant_id, source, body }: Pick<Unreadable, "tenant_id" | "source" | "body">): string =>
  payloadId(["quarantine", tenant_id, source], body)
