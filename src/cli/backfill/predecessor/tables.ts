/**
 * The predecessor's tables (a Django app), and where its columns are called otherwise than the contract's fields (CONTRACT §2). This
 * is the one place that knows its names; `--prefix` is Django's, of the app.
 */

export const tables = {
  connection: {
    table: "userchannelconnection",
    fields: [
      "id",
      "user_id",
      "channel_type",
      "account_id",
      "account_name",
      "auth_status",
      "account_status",
      "access_token",
      "refresh_token",
      "token_expires_at",
      "connection_config",
      "provider_config",
      "checkpoint_data",
      "hosted_auth_url",
      "is_active",
      "rate_limit_per_hour"
    ],
    named: { account_id: "unipile_account_id" }
  },
  channel: {
    table: "channel",
    fields: ["id", "channel_type", "account_id", "message_count"],
    named: { account_id: "unipile_account_id" }
  },
  conversation: {
    table: "conversation",
    fields: [
      "id",
      "channel_id",
      "external_thread_id",
      "subject",
      "conversation_type",
      "status",
      "priority",
      "message_count",
      "unread_count",
      "updated_at"
    ],
    named: {}
  },
  message: {
    table: "message",
    fields: [
      "id",
      "conversation_id",
      "sender_participant_id",
      "external_message_id",
      "provider_message_id",
      "direction",
      "content",
      "subject",
      "status",
      "sent_at",
      "received_at",
      "read_at",
      "edited_at",
      "deleted_at",
      "created_at",
      "reactions",
      "attachments",
      "metadata"
    ],
    named: {}
  },
  participant: {
    table: "participant",
    fields: [
      "id",
      "name",
      "avatar_url",
      "email",
      "phone",
      "linkedin_member_urn",
      "instagram_username",
      "facebook_id",
      "telegram_id",
      "twitter_handle",
      "contact_record",
      "resolution_confidence",
      "resolution_method",
      "first_seen",
      "total_messages"
    ],
    named: { contact_record: "contact_record_id" }
  },
  member: {
    table: "conversationparticipant",
    fields: [
      "id",
      "conversation_id",
      "participant_id",
      "role",
      "provider_participant_id",
      "joined_at",
      "left_at",
      "is_active",
      "last_read_at"
    ],
    named: {}
  }
} as const satisfies Record<
  string,
  { readonly table: string; readonly fields: ReadonlyArray<string>; readonly named: Readonly<Record<string, string>> }
>
export type Entity = keyof typeof tables

/** Without these nothing can be told of a row. */
export const needed: Readonly<Record<Entity, ReadonlyArray<string>>> = {
  connection: ["id", "account_id", "channel_type", "user_id"],
  channel: ["id", "account_id"],
  conversation: ["id", "channel_id", "external_thread_id"],
  message: ["id", "conversation_id", "external_message_id", "direction"],
  participant: ["id"],
  member: ["id", "conversation_id", "participant_id"]
}
