/**
 * Calls of providers' APIs in the last hour. They stand in rows, and a call is written before it leaves: so a crash gives no budget
 * back, and no journal entry is needed for each call, which only a budget wants to know of.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

/** What may be called in a rolling hour; null: no limit. */
export interface CallLimits {
  readonly tenant: number
  readonly account: number | null
}

/** Whether the call may leave; else when the next look is worth it, and whose limit is in the way. */
export type CallDecision =
  { readonly allowed: true } | { readonly allowed: false; readonly until: number; readonly binds: "tenant" | "account" }

const minute = 60_000
const hour = 60 * minute

interface Row {
  readonly of_tenant: number
  readonly of_account: number
  readonly first_of_tenant: Date | null
  readonly first_of_account: Date | null
}

export class ProviderCalls extends Context.Service<
  ProviderCalls,
  {
    /** Counts one call of the account, unless a limit is reached; calls of no account in particular go by the empty id. */
    take(tenant_id: string, account_id: string, limits: CallLimits, now: number): Effect.Effect<CallDecision, SqlError>
    /** Calls of a tenant in the hour before `now`. */
    taken(tenant_id: string, now: number): Effect.Effect<number, SqlError>
    /** Deletes what no budget looks at any more; how many rows went. */
    expire(tenant_id: string, now: number): Effect.Effect<number, SqlError>
  }
>()("switchboard/persistence/ProviderCalls") {
  static readonly layer = Layer.effect(
    ProviderCalls,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      // Looking and writing are two statements. A tenant's calls come from the one process that owns it (I6).
      const oneAtATime = yield* Semaphore.make(1)

      const look = (tenant_id: string, account_id: string, now: number) => sql<Row>`
        select coalesce(sum(calls), 0)::integer as of_tenant,
          coalesce(sum(calls) filter (where account_id = ${account_id}), 0)::integer as of_account,
          min(minute) as first_of_tenant, min(minute) filter (where account_id = ${account_id}) as first_of_account
        from provider_calls where tenant_id = ${tenant_id} and minute > ${new Date(now - hour)} and minute <= ${new Date(now)}`

      const take = Effect.fn("ProviderCalls.take")(
        function* (tenant_id: string, account_id: string, limits: CallLimits, now: number) {
          const [row] = yield* look(tenant_id, account_id, now)
          const { of_tenant, of_account, first_of_tenant, first_of_account } = row!
          const refused = (binds: "tenant" | "account", first: Date | null): CallDecision => ({
            allowed: false,
            // The oldest minute leaves the hour. Without a call there is nothing that could: the limit is 0.
            until: (first?.getTime() ?? now) + hour + 1,
            binds
          })
          if (of_tenant >= limits.tenant) return refused("tenant", first_of_tenant)
          if (limits.account !== null && of_account >= limits.account) return refused("account", first_of_account)
          const at = new Date(Math.floor(now / minute) * minute)
          yield* sql`
            insert into provider_calls (tenant_id, account_id, minute, calls) values (${tenant_id}, ${account_id}, ${at}, 1)
            on conflict (tenant_id, account_id, minute) do update set calls = provider_calls.calls + 1`
          return { allowed: true } satisfies CallDecision
        },
        (effect) => oneAtATime.withPermits(1)(effect)
      )

      const taken = Effect.fn("ProviderCalls.taken")(function* (tenant_id: string, now: number) {
        const [row] = yield* look(tenant_id, "", now)
        return row!.of_tenant
      })

      const expire = Effect.fn("ProviderCalls.expire")(function* (tenant_id: string, now: number) {
        const rows = yield* sql`
          delete from provider_calls
          where tenant_id = ${tenant_id} and (minute < ${new Date(now - 2 * hour)} or minute > ${new Date(now + hour)})
          returning account_id`
        return rows.length
      })

      return ProviderCalls.of({ take, taken, expire })
    })
  )
}
