/** What is announced to the CRMs: where each tenant's goes, what waits, what was tried. Announcing itself is the cut's (snapshots.ts). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { Fragment } from "effect/sql/Statement"
import { datedNotAhead } from "../figures/dated-ahead.ts"
import type { SqlError } from "effect/sql/SqlError"
import { storableJson } from "../database/field-values.ts"

/** Where a tenant's announcements go. `secret` is sealed. */
export interface OutgoingEndpoint {
  readonly url: string
  readonly secret: string
}

export type OutgoingStatus = "pending" | "delivered" | "dead"

/** Instants are epoch milliseconds. */
export interface OutgoingRow {
  readonly tenant_id: string
  readonly id: string
  readonly type: string
  readonly body: string
  readonly status: OutgoingStatus
  readonly attempts: number
  readonly created_at: number
  readonly next_attempt_at: number
  readonly delivered_at: number | null
  readonly last_error: string | null
}

type Row = Omit<OutgoingRow, "created_at" | "next_attempt_at" | "delivered_at"> & {
  readonly created_at: Date
  readonly next_attempt_at: Date
  readonly delivered_at: Date | null
}
const toOutgoing = (row: Row): OutgoingRow => ({
  ...row,
  created_at: row.created_at.getTime(),
  next_attempt_at: row.next_attempt_at.getTime(),
  delivered_at: row.delivered_at?.getTime() ?? null
})

/** How many may be taken. */
export interface OutgoingRoom {
  readonly limit: number
  /** Of one tenant, those included that are under way. */
  readonly perTenant: number
  /** Under way, by tenant. */
  readonly taken: ReadonlyMap<string, number>
}

/** The longest wait between two tries (src/outgoing/delivery.ts), with its jitter and some clock slack, milliseconds. */
const longestPending = 8 * 3_600_000

export class Outgoing extends Context.Service<
  Outgoing,
  {
    endpoint(tenant_id: string): Effect.Effect<OutgoingEndpoint | null, SqlError>
    /** Sets it; whatever waited longer is due at once. */
    setEndpoint(tenant_id: string, endpoint: OutgoingEndpoint, at: number): Effect.Effect<void, SqlError>
    /** Another address under the secret as it is; whether there was an endpoint. */
    moveEndpoint(tenant_id: string, url: string, at: number): Effect.Effect<boolean, SqlError>
    /** The secret in another sealing, unless it was set anew meanwhile; whether it was written. */
    resealEndpoint(tenant_id: string, from: string, to: string): Effect.Effect<boolean, SqlError>
    /** The newest `limit`, of one status or all. */
    list(
      tenant_id: string,
      status: OutgoingStatus | null,
      limit: number
    ): Effect.Effect<ReadonlyArray<OutgoingRow>, SqlError>
    /** Takes what is due, counts the attempt and keeps it from others until `lease`. Only tenants with an endpoint. */
    claim(
      now: number,
      lease: number,
      room: OutgoingRoom,
      /** Nothing waits for longer than until then; what seems to, a clock that was ahead has put there. */
      latest?: number
    ): Effect.Effect<ReadonlyArray<OutgoingRow>, SqlError>
    delivered(row: OutgoingRow, at: number): Effect.Effect<void, SqlError>
    /** It was not taken: `next` is when it is tried again; null: never. */
    failed(row: OutgoingRow, error: string, next: number | null): Effect.Effect<void, SqlError>
    /**
     * Deletes announcements made before `before` (epoch milliseconds), delivered or not. Answers how many went, and how many of
     * them nobody had taken. Behind the cut no replay announces them again.
     */
    expire(
      tenant_id: string,
      before: number,
      now: number
    ): Effect.Effect<{ readonly gone: number; readonly untaken: number }, SqlError>
    /** A dead one is tried again from the start; whether there was one. */
    revive(tenant_id: string, id: string, at: number): Effect.Effect<boolean, SqlError>
  }
