/** What is announced to the CRMs, and what became of it at each endpoint. Announcing itself is the cut's (snapshots.ts). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Fragment } from "effect/sql/Statement"
import { storableJson } from "../database/field-values.ts"
import { datedNotAhead } from "../figures/dated-ahead.ts"

export type OutgoingStatus = "pending" | "delivered" | "dead"

/** An announcement at one endpoint; `endpoint_id` null: no endpoint has chosen its kind yet. Instants are epoch milliseconds. */
export interface OutgoingRow {
  readonly tenant_id: string
  readonly id: string
  readonly endpoint_id: string | null
  readonly type: string
  readonly body: string
  readonly status: OutgoingStatus
  readonly attempts: number
  readonly created_at: number
  readonly next_attempt_at: number
  readonly delivered_at: number | null
  readonly last_error: string | null
}

/** One that is to be tried now, and where. */
export interface DueDelivery extends OutgoingRow {
  readonly endpoint_id: string
  readonly url: string
  /** Sealed. */
  readonly secret: string
  /** Tries in a row, before this one, in which the endpoint took nothing. */
  readonly failures: number
}

type Row<A extends OutgoingRow = OutgoingRow> = Omit<A, "created_at" | "next_attempt_at" | "delivered_at"> & {
  readonly created_at: Date
  readonly next_attempt_at: Date | null
  readonly delivered_at: Date | null
}
const toOutgoing = <A extends OutgoingRow>(row: Row<A>): A =>
  ({
    ...row,
    created_at: row.created_at.getTime(),
    next_attempt_at: (row.next_attempt_at ?? row.created_at).getTime(),
    delivered_at: row.delivered_at?.getTime() ?? null
  }) as unknown as A

/** How many may be taken. */
export interface OutgoingRoom {
  readonly limit: number
  /** Of one endpoint, those included that are under way; of one that failed last, a single one. */
  readonly perEndpoint: number
  /** Under way, by tenant and endpoint (`placeOf`). */
  readonly taken: ReadonlyMap<string, number>
}

/** An endpoint among all tenants'. */
export const placeOf = (tenant_id: string, endpoint_id: string): string => `${tenant_id} ${endpoint_id}`

/** The longest wait between two tries (src/outgoing/delivery.ts), with its jitter and some clock slack, milliseconds. */
const longestPending = 8 * 3_600_000

