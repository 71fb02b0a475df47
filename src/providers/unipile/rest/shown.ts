/**
 * REST objects as the webhooks that would have told of them (unipile.md §2, §6): the same ids, the same people, read by the same
 * translation. So a message that comes both ways is one message, whichever way came first.
 */
import { quantity, identity, label, record, yesNo } from "../../text.ts"
import type { Attendee } from "../payload.ts"

type Thing = Readonly<Record<string, unknown>>

/** What is asked of once for a chat, or for an account, and shown with each of its messages. */
export interface ChatShown {
  readonly account: Thing
  readonly chat: Thing
  readonly attendees: ReadonlyArray<Thing>
}

const one = (value: unknown): boolean => yesNo(value) === true

/** An attendee of a chat as `sender` and `attendees` show one. The account's own is marked as LinkedIn marks it. */
export const attendeeShown = (attendee: Thing): Attendee => ({
  attendee_id: attendee["id"],
  attendee_provider_id: attendee["provider_id"],
  attendee_name: attendee["name"],
  attendee_public_identifier: attendee["public_identifier"],
  attendee_profile_url: attendee["profile_url"],
  attendee_profile_picture_url: attendee["picture_url"],
  attendee_specifics: {
    ...record(attendee["specifics"]),
    ...(one(attendee["is_self"]) ? { network_distance: "SELF" } : {})
  }
})

/** Who the account is on its network, as `account_info` tells. */
const accountInfo = (account: Thing): Thing => {
  const im = record(record(account["connection_params"])["im"])
  return {
    type: account["type"],
    ...(im["phone_number"] === undefined ? {} : { phone_number: im["phone_number"] }),
    ...(im["id"] === undefined && im["user_id"] === undefined ? {} : { user_id: im["id"] ?? im["user_id"] })
  }
}

/** Whoever bears one of these ids among the attendees; else the bare ids. */
const personShown = (attendees: ReadonlyArray<Thing>, attendee_id: unknown, provider_id: unknown): Attendee => {
  const [id, provider] = [identity(attendee_id), identity(provider_id)]
  const found = attendees.find(
    (each) =>
      (id !== null && identity(each["id"]) === id) || (provider !== null && identity(each["provider_id"]) === provider)
  )
  return found === undefined
    ? { attendee_id: id ?? undefined, attendee_provider_id: provider ?? undefined }
    : attendeeShown(found)
}

const group = 1
const channel = 2
const longestName = 500

/** What all payloads about a message share. */
const messageShown = ({ account, chat, attendees }: ChatShown, message: Thing): Thing => {
  const folders = Array.isArray(chat["folder"]) ? chat["folder"] : []
  return {
    account_id: chat["account_id"] ?? account["id"],
    account_type: chat["account_type"] ?? account["type"],
    account_info: accountInfo(account),
    webhook_name: "",
    chat_id: chat["id"],
    provider_chat_id: chat["provider_id"],
    chat_pinned: chat["pinned"],
    chat_content_type: chat["content_type"] ?? null,
    is_group: chat["type"] === group,
    ...(chat["type"] === channel ? { is_channel: true } : {}),
    folder: one(chat["archived"]) ? [...folders, "ARCHIVE"] : folders,
    subject:
      message["subject"] ?? chat["subject"] ?? (chat["type"] === group ? label(chat["name"], longestName) : null),
    attendees: attendees.map(attendeeShown),
    sender: personShown(attendees, message["sender_attendee_id"], message["sender_id"]),
    message_id: message["id"],
    provider_message_id: message["provider_id"],
    message: message["text"] ?? null,
    timestamp: message["timestamp"],
    attachments: message["attachments"],
    is_sender: one(message["is_sender"]),
    is_event: message["is_event"],
    event_type: message["event_type"] ?? null,
    message_type: message["message_type"] ?? null,
    hidden: message["hidden"],
    deleted: message["deleted"],
    quoted: message["quoted"] ?? null,
    reply_to: message["reply_to"] ?? null
  }
}

/** How far the owner has read a chat, as its list told; goes along with the messages, the newest first. */
export interface ChatReading {
  /** Inbound messages that are still to be met and unread. */
  readonly unread_left: number
  /** Whether the newest read one was told of. */
  readonly is_told: boolean
}

export const readingOf = (chat: Thing): ChatReading => {
  const unread_left = quantity(chat["unread_count"])
  // Without a count nothing is known: nothing is told.
  return { unread_left: unread_left ?? 0, is_told: unread_left === null }
}

/** The payloads that tell all that a message shows, and how far the owner's reading is told after it. */
export const messagePayloads = (
  shown: ChatShown,
  message: Thing,
  reading: ChatReading
): { readonly payloads: ReadonlyArray<Thing>; readonly reading: ChatReading } => {
  const base = messageShown(shown, message)
  const payloads: Array<Thing> = [{ event: "message_received", ...base }]
  if (one(message["deleted"])) return { payloads, reading }
  const isOurs = one(message["is_sender"])
  const isLine = one(message["is_event"])
  if (one(message["edited"])) payloads.push({ event: "message_edited", ...base })
  for (const each of Array.isArray(message["reactions"]) ? message["reactions"].map(record) : []) {
    const self = shown.attendees.find((attendee) => one(attendee["is_self"]))
    const reaction_sender =
      one(each["is_sender"]) && self !== undefined
        ? attendeeShown(self)
        : personShown(shown.attendees, undefined, each["sender_id"])
    payloads.push({ event: "message_reaction", ...base, reaction: each["value"], reaction_sender })
  }
  if (isOurs) {
    if (one(message["seen"])) payloads.push({ event: "message_read", ...base, read_by: message["seen_by"] })
    else if (one(message["delivered"])) payloads.push({ event: "message_delivered", ...base })
    return { payloads, reading }
  }
  // What came after the chat was listed is not in its count.
  const isLater = String(message["timestamp"]) > String(shown.chat["timestamp"] ?? "9999")
  if (reading.is_told || isLine || one(message["hidden"]) || isLater) return { payloads, reading }
  if (reading.unread_left > 0) return { payloads, reading: { ...reading, unread_left: reading.unread_left - 1 } }
  payloads.push({ event: "message_read", ...base })
  return { payloads, reading: { ...reading, is_told: true } }
}

/** A mail as the webhook that tells of its coming. */
export const mailPayload = (account: Thing, mail: Thing): Thing => ({
  ...mail,
  event: "mail_received",
  account_id: mail["account_id"] ?? account["id"],
  account_type: account["type"],
  email_id: mail["id"] ?? mail["email_id"]
})