>()("switchboard/persistence/Outgoing") {
  static readonly layer = Layer.effect(
    Outgoing,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const endpoint = Effect.fn("Outgoing.endpoint")(function* (tenant_id: string) {
        const rows = yield* sql<OutgoingEndpoint>`
          select url, secret from outgoing_endpoints where tenant_id = ${tenant_id}`
        return rows[0] ?? null
      })

      const setEndpoint = Effect.fn("Outgoing.setEndpoint")(
        (tenant_id: string, { url, secret }: OutgoingEndpoint, at: number) =>
          sql`
            insert into outgoing_endpoints (tenant_id, url, secret, updated_at)
            values (${tenant_id}, ${url}, ${secret}, ${new Date(at)})
            on conflict (tenant_id) do update
            set url = excluded.url, secret = excluded.secret, updated_at = excluded.updated_at`.pipe(Effect.asVoid)
      )

      const moveEndpoint = Effect.fn("Outgoing.moveEndpoint")(function* (tenant_id: string, url: string, at: number) {
        const rows = yield* sql`
          update outgoing_endpoints set url = ${url}, updated_at = ${new Date(at)}
          where tenant_id = ${tenant_id} returning tenant_id`
        return rows.length > 0
      })

      const resealEndpoint = Effect.fn("Outgoing.resealEndpoint")(function* (
        tenant_id: string,
        from: string,
        to: string
      ) {
        const rows = yield* sql`
          update outgoing_endpoints set secret = ${to}
          where tenant_id = ${tenant_id} and secret = ${from} returning tenant_id`
        return rows.length > 0
      })

      const list = Effect.fn("Outgoing.list")(function* (
        tenant_id: string,
        status: OutgoingStatus | null,
        limit: number
      ) {
        const ofStatus = status === null ? sql`true` : sql`status = ${status}`
        const rows = yield* sql<Row>`
          select * from outgoing where tenant_id = ${tenant_id} and ${ofStatus}
          order by created_at desc, id limit ${limit}`
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
        const rows = yield* sql<Row>`
          update outgoing set attempts = attempts + 1, next_attempt_at = ${new Date(lease)}
          from (
            select waiting.tenant_id, waiting.id from outgoing waiting
            where waiting.status = 'pending' and ${isDue(sql`waiting.next_attempt_at`)}
              and (waiting.tenant_id, waiting.id) in (
                select tenant_id, id from (
                  select outgoing.tenant_id, id, next_attempt_at,
                    row_number() over (partition by outgoing.tenant_id order by next_attempt_at, id) as place
                  from outgoing
                  join outgoing_endpoints on outgoing_endpoints.tenant_id = outgoing.tenant_id
                  where status = 'pending' and ${isDue(sql`next_attempt_at`)}
                ) as queued
                where place <= ${room.perTenant} - coalesce((${taken}::jsonb ->> tenant_id)::integer, 0)
                order by next_attempt_at limit ${room.limit})
            for update of waiting skip locked
          ) as due
          where outgoing.tenant_id = due.tenant_id and outgoing.id = due.id
          returning outgoing.*`
        return rows.map(toOutgoing)
      })

      const delivered = Effect.fn("Outgoing.delivered")(({ tenant_id, id }: OutgoingRow, at: number) =>
        sql`
          update outgoing set status = 'delivered', delivered_at = ${new Date(at)}, last_error = null
          where tenant_id = ${tenant_id} and id = ${id}::uuid`.pipe(Effect.asVoid)
      )

      const failed = Effect.fn("Outgoing.failed")(
        ({ tenant_id, id, next_attempt_at }: OutgoingRow, error: string, next: number | null) =>
          sql`
            update outgoing
            set status = ${next === null ? "dead" : "pending"}, last_error = ${error},
              next_attempt_at = ${new Date(next ?? next_attempt_at)}
            where tenant_id = ${tenant_id} and id = ${id}::uuid and status = 'pending'`.pipe(Effect.asVoid)
      )

      const revive = Effect.fn("Outgoing.revive")(function* (tenant_id: string, id: string, at: number) {
        const rows = yield* sql`
          update outgoing set status = 'pending', attempts = 0, next_attempt_at = ${new Date(at)}
          where tenant_id = ${tenant_id} and id = ${id}::uuid and status = 'dead' returning id`
        return rows.length > 0
      })

      const expire = Effect.fn("Outgoing.expire")(function* (tenant_id: string, before: number, now: number) {
        yield* datedNotAhead(sql, { table: "outgoing", column: "created_at" }, tenant_id, now)
        const rows = yield* sql<{ readonly gone: number; readonly untaken: number }>`
          with expired as (
            delete from outgoing where tenant_id = ${tenant_id} and created_at < ${new Date(before)} returning status
          )
          select count(*)::integer as gone, count(*) filter (where status <> 'delivered')::integer as untaken from expired`
        return rows[0]!
      })

      return Outgoing.of({
        endpoint,
        setEndpoint,
        moveEndpoint,
        resealEndpoint,
        list,
        claim,
        delivered,
        failed,
        revive,
        expire
      })
    })
  )
}
