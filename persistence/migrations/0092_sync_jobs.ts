/** Sync jobs (CONTRACT 2.11), actors like the others; and the calls of providers' APIs, by the minute. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`
    create table sync_jobs (
      tenant_id text not null,
      id uuid not null,
      seq bigint not null,
      machine_state text not null,
      internals bytea not null,
      primary key (tenant_id, id)
    )`
  yield* sql`create index sync_jobs_open on sync_jobs (tenant_id) where machine_state in ('pending', 'running')`
  yield* sql`
    create table provider_calls (
      tenant_id text not null,
      account_id text not null,
      minute timestamptz not null,
      calls integer not null,
      primary key (tenant_id, account_id, minute)
    )`
})
