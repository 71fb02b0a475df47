/** Payloads that were authentic and could not be understood or applied (I9): kept as they came, until replayed or expired. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

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
  readonly replayed_at: number | null
}

type Row = Omit<Quarantined, "received_at" | "replayed_at"> & {
  readonly received_at: Date
  readonly replayed_at: Date | null
}

const toQuarantined = (row: Row): Quarantined => ({
  ...row,
  received_at: row.received_at.getTime(),
  replayed_at: row.replayed_at?.getTime() ?? null
})

export class Quarantine extends Context.Service<
  Quarantine,
  {
    /** Keeps the payload; answers its id. */
    add(payload: Unreadable): Effect.Effect<string, SqlError>
    /** Takes it back: it was not acknowledged. */
    remove(tenant_id: string, id: string): Effect.Effect<void, SqlError>
    /** The newest `limit`. */
    list(tenant_id: string, limit: number): Effect.Effect<ReadonlyArray<Quarantined>, SqlError>
    get(tenant_id: string, id: string): Effect.Effect<Option.Option<Quarantined>, SqlError>
    /** Notes when (epoch milliseconds) it was replayed. The first replay's instant stays. */
    markReplayed(tenant_id: string, id: string, at: number): Effect.Effect<void, SqlError>
    /** Deletes what was received before `before` (epoch milliseconds); answers how many. */
    expire(tenant_id: string, before: number): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/Quarantine") {
  static readonly layer = Layer.effect(
    Quarantine,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const add = Effect.fn("Quarantine.add")(function* (payload: Unreadable) {
        const rows = yield* sql<{ readonly id: string }>`
          insert into quarantine (tenant_id, received_at, source, reason, body)
          values (${payload.tenant_id}, ${new Date(payload.received_at)}, ${payload.source}, ${payload.reason}, ${payload.body})
          returning id`
        return rows[0]!.id
      })

      const remove = Effect.fn("Quarantine.remove")((tenant_id: string, id: string) =>
        sql`delete from quarantine where tenant_id = ${tenant_id} and id = ${id}::uuid`.pipe(Effect.asVoid)
      )

      const list = Effect.fn("Quarantine.list")(function* (tenant_id: string, limit: number) {
        const rows = yield* sql<Row>`
          select * from quarantine where tenant_id = ${tenant_id} order by received_at desc, id limit ${limit}`
        return rows.map(toQuarantined)
      })

      const get = Effect.fn("Quarantine.get")(function* (tenant_id: string, id: string) {
        const rows = yield* sql<Row>`select * from quarantine where tenant_id = ${tenant_id} and id = ${id}::uuid`
        return Option.map(Option.fromNullishOr(rows[0]), toQuarantined)
      })

      const markReplayed = Effect.fn("Quarantine.markReplayed")((tenant_id: string, id: string, at: number) =>
        sql`
            update quarantine set replayed_at = coalesce(replayed_at, ${new Date(at)})
            where tenant_id = ${tenant_id} and id = ${id}::uuid`.pipe(Effect.asVoid)
      )

      const expire = Effect.fn("Quarantine.expire")(function* (tenant_id: string, before: number) {
        const rows = yield* sql<{ readonly expired: number }>`
          with expired as (
            delete from quarantine where tenant_id = ${tenant_id} and received_at < ${new Date(before)} returning 1
          )
          select count(*)::integer as expired from expired`
        return rows[0]?.expired ?? 0
      })

      return Quarantine.of({ add, remove, list, get, markReplayed, expire })
    })
  )
}
