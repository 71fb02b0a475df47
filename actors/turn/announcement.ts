/**
 * The bodies of announcements as the CRM gets them: signed, sent and listed in these very shapes (docs/announcements.md). Each has
 * a type, the time of the decision, and data; a member that is added later is no change of version.
 */
import * as Schema from "effect/Schema"
import { AccountStatus, AuthStatus, ConversationStatus, ConversationType } from "../../machines/vocabulary.ts"
import { Direction, MessageStatus, Priority, SyncJobStatus } from "../../machines/vocabulary.ts"

const Instant = Schema.String.annotate({ format: "date-time" })
const known = (description: string) => Schema.NullOr(Schema.String).annotate({ description })

const announcement = <const T extends string, F extends Schema.Struct.Fields>(type: T, identifier: string, data: F) =>
  Schema.Struct({
    type: Schema.Literal(type),
    timestamp: Instant.annotate({ description: "When it was decided" }),
    data: Schema.Struct({ tenant: Schema.String, ...data })
  }).annotate({ identifier })

/** The CRM is asked to make a contact of somebody whom it does not know. */
export const ContactCreateRequested = announcement("contact.create_requested", "ContactCreateRequested", {
  participant_id: Schema.String.annotate({
    description: "Whom to link: PUT /v1/tenants/{tenant}/participants/{participant_id}/resolution"
  }),
  name: known("As the providers give it"),
  avatar_url: known("A picture"),
  identifiers: Schema.Struct({
    email: known("E-mail address"),
    phone: known("Phone number"),
    linkedin_member_urn: known("LinkedIn: the member's URN"),
    linkedin_provider_id: known("LinkedIn: the id that the provider uses"),
    instagram_username: known("Instagram"),
    facebook_id: known("Facebook"),
    telegram_id: known("Telegram"),
    twitter_handle: known("X")
  }).annotate({ description: "What is known of the person; null: not known" }),
  status: Schema.String.annotate({ description: "The tenant's default_contact_status" }),
  pipeline_id: known("The tenant's default_contact_pipeline"),
  total_messages: Schema.Int.annotate({ description: "Messages with the person by then" }),
  first_seen: Schema.NullOr(Instant)
})
export type ContactCreateRequested = typeof ContactCreateRequested.Type

const place = { conversation_id: Schema.String, connection_id: Schema.String }

/** A message as it stands in its conversation's list; members that are not known are null. */
const Message = Schema.Struct({
  id: Schema.String.annotate({ description: "external_message_id: its own in this conversation" }),
  provider_message_id: known("The provider's own id, an alias"),
  direction: Direction,
  status: MessageStatus,
  content: known("The text"),
  subject: known("Mail subject"),
  sender_participant_id: known("Who wrote it; null is nobody: a channel, an anonymous admin"),
  sender_name: known("The sender's name"),
  contact_email: known("The sender's address"),
  contact_phone: known("The sender's number in E.164"),
  sent_at: Schema.NullOr(Instant),
  received_at: Schema.NullOr(Instant),
  attachments: Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
})

/** Somebody wrote. Drafts, system lines and hidden messages are not announced. */
export const MessageReceived = announcement("message.received", "MessageReceivedAnnouncement", {
  ...place,
  message: Message
})
/** The account wrote: from here, or from whichever device. */
export const MessageSent = announcement("message.sent", "MessageSentAnnouncement", { ...place, message: Message })

/** A message changed. */
export const MessageUpdated = announcement("message.updated", "MessageUpdatedAnnouncement", {
  ...place,
  message_id: known("external_message_id; null: every outbound message up to `read_up_to`, which the other side read"),
  read_up_to: Schema.NullOr(Instant),
  changes: Schema.Record(Schema.String, Schema.Unknown).annotate({
    description: "The fields that changed, with what they are now; a deleted message's content is null"
  })
})

/** What of a conversation is announced when it changes. */
const conversationChanges = {
  unread_count: Schema.Int,
  status: ConversationStatus,
  conversation_type: ConversationType,
  priority: Priority,
  assigned_to: Schema.NullOr(Schema.String),
  snoozed_until: Schema.NullOr(Instant),
  labels: Schema.Array(Schema.String)
}
export const announcedOfConversation = Object.keys(conversationChanges) as ReadonlyArray<
  keyof typeof conversationChanges
>

/** One of these fields of a conversation changed, or it is new: then `changes` names them all. */
export const ConversationUpdated = announcement("conversation.updated", "ConversationUpdatedAnnouncement", {
  ...place,
  external_thread_id: Schema.String,
  changes: Schema.Struct(conversationChanges).mapFields((fields) => ({
    unread_count: Schema.optionalKey(fields.unread_count),
    status: Schema.optionalKey(fields.status),
    conversation_type: Schema.optionalKey(fields.conversation_type),
    priority: Schema.optionalKey(fields.priority),
    assigned_to: Schema.optionalKey(fields.assigned_to),
    snoozed_until: Schema.optionalKey(fields.snoozed_until),
    labels: Schema.optionalKey(fields.labels)
  }))
})

/** An account's standing changed, for instance because somebody has to sign in again. */
export const ConnectionStatusChanged = announcement("connection.status_changed", "ConnectionStatusChanged", {
  connection_id: Schema.String,
  account_id: Schema.String,
  user_id: Schema.String,
  account_status: AccountStatus,
  auth_status: AuthStatus,
  previous_account_status: AccountStatus,
  previous_auth_status: AuthStatus,
  needs_action: Schema.NullOr(Schema.Literals(["checkpoint", "reconnect", "complete_auth"])),
  last_error: Schema.String
})

/** Two participants turned out to be one person; the first id answers with the second from now on. */
export const ParticipantMerged = announcement("participant.merged", "ParticipantMerged", {
  participant_id: Schema.String,
  merged_into: Schema.String
})

/** A sync of history came to its end, whichever. */
export const SyncCompleted = announcement("sync.completed", "SyncCompleted", {
  job_id: Schema.String,
  record_id: known("The CRM's record that was synced; null: an account was"),
  account_id: known("The account that was synced; null: all that know the record"),
  status: SyncJobStatus,
  trigger_reason: Schema.String,
  messages_found: Schema.Int,
  conversations_found: Schema.Int,
  new_links_created: Schema.Int,
  error_message: Schema.String
})

export const Announcement = Schema.Union([
  ContactCreateRequested,
  MessageReceived,
  MessageSent,
  MessageUpdated,
  ConversationUpdated,
  ConnectionStatusChanged,
  ParticipantMerged,
  SyncCompleted
])
export type Announcement = typeof Announcement.Type
