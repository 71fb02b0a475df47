/** What the last cut wrote into the columns that maintenance compares (written-columns.ts). Null: no cut since this was added. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`alter table conversations add column written text`
})
