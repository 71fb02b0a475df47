/** What is kept of payloads can be counted and listed without reading their bytes. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  for (const table of ["quarantine", "waiting"])
    yield* sql`
      alter table ${sql(table)} add column size_bytes integer not null generated always as (octet_length(body)) stored`
  // Not replayed: what the default list shows, a replay of all goes through, and the limit counts.
  yield* sql`
    create index quarantine_unreplayed on quarantine (tenant_id, received_at desc, id)
    include (size_bytes) where replayed_at is null`
  yield* sql`create index waiting_newest on waiting (tenant_id, received_at desc, id) include (size_bytes)`
})
