/** Payloads of accounts that are not registered yet (I9): they wait for the registration and are applied then. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import { datedNotAhead } from "../figures/dated-ahead.ts"
import type { SqlError } from "effect/sql/SqlError"
import { FaultPoints } from "../database/fault-points.ts"
import { fromCursor, type InvalidCursor, keyOf } from "../lists/cursor.ts"
import { type Page, pageOf } from "../lists/page.ts"
import { payloadId } from "./payload-id.ts"
import { hasRoom, type Held, heldIn, type Room } from "./room.ts"

/** A payload on its way to the waiting room. */
export interface Early {
  readonly tenant_id: string
  /** The provider's account id. */
  readonly account_id: string
  readonly source: string
  /** The raw bytes. */
  readonly body: Uint8Array
  /** Epoch milliseconds. */
  readonly received_at: number
}

export interface WaitingPayload extends Early {
  readonly id: string
  readonly size_bytes: number
}

/** The same without its bytes, for lists. */
export type ListedWaiting = Omit<WaitingPayload, "body">

/** What waits for one account. */
export interface AccountWaiting {
  readonly tenant_id: string
  readonly account_id: string
  readonly payloads: number
  /** When the first came, epoch milliseconds. */
  readonly oldest: number
}

/** Where a reader of one account's payloads stands: after this one. */
export type Place = Pick<WaitingPayload, "id" | "received_at">

type Timed<A> = Omit<A, "received_at"> & { readonly received_at: Date }

const timed = <A extends ListedWaiting>(row: Timed<A>) => ({ ...row, received_at: row.received_at.getTime() })

