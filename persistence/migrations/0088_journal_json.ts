/**
 * Bodies of the journal are JSON from here on; those before stay the msgpack that they are. A process of an earlier version cannot read
 * them, and refuses a database with this migration.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`
    comment on column journal.body is
      'The event: JSON in UTF-8 where the first byte is {, as convert_from(body, ''UTF8'')::jsonb shows it; else msgpack, of an earlier version.'`
})
