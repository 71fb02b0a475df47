/**
 * The tables with their keys. Field columns are not here: columns.ts adds them from the field definitions. There are no
 * foreign keys, because rows come in cuts and in any order.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

const entities = ["connections", "channels", "conversations", "participants", "schedulers"]

export default Effect.gen(function* () {
  const sql = yield* SqlClient

  // One primary key is the fence of I6: two writers of a tenant cannot both have (tenant, seq).
  yield* sql`
    create table journal (
      tenant_id text not null,
      seq bigint not null,
      at timestamptz not null,
      kind text not null,
      body bytea not null,
      writer uuid not null,
      primary key (tenant_id, seq)
    )`

  yield* sql`
    create table checkpoints (
      tenant_id text primary key,
      seq bigint not null,
      at timestamptz not null
    )`

  yield* sql`
    create table tenants (
      tenant_id text not null,
      id text not null,
      seq bigint not null,
      machine_state text not null,
      internals bytea not null,
      primary key (tenant_id, id)
    )`
  for (const table of entities) {
    yield* sql`
      create table ${sql(table)} (
        tenant_id text not null,
        id uuid not null,
        seq bigint not null,
        machine_state text not null,
        internals bytea not null,
        primary key (tenant_id, id)
      )`
  }

  yield* sql`
    create table members (
      tenant_id text not null,
      conversation_id uuid not null,
      participant_id uuid not null,
      primary key (tenant_id, conversation_id, participant_id)
    )`

  yield* sql`
    create table messages (
      tenant_id text not null,
      id uuid not null,
      channel_id uuid not null,
      conversation_id uuid not null,
      external_message_id text not null,
      primary key (tenant_id, channel_id, external_message_id)
    )`

  yield* sql`
    create table quarantine (
      id uuid primary key default gen_random_uuid(),
      tenant_id text not null,
      received_at timestamptz not null,
      source text not null,
      reason text not null,
      body bytea not null,
      replayed_at timestamptz
    )`
  yield* sql`create index quarantine_newest on quarantine (tenant_id, received_at desc, id)`

  yield* sql`
    create table waiting (
      id uuid primary key default gen_random_uuid(),
      tenant_id text not null,
      account_id text not null,
      source text not null,
      received_at timestamptz not null,
      body bytea not null
    )`
  yield* sql`create index waiting_of_account on waiting (tenant_id, account_id, received_at, id)`

  yield* sql`
    create table schedule_runs (
      id uuid primary key default gen_random_uuid(),
      tenant_id text not null,
      task text not null,
      due timestamptz not null,
      started timestamptz not null,
      took_ms integer not null,
      touched integer not null,
      error text
    )`
  yield* sql`create index schedule_runs_newest on schedule_runs (tenant_id, started desc, id)`

  yield* sql`
    create table api_keys (
      hash bytea primary key,
      tenant_id text not null,
      name text not null,
      scopes text[] not null,
      created_at timestamptz not null,
      revoked_at timestamptz
    )`
})
