/** The audit trail, and ids by which API keys can be listed and revoked without their hash. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient

  yield* sql`
    create table audit (
      tenant_id text not null,
      id uuid not null,
      at timestamptz not null,
      seq bigint not null,
      actor text not null,
      action text not null,
      entity_kind text not null,
      entity_id text not null,
      field text not null,
      old jsonb,
      new jsonb,
      primary key (tenant_id, id)
    )`
  yield* sql`create index audit_newest on audit (tenant_id, at desc, seq desc, id desc)`
  yield* sql`create index audit_of_entity on audit (tenant_id, entity_id, at desc, seq desc, id desc)`

  yield* sql`alter table api_keys add column id uuid not null default gen_random_uuid()`
  yield* sql`create unique index api_keys_id on api_keys (tenant_id, id)`
})
