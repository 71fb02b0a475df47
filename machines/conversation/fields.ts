/** The fields of a conversation (CONTRACT 2.4). Its members are its own; they stand in ../member. */
import * as Schema from "effect/Schema"
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"
import { ConversationStatus, ConversationType, Direction, MessageStatus, Priority, SyncStatus } from "../vocabulary.ts"

/** A CRM user's own horizon and count (CONTRACT 2.5). */
export const Reader = Schema.Struct({ last_read_at: Schema.NullOr(Schema.Int), unread_count: Schema.Int })
export type Reader = typeof Reader.Type

/** The newest message that counts, as lists show it. */
export const LastMessage = Schema.Struct({
  id: Schema.String,
  direction: Direction,
  status: MessageStatus,
  preview: Schema.NullOr(Schema.String),
  sender: Schema.NullOr(Schema.String),
  at: Schema.Int
})
export type LastMessage = typeof LastMessage.Type

const lastMessageWire = (last: LastMessage | null) => (last === null ? null : { ...last, at: F.isoInstant(last.at) })

/** Epoch milliseconds and places in the order of arrival (../conversation/reading.ts). */
const OwnerReading = Schema.Struct({
  at: Schema.NullOr(Schema.Int),
  place: Schema.NullOr(Schema.Int),
  arrived: Schema.NullOr(Schema.Int)
})

const readersWire = (readers: Readonly<Record<string, Reader>>) =>
  Object.fromEntries(
    Object.entries(readers).map(([user, reader]) => [
      user,
      { ...reader, last_read_at: F.isoInstant(reader.last_read_at) }
    ])
  )

export const conversationFields = {
  connection_id: F.required(F.id("The account that it runs through", "first event")),
  channel_id: F.required(F.id("The channel that it runs through", "first event")),
  external_thread_id: F.required(F.text("The provider's chat or thread id", "first event")),
  subject: F.optionalText("Subject or group name, at most 500 characters", "message events: the newest by time"),
  conversation_type: F.required(
    F.oneOf(ConversationType, "direct")("What kind of conversation it is", "membership and provider hints; command")
  ),
  participant_count: F.count("Active members, the owner included", "membership"),
  status: F.overrideAudited(
    F.oneOf(ConversationStatus, "active")(
      "Where it is filed",
      "command; provider folders; a new inbound message ends archived and deleted"
    )
  ),
  assigned_to: F.audited(F.optionalText("The CRM user who looks after it; null is nobody", "assign_conversation")),
  snoozed_until: F.overrideAudited(
    F.instant(
      "Until when it is put off: neither listed nor counted in the inbox meanwhile; it comes back then, or with the next inbound message",
      "snooze_conversation; time; a new inbound message"
    )
  ),
  labels: F.audited(
    F.json<ReadonlyArray<string>>(Schema.Array(Schema.String), [])(
      "Labels, sorted; at most 32, each of at most 50 characters",
      "label_conversation"
    )
  ),
  priority: F.oneOf(Priority, "normal")("How urgent it is", "set_conversation_priority; urgent webhooks"),
  message_count: F.count("Distinct messages; deleted, system and hidden ones left out", "message events"),
  last_message_at: F.instant("Newest message, by event time", "message events"),
  last_message: F.jsonWith(
    Schema.NullOr(LastMessage),
    null,
    lastMessageWire
  )(
    "The newest message that counts: id (its external_message_id), direction, status, preview (at most 160 characters of its text, else the name or type of its first attachment), sender (the name of who wrote it), at",
    "message events"
  ),
  unread_count: F.count("Inbound messages that the owner has not read", "message events, read marks"),
  sync_status: F.oneOf(SyncStatus, "pending")("How far its history is known", "update_conversation_sync_status"),
  last_synced_at: F.instant("Last successful sync", "update_conversation_sync_status"),
  sync_error_count: F.count("Failed syncs in a row", "update_conversation_sync_status"),
  sync_error_message: F.text(
    "Text of the last sync failure, at most 500 characters",
    "update_conversation_sync_status"
  ),
  is_hot: F.flag(false)("Ten messages in a day, or a busy provider thread", "message events; detect_hot_conversations"),
  last_accessed_at: F.instant("When a CRM user last opened it", "read marks, feed subscriptions, fetches"),
  readers: F.jsonWith(
    Schema.Record(Schema.String, Reader),
    {},
    readersWire
  )("Horizon and unread count of each CRM user", "read marks, message events"),
  owner_reads: F.offWire(
    F.json(Schema.NullOr(Schema.Array(OwnerReading)), null)(
      "What the owner has read: messages up to a place (at, place) that had arrived by `arrived`; null in it is no bound",
      "read marks, receipts"
    )
  ),
  merged_into: F.optionalId(
    "The conversation that this one became part of; it answers in its place",
    "mails that join two threads"
  ),
  metadata: F.map(
    "Provider hints as they were given: is_broadcast, is_channel, is_community, pinned, folder, content type",
    "message events"
  ),
  created_at: F.required(F.instant("When it was first seen", "first event")),
  updated_at: F.instant("When it last changed", "any change")
}

export type ConversationFields = FieldsOf<typeof conversationFields>
