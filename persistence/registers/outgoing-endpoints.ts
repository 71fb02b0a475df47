/** Where a tenant's announcements go: addresses of the CRM, each with the kinds that it chose. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** `secret` is sealed; instants are epoch milliseconds. */
export interface OutgoingEndpoint {
  readonly id: string
  readonly url: string
  readonly secret: string
  /** Kinds of announcements (machines/vocabulary.ts Announced). */
  readonly events: ReadonlyArray<string>
  /** Tries in a row that found nobody who could take anything. */
  readonly failures: number
  /** Until when nothing is tried, because of them; null: it is not paused. */
  readonly paused_until: number | null
  readonly updated_at: number
}

/** An endpoint as it is to be; `secret` null: it stays as it is, in whichever sealing. */
export interface EndpointWish extends Pick<OutgoingEndpoint, "id" | "url" | "events"> {
  readonly secret: string | null
}

type Row = Omit<OutgoingEndpoint, "paused_until" | "updated_at"> & {
  readonly paused_until: Date | null
  readonly updated_at: Date
}
const toEndpoint = ({ id, url, secret, events, failures, paused_until, updated_at }: Row): OutgoingEndpoint => ({
  id,
  url,
  secret,
  events,
  failures,
  paused_until: paused_until?.getTime() ?? null,
  updated_at: updated_at.getTime()
})

export class OutgoingEndpoints extends Context.Service<
  OutgoingEndpoints,
  {
    /** All of a tenant, by id. */
    list(tenant_id: string): Effect.Effect<ReadonlyArray<OutgoingEndpoint>, SqlError>
    get(tenant_id: string, id: string): Effect.Effect<OutgoingEndpoint | null, SqlError>
    /**
     * Sets one, and ends its pause: what waits for another try is due at once. So is what was announced of the kinds that it chose
     * while no endpoint had chosen them.
     */
    set(tenant_id: string, endpoint: EndpointWish, at: number): Effect.Effect<void, SqlError>
    /**
     * Whether there was one. What was for it alone goes with it, but for contacts that nobody was asked for yet: they wait for
     * another endpoint.
     */
    remove(tenant_id: string, id: string): Effect.Effect<boolean, SqlError>
    /** The secret in another sealing, unless it was set anew meanwhile; whether it was written. */
    reseal(tenant_id: string, id: string, from: string, to: string): Effect.Effect<boolean, SqlError>
    /** It took something: it is not paused any more. */
    answered(tenant_id: string, id: string): Effect.Effect<void, SqlError>
    /** It took nothing, and would not take anything else now: nothing more is tried until then. */
    paused(tenant_id: string, id: string, until: number): Effect.Effect<void, SqlError>
  }
>()("switchboard/persistence/OutgoingEndpoints") {
  static readonly layer = Layer.effect(
    OutgoingEndpoints,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const list = Effect.fn("OutgoingEndpoints.list")(function* (tenant_id: string) {
        const rows = yield* sql<Row>`select * from outgoing_endpoints where tenant_id = ${tenant_id} order by id`
        return rows.map(toEndpoint)
      })

      const get = Effect.fn("OutgoingEndpoints.get")(function* (tenant_id: string, id: string) {
        const rows = yield* sql<Row>`
          select * from outgoing_endpoints where tenant_id = ${tenant_id} and id = ${id}`
        return rows[0] === undefined ? null : toEndpoint(rows[0])
      })

      const set = Effect.fn("OutgoingEndpoints.set")(
        (tenant_id: string, { id, url, secret, events }: EndpointWish, at: number) =>
          sql`
            with endpoint as (
              insert into outgoing_endpoints (tenant_id, id, url, secret, events, updated_at)
              values (
                ${tenant_id}, ${id}, ${url},
                coalesce(${secret}, (select secret from outgoing_endpoints where tenant_id = ${tenant_id} and id = ${id})),
                ${events}::text[], ${new Date(at)})
              on conflict (tenant_id, id) do update
              set url = excluded.url, secret = coalesce(${secret}, outgoing_endpoints.secret), events = excluded.events,
                updated_at = excluded.updated_at, failures = 0, paused_until = null
            ), hurried as (
              update outgoing_deliveries set next_attempt_at = ${new Date(at)}
              where tenant_id = ${tenant_id} and endpoint_id = ${id} and status = 'pending' and attempts > 0
                and next_attempt_at > ${new Date(at)}
            )
            insert into outgoing_deliveries (tenant_id, endpoint_id, outgoing_id, stream, place, next_attempt_at)
            select tenant_id, ${id}, outgoing.id, stream, place, ${new Date(at)}
            from outgoing
            where tenant_id = ${tenant_id} and type = any(${events}::text[])
              and not exists (
                select from outgoing_deliveries
                where outgoing_deliveries.tenant_id = outgoing.tenant_id and outgoing_id = outgoing.id)
            on conflict do nothing`.pipe(Effect.asVoid)
      )

      const remove = Effect.fn("OutgoingEndpoints.remove")(function* (tenant_id: string, id: string) {
        const rows = yield* sql`
          with gone as (
            delete from outgoing_endpoints where tenant_id = ${tenant_id} and id = ${id} returning id
          ), forgotten as (
            delete from outgoing_deliveries where tenant_id = ${tenant_id} and endpoint_id = ${id}
            returning outgoing_id, status
          ), unheard as (
            delete from outgoing
            using forgotten
            where tenant_id = ${tenant_id} and outgoing.id = forgotten.outgoing_id
              and not (type = 'contact.create_requested' and status <> 'delivered')
              and not exists (
                select from outgoing_deliveries as other
                where other.tenant_id = ${tenant_id} and other.outgoing_id = outgoing.id and other.endpoint_id <> ${id})
          )
          select id from gone`
        return rows.length > 0
      })

      const reseal = Effect.fn("OutgoingEndpoints.reseal")(function* (
        tenant_id: string,
        id: string,
        from: string,
        to: string
      ) {
        const rows = yield* sql`
          update outgoing_endpoints set secret = ${to}
          where tenant_id = ${tenant_id} and id = ${id} and secret = ${from} returning id`
        return rows.length > 0
      })

      const answered = Effect.fn("OutgoingEndpoints.answered")((tenant_id: string, id: string) =>
        sql`
          update outgoing_endpoints set failures = 0, paused_until = null
          where tenant_id = ${tenant_id} and id = ${id} and failures > 0`.pipe(Effect.asVoid)
      )

      const paused = Effect.fn("OutgoingEndpoints.paused")((tenant_id: string, id: string, until: number) =>
        sql`
          update outgoing_endpoints set failures = failures + 1, paused_until = ${new Date(until)}
          where tenant_id = ${tenant_id} and id = ${id}`.pipe(Effect.asVoid)
      )

      return OutgoingEndpoints.of({ list, get, set, remove, reseal, answered, paused })
    })
  )
}