export class Waiting extends Context.Service<
  Waiting,
  {
    /** Keeps the payload if the tenant's room is not used up, or if no room is given; answers its id, none: nothing was kept. */
    addWithin(payload: Early, room: Room | null): Effect.Effect<Option.Option<string>, SqlError>
    /** Takes over what was in quarantine (`id`), where it counts as replayed at `at` (epoch milliseconds) then. In one step. */
    takeOver(payload: Early & { readonly id: string }, at: number): Effect.Effect<string, SqlError>
    /** What waits for an account, in the order in which it came, after `after`: as much as fits into `limit`, one at least. */
    forAccount(
      tenant_id: string,
      account_id: string,
      after: Place | null,
      limit: Room
    ): Effect.Effect<ReadonlyArray<WaitingPayload>, SqlError>
    /** A page, the newest first, of one account or of all. */
    list(
      tenant_id: string,
      query: {
        readonly account_id?: string | undefined
        readonly limit: number
        readonly cursor?: string | undefined
      }
    ): Effect.Effect<Page<ListedWaiting>, SqlError | InvalidCursor>
    get(tenant_id: string, id: string): Effect.Effect<Option.Option<WaitingPayload>, SqlError>
    /** The accounts of a tenant for which something waits, `limit` of them, those with the most first. */
    accounts(
      tenant_id: string,
      query: { readonly account_id?: string | undefined; readonly limit: number }
    ): Effect.Effect<ReadonlyArray<AccountWaiting>, SqlError>
    /** The accounts of all tenants, `limit` of them after `after`, by tenant and account. */
    everywhere(
      after: Pick<AccountWaiting, "tenant_id" | "account_id">,
      limit: number
    ): Effect.Effect<ReadonlyArray<AccountWaiting>, SqlError>
    /** Forgets payloads that were applied; answers what they were. */
    remove(tenant_id: string, ids: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<ListedWaiting>, SqlError>
    /** Deletes what was received before `before` (epoch milliseconds); answers how many. */
    expire(tenant_id: string, before: number, now: number): Effect.Effect<number, SqlError>
    /** What of all tenants waits. */
    readonly held: Effect.Effect<Held, SqlError>
  }
>()("switchboard/persistence/Waiting") {
  static readonly layer = Layer.effect(
    Waiting,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const fault = yield* FaultPoints

      const listed = sql`id, tenant_id, account_id, source, received_at, size_bytes`

      const addWithin = Effect.fn("Waiting.addWithin")(function* (payload: Early, room: Room | null) {
        const { tenant_id, account_id, source, received_at, body } = payload
        yield* fault("before_waiting")
        const id = idOf(payload)
        const fits =
          room === null
            ? sql`true`
            : sql`exists (select 1 from waiting where id = ${id}::uuid)
                or ${hasRoom(sql, sql`waiting where tenant_id = ${tenant_id}`, body.byteLength, room)}`
        const rows = yield* sql<{ readonly id: string }>`
          insert into waiting (id, tenant_id, account_id, source, received_at, body)
          select
            ${id}::uuid, ${tenant_id}::text, ${account_id}::text, ${source}::text,
            ${new Date(received_at)}::timestamptz, ${body}::bytea
          where ${fits}
          on conflict (id) do update set source = excluded.source
          returning id`
        return Option.map(Option.fromNullishOr(rows[0]), ({ id }) => id)
      })

      const takeOver = Effect.fn("Waiting.takeOver")(function* (payload: Early & { readonly id: string }, at: number) {
        const id = idOf(payload)
        yield* sql`
          with replayed as (
            update quarantine set replayed_at = coalesce(replayed_at, ${new Date(at)}::timestamptz)
            where tenant_id = ${payload.tenant_id} and id = ${payload.id}::uuid
            returning tenant_id, source, received_at, body
          )
          insert into waiting (id, tenant_id, account_id, source, received_at, body)
          select ${id}::uuid, tenant_id, ${payload.account_id}::text, source, received_at, body from replayed
          on conflict (id) do nothing`
        return id
      })

      const forAccount = Effect.fn("Waiting.forAccount")(function* (
        tenant_id: string,
        account_id: string,
        after: Place | null,
        limit: Room
      ) {
        const conditions = [sql`tenant_id = ${tenant_id}`, sql`account_id = ${account_id}`]
        if (after !== null)
          conditions.push(sql`(received_at, id) > (${new Date(after.received_at)}::timestamptz, ${after.id}::uuid)`)
        const rows = yield* sql<Timed<WaitingPayload>>`
          select waiting.id, tenant_id, account_id, source, waiting.received_at, size_bytes, body
          from waiting join (
            select id, sum(size_bytes) over (order by received_at, id) - size_bytes as before
            from (
              select id, received_at, size_bytes from waiting where ${sql.and(conditions)}
              order by received_at, id limit ${limit.payloads}
            ) as next
          ) as page using (id)
          where page.before < ${limit.bytes}::bigint
          order by waiting.received_at, waiting.id`
        return rows.map((row) => timed<WaitingPayload>(row) as WaitingPayload)
      })

      const list = Effect.fn("Waiting.list")(function* (
        tenant_id: string,
        query: { account_id?: string | undefined; limit: number; cursor?: string | undefined }
      ) {
        const conditions = [sql`tenant_id = ${tenant_id}`]
        if (query.account_id !== undefined) conditions.push(sql`account_id = ${query.account_id}`)
        if (query.cursor !== undefined) {
          const start = yield* fromCursor(query.cursor)
          conditions.push(sql`received_at <= ${keyOf(start)}::timestamptz
            and (received_at < ${keyOf(start)}::timestamptz or id > ${start.id}::uuid)`)
        }
        const rows = yield* sql<Timed<ListedWaiting>>`
          select ${listed} from waiting where ${sql.and(conditions)}
          order by received_at desc, id limit ${query.limit + 1}`
        return pageOf(rows.map(timed), query.limit)
      })

      const get = Effect.fn("Waiting.get")(function* (tenant_id: string, id: string) {
        const rows = yield* sql<Timed<WaitingPayload>>`
          select ${listed}, body from waiting where tenant_id = ${tenant_id} and id = ${id}::uuid`
        return Option.map(Option.fromNullishOr(rows[0]), (row) => timed<WaitingPayload>(row) as WaitingPayload)
      })

      const counted = sql`tenant_id, account_id, count(*)::integer as payloads, min(received_at) as oldest from waiting`
      const toAccount = (row: Omit<AccountWaiting, "oldest"> & { readonly oldest: Date }): AccountWaiting => ({
        ...row,
        oldest: row.oldest.getTime()
      })

      const accounts = Effect.fn("Waiting.accounts")(function* (
        tenant_id: string,
        query: { account_id?: string | undefined; limit: number }
      ) {
        const conditions = [sql`tenant_id = ${tenant_id}`]
        if (query.account_id !== undefined) conditions.push(sql`account_id = ${query.account_id}`)
        const rows = yield* sql<Omit<AccountWaiting, "oldest"> & { readonly oldest: Date }>`
          select ${counted} where ${sql.and(conditions)}
          group by tenant_id, account_id order by count(*) desc, account_id limit ${query.limit}`
        return rows.map(toAccount)
      })

      const everywhere = Effect.fn("Waiting.everywhere")(function* (
        after: Pick<AccountWaiting, "tenant_id" | "account_id">,
        limit: number
      ) {
        const rows = yield* sql<Omit<AccountWaiting, "oldest"> & { readonly oldest: Date }>`
          select ${counted} where (tenant_id, account_id) > (${after.tenant_id}::text, ${after.account_id}::text)
          group by tenant_id, account_id order by tenant_id, account_id limit ${limit}`
        return rows.map(toAccount)
      })

      const remove = Effect.fn("Waiting.remove")(function* (tenant_id: string, ids: ReadonlyArray<string>) {
        if (ids.length === 0) return []
        const rows = yield* sql<Timed<ListedWaiting>>`
          delete from waiting where tenant_id = ${tenant_id} and id = any(${[...ids]}::uuid[]) returning ${listed}`
        return rows.map(timed)
      })

      const expire = Effect.fn("Waiting.expire")(function* (tenant_id: string, before: number, now: number) {
        yield* datedNotAhead(sql, { table: "waiting", column: "received_at" }, tenant_id, now)
        const rows = yield* sql<{ readonly expired: number }>`
          with expired as (
            delete from waiting where tenant_id = ${tenant_id} and received_at < ${new Date(before)} returning 1
          )
          select count(*)::integer as expired from expired`
        return rows[0]?.expired ?? 0
      })

      const held = heldIn(sql, sql`waiting`).pipe(
        Effect.map(([row]) => ({ ...row!, oldest: row!.oldest?.getTime() ?? null })),
        Effect.withSpan("Waiting.held")
      )

      return Waiting.of({
        addWithin,
        takeOver,
        forAccount,
        list,
        get,
        accounts,
        everywhere,
        remove,
        expire,
        held
      })
    })
  )
}

const idOf = ({ tenant_id, account_id, source, body }: Early): string =>
  payloadId(["waiting", tenant_id, account_id, source], body)
