/** Payloads of accounts that nobody has registered yet (I9): they wait for the registration and are applied then. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { FaultPoints } from "./fault-points.ts"

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
}

type Row = Omit<WaitingPayload, "received_at"> & { readonly received_at: Date }

export class Waiting extends Context.Service<
  Waiting,
  {
    /** Keeps the payload; answers its id. */
    add(payload: Early): Effect.Effect<string, SqlError>
    /** What waits for an account, in the order in which it came. */
    forAccount(tenant_id: string, account_id: string): Effect.Effect<ReadonlyArray<WaitingPayload>, SqlError>
    /** Forgets payloads that were applied. */
    remove(ids: ReadonlyArray<string>): Effect.Effect<void, SqlError>
  }
>()("switchboard/persistence/Waiting") {
  static readonly layer = Layer.effect(
    Waiting,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const fault = yield* FaultPoints

      const add = Effect.fn("Waiting.add")(function* (payload: Early) {
        yield* fault("before_waiting")
        const rows = yield* sql<{ readonly id: string }>`
          insert into waiting (tenant_id, account_id, source, received_at, body)
          values (${payload.tenant_id}, ${payload.account_id}, ${payload.source}, ${new Date(payload.received_at)}, ${payload.body})
          returning id`
        return rows[0]!.id
      })

      const forAccount = Effect.fn("Waiting.forAccount")(function* (tenant_id: string, account_id: string) {
        const rows = yield* sql<Row>`
          select * from waiting where tenant_id = ${tenant_id} and account_id = ${account_id} order by received_at, id`
        return rows.map((row) => ({ ...row, received_at: row.received_at.getTime() }))
      })

      const remove = Effect.fn("Waiting.remove")((ids: ReadonlyArray<string>) =>
        sql`delete from waiting where id = any(${[...ids]}::uuid[])`.pipe(Effect.asVoid)
      )

      return Waiting.of({ add, forAccount, remove })
    })
  )
}
