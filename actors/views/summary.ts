/** What the inbox says: of its conversations, and of each one. Without the server's imports: clients are checked against it. */

/** Of active conversations, which are what the inbox lists (CONTRACT §8); of the others, how many are filed where. */
export interface InboxTotals {
  unread_count: number
  unread_conversations: number
  conversations: number
  archived: number
  spam: number
  deleted: number
  /** Active ones that are put off; they are in none of the others. */
  snoozed: number
}

/** The totals of nothing. */
export const noTotals: Readonly<InboxTotals> = {
  unread_count: 0,
  unread_conversations: 0,
  conversations: 0,
  archived: 0,
  spam: 0,
  deleted: 0,
  snoozed: 0
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
  "assigned_to",
  "snoozed_until",
  "labels",
  "message_count",
  "last_message",
  "last_message_at",
  "unread_count",
  "is_hot"
] as const
