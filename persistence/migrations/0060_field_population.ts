/** Since when each field of each entity has had a value: see field-population.ts. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`
    create table field_population (
      tenant_id text not null,
      entity text not null,
      field text not null,
      first_populated_at timestamptz not null,
      last_populated_at timestamptz not null,
      primary key (tenant_id, entity, field)
    )`
})
