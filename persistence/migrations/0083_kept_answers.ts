/** Answers to requests with an Idempotency-Key, so that a repeat gets the first one. Sealed: some of them hold a secret. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`
    create table kept_answers (
      tenant_id text not null,
      key text not null,
      print text not null,
      caller text,
      at timestamptz not null,
      sealed text not null,
      size_bytes integer not null generated always as (octet_length(sealed)) stored,
      primary key (tenant_id, key)
    )`
  yield* sql`create index kept_answers_newest on kept_answers (tenant_id, at desc, key) include (size_bytes)`
})
