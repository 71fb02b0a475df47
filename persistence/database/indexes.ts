/**
 * Indexes over field columns, after those exist. Unique only where a row's id is derived from the same columns, so that a
 * cut can never break on it; a participant's identifiers may stand twice for the moment of a merge and are not unique.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"

const indexes: ReadonlyArray<string> = [
  "unique index if not exists connections_account on connections (tenant_id, account_id)",
  "unique index if not exists channels_account on channels (tenant_id, channel_type, account_id)",
  "unique index if not exists conversations_thread on conversations (tenant_id, channel_id, external_thread_id)",
  // The order of the list as one ascending-or-descending key that a cursor can start from: see conversations.ts.
  "index if not exists conversations_newest on conversations (tenant_id, (coalesce(last_message_at, '-infinity'::timestamptz)) desc, id)",
  "index if not exists conversations_unread on conversations (tenant_id) where unread_count > 0",
  "index if not exists conversations_hot on conversations (tenant_id) where is_hot",
  "index if not exists conversations_snoozed on conversations (tenant_id) where snoozed_until is not null",
  "index if not exists conversations_assigned on conversations (tenant_id, assigned_to) where assigned_to is not null",
  // What unfolded-rows.ts has left to do.
  "index if not exists conversations_unfolded on conversations (tenant_id, id) where subject_folded is null",
  "index if not exists participants_unfolded on participants (tenant_id, id) where name_folded is null",
  "index if not exists members_unfolded on members (tenant_id, conversation_id, participant_id) where name_folded is null",
  "index if not exists members_participant on members (tenant_id, participant_id)",
  "index if not exists messages_newest on messages (tenant_id, conversation_id, (coalesce(sent_at, received_at, created_at, '-infinity'::timestamptz)) desc, id)",
  // The day of a message, for analytics; the expression is the page's, so that both mean the same time.
  "index if not exists messages_day on messages (tenant_id, (coalesce(sent_at, received_at, created_at, '-infinity'::timestamptz)))",
  // Facts that name a message and no chat, and a conversation's own messages by the provider's id.
  "index if not exists messages_named on messages (tenant_id, external_message_id)",
  "index if not exists messages_aliased on messages (tenant_id, provider_message_id, conversation_id) where provider_message_id is not null",
  // Mails and chats that the channel has forgotten; shortened, since no index takes a text of any length.
  "index if not exists messages_mail on messages (tenant_id, left(lower(metadata->>'message_id'), 512)) where metadata->>'message_id' is not null",
  "index if not exists conversations_chat on conversations (tenant_id, channel_id, left(metadata->>'provider_chat_id', 512)) where metadata->>'provider_chat_id' is not null",
  "index if not exists messages_unread_by_others on messages (tenant_id, conversation_id, sent_at) where direction = 'outbound' and status <> 'read'"
]

const nameOf = (index: string): string => /index if not exists (\w+) on/.exec(index)![1]!

/** The indexes that are not there yet. */
export const missingIndexes = Effect.gen(function* () {
  const sql = yield* SqlClient
  const rows = yield* sql<{ readonly name: string }>`
    select indexname as name from pg_indexes where schemaname = current_schema()`
  const there = new Set(rows.map(({ name }) => name))
  return indexes.map((index) => ({ index, name: nameOf(index) })).filter(({ name }) => !there.has(name))
})

/** Creates what is missing. Not even `if not exists` is asked of what is there: it would wait for the table's lock. */
export const addIndexes = Effect.gen(function* () {
  const sql = yield* SqlClient
  for (const { index } of yield* missingIndexes) yield* sql`create ${sql.literal(index)}`
})
