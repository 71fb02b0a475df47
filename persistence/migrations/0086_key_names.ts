/**
 * A name is the name of one key in use (CONTRACT §7: the audit trail says who). Keys that share one keep working: the oldest keeps
 * the name, the others get a number behind it. Two processes that made keys at the same moment could both take a name before.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  // A name with a number may be taken in turn: then it gets another one.
  for (;;) {
    const renamed = yield* sql`
      update api_keys set name = api_keys.name || ' (' || numbered.place || ')'
      from (
        select hash, row_number() over (partition by tenant_id, name order by created_at, hash) as place
        from api_keys where revoked_at is null
      ) as numbered
      where api_keys.hash = numbered.hash and numbered.place > 1
      returning api_keys.hash`
    if (renamed.length === 0) break
  }
  yield* sql`create unique index api_keys_name on api_keys (tenant_id, name) where revoked_at is null`
})
