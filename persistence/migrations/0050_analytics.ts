/**
 * Daily analytics and the days whose analytics are behind the message rows. A day is marked by the cut that wrote the rows, in
 * the same transaction, so a mark is never missing.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient

  // Channel null is the whole tenant, and also unique. `seq` is the cut that the row was calculated from.
  yield* sql`
    create table analytics (
      tenant_id text not null,
      date date not null,
      channel_id uuid,
      seq bigint not null,
      unique nulls not distinct (tenant_id, date, channel_id)
    )`

  yield* sql`
    create table analytics_stale (
      tenant_id text not null,
      date date not null,
      seq bigint not null,
      primary key (tenant_id, date)
    )`
})
