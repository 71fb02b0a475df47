/**
 * Several outgoing endpoints of a tenant, each with the announcements that it chose. What becomes of an announcement is a row for
 * each endpoint; the one endpoint that a tenant could have is its endpoint `default`, told of contacts as before.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`alter table outgoing_endpoints add column id text not null default 'default'`
  yield* sql`
    alter table outgoing_endpoints add column events text[] not null default array['contact.create_requested']`
  yield* sql`alter table outgoing_endpoints add column failures integer not null default 0`
  yield* sql`alter table outgoing_endpoints add column paused_until timestamptz`
  yield* sql`alter table outgoing_endpoints drop constraint outgoing_endpoints_pkey`
  yield* sql`alter table outgoing_endpoints add primary key (tenant_id, id)`
  yield* sql`alter table outgoing add column stream text not null default ''`
  yield* sql`alter table outgoing add column place bigint not null default 0`
  yield* sql`
    create table outgoing_deliveries (
      tenant_id text not null,
      endpoint_id text not null,
      outgoing_id uuid not null,
      stream text not null,
      place bigint not null,
      status text not null default 'pending',
      attempts integer not null default 0,
      next_attempt_at timestamptz not null,
      delivered_at timestamptz,
      last_error text,
      primary key (tenant_id, endpoint_id, outgoing_id)
    )`
  yield* sql`
    insert into outgoing_deliveries
      (tenant_id, endpoint_id, outgoing_id, stream, place, status, attempts, next_attempt_at, delivered_at, last_error)
    select outgoing.tenant_id, 'default', outgoing.id, outgoing.id::text, 0, outgoing.status, outgoing.attempts,
      outgoing.next_attempt_at, outgoing.delivered_at, outgoing.last_error
    from outgoing
    where exists (select from outgoing_endpoints where outgoing_endpoints.tenant_id = outgoing.tenant_id)`
  yield* sql`update outgoing set stream = id::text`
  yield* sql`drop index outgoing_due`
  yield* sql`
    alter table outgoing drop column status, drop column attempts, drop column next_attempt_at,
      drop column delivered_at, drop column last_error`
  yield* sql`
    create index outgoing_deliveries_due on outgoing_deliveries (tenant_id, endpoint_id, next_attempt_at)
    where status = 'pending'`
  yield* sql`
    create index outgoing_deliveries_order on outgoing_deliveries (tenant_id, endpoint_id, stream, place)
    where status = 'pending'`
  yield* sql`create index outgoing_deliveries_of on outgoing_deliveries (tenant_id, outgoing_id)`
})
