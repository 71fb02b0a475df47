/** The webhook that tells of a message of a made-up account as it happens, written as captures show it (unipile.md §2). */
import type { Chat, Thing } from "./content.ts"
import { ownNumber } from "./content.ts"

const attendee = ({ id, provider_id, name, public_identifier, specifics }: Thing): Thing => ({
  attendee_id: id,
  attendee_provider_id: provider_id,
  attendee_name: name,
  attendee_profile_url: null,
  attendee_public_identifier: public_identifier,
  attendee_specifics: specifics
})

export const webhookOf = ({ chat, attendees }: Chat, message: Thing): Thing => ({
  event: "message_received",
  account_id: chat["account_id"],
  account_type: chat["account_type"],
  account_info: { type: "WHATSAPP", phone_number: ownNumber },
  webhook_name: "",
  chat_id: chat["id"],
  attendees: attendees.slice(1).map(attendee),
  sender: attendee(attendees.find(({ id }) => id === message["sender_attendee_id"])!),
  subject: chat["name"],
  message: message["text"],
  message_id: message["id"],
  timestamp: message["timestamp"],
  attachments: [],
  is_sender: message["is_sender"] === 1,
  provider_chat_id: chat["provider_id"],
  provider_message_id: message["provider_id"],
  is_event: 0,
  chat_pinned: 0,
  quoted: null,
  is_forwarded: null,
  chat_content_type: null,
  message_type: null,
  is_group: chat["type"] === 1,
  folder: ["INBOX"]
})

/** Somebody writes in the chat now: the provider holds it, counts it as unread and shows the chat first. */
export const arrives = (chat: Chat, n: number, at: number): Thing => {
  const from = chat.attendees[1]!
  const message: Thing = {
    object: "Message",
    id: `late-${n}`,
    account_id: chat.chat["account_id"],
    chat_id: chat.chat["id"],
    provider_id: `3EB0late${n}`,
    sender_id: from["provider_id"],
    sender_attendee_id: from["id"],
    text: `Late message ${n}`,
    timestamp: new Date(at).toISOString(),
    attachments: [],
    reactions: [],
    is_sender: 0,
    seen: 0,
    delivered: 1,
    hidden: 0,
    deleted: 0,
    edited: 0,
    is_event: 0
  }
  chat.messages.unshift(message)
  chat.chat["timestamp"] = message["timestamp"]
  chat.chat["unread_count"]++
  return webhookOf(chat, message)
}
