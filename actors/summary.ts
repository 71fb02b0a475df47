/** What the inbox says: of all conversations, and of each one. Without the server's imports: clients are checked against it. */

export interface InboxTotals {
  unread_count: number
  unread_conversations: number
  conversations: number
}

/** What the inbox shows of a conversation. */
export const summaryFields = [
  "connection_id",
  "channel_id",
  "external_thread_id",
  "subject",
  "conversation_type",
  "participant_count",
  "status",
  "priority",
  "message_count",
  "last_message_at",
  "unread_count",
  "is_hot"
] as const
