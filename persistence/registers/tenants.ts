/** Which tenants there are. Their fields are read as every actor's are (snapshots.ts). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"

export class TenantRows extends Context.Service<
  TenantRows,
  {
    /** The id of every tenant that has a row or, before its first cut, only journal entries. */
    readonly list: Effect.Effect<ReadonlyArray<string>, SqlError>
  }
>()("switchboard/persistence/TenantRows") {
  static readonly layer = Layer.effect(
    TenantRows,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      // "select distinct" would read the whole journal; this hops from one tenant to the next in its index.
      const list = sql<{ readonly tenant_id: string }>`
        with recursive journaled as (
          (select tenant_id from journal order by tenant_id limit 1)
          union all
          select (
            select journal.tenant_id from journal
            where journal.tenant_id > journaled.tenant_id
            order by journal.tenant_id limit 1
          )
          from journaled where journaled.tenant_id is not null
        )
        select tenant_id from journaled where tenant_id is not null
        union
        select tenant_id from tenants
        order by tenant_id`.pipe(
        Effect.map((rows) => rows.map((row) => row.tenant_id)),
        Effect.withSpan("TenantRows.list")
      )

      return TenantRows.of({ list })
    })
  )
}
