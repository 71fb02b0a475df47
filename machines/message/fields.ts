/** The fields of a message (CONTRACT 2.6): a row, not an actor. Its conversation decides what happens to it. */
import * as Schema from "effect/Schema"
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"
import { Direction, MessageStatus, MessageSyncStatus } from "../vocabulary.ts"

const Attachments = Schema.Array(Schema.Record(Schema.String, Schema.Unknown))
/** Null is nobody in particular: the provider does not tell whose it is. */
const Reactor = Schema.NullOr(Schema.String)
const Reactions = Schema.Array(Schema.Struct({ value: Schema.String, participant_id: Reactor, at: Schema.Int }))
const Texts = Schema.NullOr(Schema.Struct({ at: Schema.NullOr(Schema.Int), heard: Schema.Array(Schema.Int) }))
const Withdrawn = Schema.Array(Schema.Struct({ participant_id: Reactor, at: Schema.Int }))

export const messageFields = {
  provider_message_id: F.optionalText("The provider's own id, an alias of external_message_id", "message events"),
  channel_id: F.required(F.id("The channel that it came through", "message events")),
  conversation_id: F.required(F.id("The conversation that it belongs to", "message events")),
  sender_participant_id: F.required(
    F.optionalId("Who wrote it; null is nobody: a channel, an anonymous admin", "message events")
  ),
  direction: F.required(
    F.oneOf(Direction, "inbound")("inbound, or outbound when the account wrote it", "message events: is_sender")
  ),
  content: F.optionalText("The text; erased when the message is deleted", "message events; the newest edit by time"),
  subject: F.optionalText("Mail subject, at most 500 characters", "message events"),
  contact_email: F.optionalText("The sender's e-mail address", "message events"),
  contact_phone: F.optionalText("The sender's phone number in E.164", "message events"),
  status: F.required(
    F.oneOf(MessageStatus, "pending")("Where it is on the ladder; it only climbs", "message events, receipts")
  ),
  sent_at: F.instant("When we sent it; outbound only", "message events"),
  received_at: F.instant("When it arrived, provider time; inbound only", "message events"),
  read_at: F.instant("When it was read", "read receipts; mail's read_date"),
  edited_at: F.instant("Time of the newest edit", "edit events"),
  deleted_at: F.instant("When it was deleted", "delete events"),
  arrival: F.seq("Its place in the tenant's order of arrival; messages of one instant stand in it", "message events"),
  is_event: F.flag(false)("A system line: counted nowhere", "message events"),
  hidden: F.flag(false)("Hidden by the provider: counted nowhere", "message events"),
  is_story: F.flag(false)("A story or status update: nobody has to read it", "message events"),
  reactions: F.json(Reactions, [])("Who reacted with what, one per person", "reaction events"),
  withdrawn_reactions: F.json(Withdrawn, [])(
    "Who took a reaction back and when, so that an old repeat of it does not bring it back",
    "reaction events"
  ),
  heard_texts: F.json(Texts, null)(
    "Digests of the texts that were heard at the time of the newest edit, so that an old repeat of one does not bring it back; null while there was one text alone",
    "message and edit events"
  ),
  attachments: F.json(Attachments, [])("Files and media, as the provider lists them", "message events"),
  sync_status: F.oneOf(MessageSyncStatus, "pending")("synced once the provider has shown it", "message events"),
  last_synced_at: F.instant("When the provider last showed it", "message events"),
  is_local_only: F.flag(false)(
    "A draft or optimistic send that no echo has confirmed yet",
    "commands; the echo ends it"
  ),
  metadata: F.map("quoted, reply_to, message_type and other hints", "message events"),
  created_at: F.required(F.instant("When we first saw it", "message events")),
  updated_at: F.instant("When it last changed", "message events")
}

export type MessageFields = FieldsOf<typeof messageFields>

/**
 * What a conversation decided about one message's row. Only the named columns change; the row is
 * made when it does not exist. Times are epoch milliseconds.
 */
export interface MessageChange {
  readonly external_message_id: string
  readonly conversation_id: string
  readonly channel_id: string
  readonly fields: Partial<MessageFields>
}
