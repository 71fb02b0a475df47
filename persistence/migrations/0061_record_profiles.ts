/** Record profiles (CONTRACT 2.9): actors like the others. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`
    create table record_profiles (
      tenant_id text not null,
      id uuid not null,
      seq bigint not null,
      machine_state text not null,
      internals bytea not null,
      primary key (tenant_id, id)
    )`
})
