/**
 * machine_state under the names of the statecharts that decide: a participant is known or resolved, a conversation that became part of
 * another one is merged. Each task of a scheduler has a state of its own, which its next cut writes.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`
    update participants set machine_state = case machine_state when 'linked' then 'resolved' else 'known' end
    where machine_state in ('linked', 'unlinked')`
  // Fields have columns only once a cut has needed them.
  const [{ known } = { known: false }] = yield* sql<{ known: boolean }>`
    select exists (
      select from information_schema.columns
      where table_schema = current_schema() and table_name = 'conversations' and column_name = 'merged_into'
    ) as known`
  if (known) yield* sql`update conversations set machine_state = 'merged' where merged_into is not null`
})
