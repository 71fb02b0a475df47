/** The CRM's records, with the identifiers that people are matched by; and what is to be told to the CRM. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`
    create table crm_records (
      tenant_id text not null,
      record_id text not null,
      kind text not null,
      pipeline_id text,
      identifiers jsonb not null,
      primary key (tenant_id, record_id)
    )`
  yield* sql`
    create table outgoing (
      tenant_id text not null,
      id uuid not null,
      type text not null,
      body text not null,
      created_at timestamptz not null,
      status text not null default 'pending',
      attempts integer not null default 0,
      next_attempt_at timestamptz not null,
      delivered_at timestamptz,
      last_error text,
      primary key (tenant_id, id)
    )`
  yield* sql`create index outgoing_due on outgoing (next_attempt_at) where status = 'pending'`
  yield* sql`create index outgoing_newest on outgoing (tenant_id, created_at desc, id)`
  yield* sql`
    create table outgoing_endpoints (
      tenant_id text primary key,
      url text not null,
      secret text not null,
      updated_at timestamptz not null
    )`
})
