/**
 * A message's id is unique within its conversation, no more (CONTRACT 2.6): two chats of one account may number their messages
 * alike. The rows stay as they are; indexes that the new key makes useless go, their successors stand in indexes.ts.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

export default Effect.gen(function* () {
  const sql = yield* SqlClient
  yield* sql`drop index if exists messages_external, messages_provider`
  yield* sql`
    alter table messages drop constraint messages_pkey,
      add primary key (tenant_id, conversation_id, external_message_id)`
})
