/** The closed vocabularies of CONTRACT §1. Names here are the names on the wire, in SQL and in context. */
import * as Schema from "effect/Schema"

export const ChannelType = Schema.Literals([
  "linkedin",
  "gmail",
  "outlook",
  "mail",
  "whatsapp",
  "instagram",
  "messenger",
  "telegram",
  "twitter",
  "scheduling",
  "calendar"
])
export type ChannelType = typeof ChannelType.Type

export const AuthStatus = Schema.Literals(["pending", "authenticated", "failed", "expired"])
export type AuthStatus = typeof AuthStatus.Type

export const AccountStatus = Schema.Literals([
  "pending",
  "active",
  "failed",
  "expired",
  "checkpoint_required",
  "disconnected"
])
export type AccountStatus = typeof AccountStatus.Type

export const ConversationType = Schema.Literals(["direct", "group", "broadcast", "channel", "calendar_event"])
export type ConversationType = typeof ConversationType.Type

export const ConversationStatus = Schema.Literals(["active", "archived", "spam", "deleted"])
export type ConversationStatus = typeof ConversationStatus.Type

export const Priority = Schema.Literals(["low", "normal", "high", "urgent"])
export type Priority = typeof Priority.Type

export const SyncStatus = Schema.Literals(["pending", "synced", "failed", "partial"])
export type SyncStatus = typeof SyncStatus.Type

export const MessageSyncStatus = Schema.Literals(["pending", "synced", "failed"])
export type MessageSyncStatus = typeof MessageSyncStatus.Type

export const Direction = Schema.Literals(["inbound", "outbound"])
export type Direction = typeof Direction.Type

export const MessageStatus = Schema.Literals(["pending", "sent", "delivered", "read", "failed"])
export type MessageStatus = typeof MessageStatus.Type

export const MemberRole = Schema.Literals(["sender", "recipient", "cc", "bcc", "member", "admin", "owner"])
export type MemberRole = typeof MemberRole.Type

/** What UniPile says of an account (unipile.md §3), in its own words. */
export const ProviderAccountStatus = Schema.Literals([
  "OK",
  "CONNECTING",
  "CREDENTIALS",
  "ERROR",
  "STOPPED",
  "PERMISSIONS",
  "CREATION_SUCCESS",
  "CREATION_FAIL",
  "RECONNECTED",
  "SYNC_SUCCESS",
  "DELETED"
])
export type ProviderAccountStatus = typeof ProviderAccountStatus.Type

/** What the auth webhook says of an account (CONTRACT 2.2). */
export const AuthReport = Schema.Literals(["connected", "disconnected", "expired", "checkpoint_required", "failed"])
export type AuthReport = typeof AuthReport.Type

export const SyncJobStatus = Schema.Literals(["pending", "running", "completed", "failed", "cancelled"])
export type SyncJobStatus = typeof SyncJobStatus.Type

export const SyncJobType = Schema.Literals(["full_history", "incremental", "webhook_trigger", "auto_trigger"])
export type SyncJobType = typeof SyncJobType.Type

/** What makes the owner's unread messages read (CONTRACT 2.5): opening the conversation, or replying too. */
export const ReadOn = Schema.Literals(["open", "reply"])
export type ReadOn = typeof ReadOn.Type

/** The tasks of CONTRACT §6 that run today. */
export const ScheduledTask = Schema.Literals([
  "detect_hot_conversations",
  "reset_daily_counters",
  "retention",
  "cleanup_expired_tokens",
  "reencrypt_secrets",
  "measure_field_population",
  "update_channel_statistics",
  "update_participant_statistics",
  "update_conversation_types",
  "generate_daily_analytics",
  "process_scheduled_syncs"
])
export type ScheduledTask = typeof ScheduledTask.Type

/** What the CRM can be told by itself (CONTRACT §8). */
export const Announced = Schema.Literals([
  "contact.create_requested",
  "message.received",
  "message.sent",
  "message.updated",
  "conversation.updated",
  "connection.status_changed",
  "participant.merged",
  "sync.completed"
])
export type Announced = typeof Announced.Type