export class Outgoing extends Context.Service<
  Outgoing,
  {
    /** The newest `limit`, of one status, kind or endpoint, or all. */
    list(
      tenant_id: string,
      only: {
        readonly status?: OutgoingStatus | undefined
        readonly type?: string | undefined
        readonly endpoint?: string | undefined
      },
      limit: number
    ): Effect.Effect<ReadonlyArray<OutgoingRow>, SqlError>
    /**
     * Takes what is due, counts the attempt and keeps it from others until `lease`. Of a stream, an endpoint is given the first that
     * it has not taken yet, and no other. Nothing for endpoints that are paused.
     */
    claim(
      now: number,
      lease: number,
      room: OutgoingRoom,
      /** Nothing waits for longer than until then; what seems to, a clock that was ahead has put there. */
      latest?: number
    ): Effect.Effect<ReadonlyArray<DueDelivery>, SqlError>
    delivered(row: DueDelivery, at: number): Effect.Effect<void, SqlError>
    /** It was not taken: `next` is when it is tried again; null: never. */
    failed(row: DueDelivery, error: string, next: number | null): Effect.Effect<void, SqlError>
    /**
     * Deletes announcements made before `before` (epoch milliseconds), delivered or not. Answers how many went, and how many of
     * them nobody had taken. Behind the cut no replay announces them again.
     */
    expire(
      tenant_id: string,
      before: number,
      now: number
    ): Effect.Effect<{ readonly gone: number; readonly untaken: number }, SqlError>
    /** One that is dead, or delivered and wanted again, is tried from the start, at one endpoint or all; how many it is. */
    revive(
      tenant_id: string,
      id: string,
      endpoint: string | null,
      from: ReadonlyArray<OutgoingStatus>,
      at: number
    ): Effect.Effect<number, SqlError>
    /** All that an endpoint was to get in a span of time, once more and in order; how many it is. */
    replay(
      tenant_id: string,
      endpoint: string,
      span: { readonly from: number; readonly to: number },
      at: number
    ): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/Outgoing") {
  static readonly layer = Layer.effect(
    Outgoing,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const list = Effect.fn("Outgoing.list")(function* (
        tenant_id: string,
        { status, type, endpoint }: { status?: OutgoingStatus; type?: string; endpoint?: string },
        limit: number
      ) {
        const rows = yield* sql<Row>`
          select outgoing.tenant_id, outgoing.id, endpoint_id, type, body, coalesce(status, 'pending') as status,
            coalesce(attempts, 0) as attempts, created_at, next_attempt_at, delivered_at, last_error
          from outgoing
          left join outgoing_deliveries
            on outgoing_deliveries.tenant_id = outgoing.tenant_id and outgoing_id = outgoing.id
          where outgoing.tenant_id = ${tenant_id}
            and ${status === undefined ? sql`true` : sql`coalesce(status, 'pending') = ${status}`}
            and ${type === undefined ? sql`true` : sql`type = ${type}`}
            and ${endpoint === undefined ? sql`true` : sql`endpoint_id = ${endpoint}`}
          order by created_at desc, outgoing.place desc, outgoing.id, endpoint_id limit ${limit}`
        return rows.map(toOutgoing)
      })

      const claim = Effect.fn("Outgoing.claim")(function* (
        now: number,
        lease: number,
        room: OutgoingRoom,
        latest: number = now + longestPending
      ) {
        const isDue = (at: Fragment) => sql`(${at} <= ${new Date(now)} or ${at} > ${new Date(latest)})`
        const taken = storableJson(Object.fromEntries(room.taken))
        const rows = yield* sql<Row<DueDelivery>>`
          update outgoing_deliveries set attempts = attempts + 1, next_attempt_at = ${new Date(lease)}
          from (
            select waiting.tenant_id, waiting.endpoint_id, waiting.outgoing_id, queued.url, queued.secret, queued.failures
            from (
              select endpoint.tenant_id, endpoint.id as endpoint_id, url, secret, failures, first.outgoing_id
              from outgoing_endpoints as endpoint
              cross join lateral (
                select outgoing_id, next_attempt_at, place
                from outgoing_deliveries as each
                where each.tenant_id = endpoint.tenant_id and each.endpoint_id = endpoint.id
                  and each.status = 'pending' and ${isDue(sql`each.next_attempt_at`)}
                  and not exists (
                    select from outgoing_deliveries as earlier
                    where earlier.tenant_id = each.tenant_id and earlier.endpoint_id = each.endpoint_id
                      and earlier.stream = each.stream and earlier.status = 'pending'
                      and (earlier.place, earlier.outgoing_id) < (each.place, each.outgoing_id))
                order by next_attempt_at, place
                limit greatest(0,
                  case when failures > 0 then 1 else ${room.perEndpoint} end
                    - coalesce((${taken}::jsonb ->> (endpoint.tenant_id || ' ' || endpoint.id))::integer, 0))
              ) as first
              where endpoint.paused_until is null or ${isDue(sql`endpoint.paused_until`)}
              order by first.next_attempt_at, first.place limit ${room.limit}
            ) as queued
            join outgoing_deliveries as waiting using (tenant_id, endpoint_id, outgoing_id)
            where waiting.status = 'pending' and ${isDue(sql`waiting.next_attempt_at`)}
            for update of waiting skip locked
          ) as due, outgoing
          where outgoing_deliveries.tenant_id = due.tenant_id and outgoing_deliveries.endpoint_id = due.endpoint_id
            and outgoing_deliveries.outgoing_id = due.outgoing_id
            and outgoing.tenant_id = due.tenant_id and outgoing.id = due.outgoing_id
          returning due.tenant_id, outgoing.id, due.endpoint_id, type, body, status, attempts, created_at,
            next_attempt_at, delivered_at, last_error, url, secret, failures`
        return rows.map((row) => toOutgoing<DueDelivery>(row))
      })

      const delivered = Effect.fn("Outgoing.delivered")(({ tenant_id, endpoint_id, id }: DueDelivery, at: number) =>
        sql`
          update outgoing_deliveries set status = 'delivered', delivered_at = ${new Date(at)}, last_error = null
          where tenant_id = ${tenant_id} and endpoint_id = ${endpoint_id} and outgoing_id = ${id}::uuid`.pipe(
          Effect.asVoid
        )
      )

      const failed = Effect.fn("Outgoing.failed")(
        ({ tenant_id, endpoint_id, id, next_attempt_at }: DueDelivery, error: string, next: number | null) =>
          sql`
            update outgoing_deliveries
            set status = ${next === null ? "dead" : "pending"}, last_error = ${error},
              next_attempt_at = ${new Date(next ?? next_attempt_at)}
            where tenant_id = ${tenant_id} and endpoint_id = ${endpoint_id} and outgoing_id = ${id}::uuid
              and status = 'pending'`.pipe(Effect.asVoid)
      )

      const revive = Effect.fn("Outgoing.revive")(function* (
        tenant_id: string,
        id: string,
        endpoint: string | null,
        from: ReadonlyArray<OutgoingStatus>,
        at: number
      ) {
        const rows = yield* sql`
          update outgoing_deliveries set status = 'pending', attempts = 0, next_attempt_at = ${new Date(at)}
          where tenant_id = ${tenant_id} and outgoing_id = ${id}::uuid and status = any(${[...from]}::text[])
            and ${endpoint === null ? sql`true` : sql`endpoint_id = ${endpoint}`}
          returning outgoing_id`
        return rows.length
      })

      const replay = Effect.fn("Outgoing.replay")(function* (
        tenant_id: string,
        endpoint: string,
        { from, to }: { readonly from: number; readonly to: number },
        at: number
      ) {
        const rows = yield* sql`
          update outgoing_deliveries set status = 'pending', attempts = 0, next_attempt_at = ${new Date(at)}
          from outgoing
          where outgoing_deliveries.tenant_id = ${tenant_id} and endpoint_id = ${endpoint}
            and outgoing.tenant_id = ${tenant_id} and outgoing.id = outgoing_id
            and created_at >= ${new Date(from)} and created_at < ${new Date(to)}
          returning outgoing_id`
        return rows.length
      })

      const expire = Effect.fn("Outgoing.expire")(function* (tenant_id: string, before: number, now: number) {
        yield* datedNotAhead(sql, { table: "outgoing", column: "created_at" }, tenant_id, now)
        const rows = yield* sql<{ readonly gone: number; readonly untaken: number }>`
          with expired as (
            delete from outgoing where tenant_id = ${tenant_id} and created_at < ${new Date(before)} returning id
          ), forgotten as (
            delete from outgoing_deliveries
            where tenant_id = ${tenant_id} and outgoing_id in (select id from expired)
            returning outgoing_id, status
          )
          select count(*)::integer as gone,
            count(*) filter (
              where not exists (
                select from forgotten where outgoing_id = expired.id and status = 'delivered')
            )::integer as untaken
          from expired`
        return rows[0]!
      })

      return Outgoing.of({ list, claim, delivered, failed, revive, replay, expire })
    })
  )
}
