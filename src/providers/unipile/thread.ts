/** What a messaging payload says of its chat. A hint that is missing is false; a machine decides what it means. */
import type { Thread } from "../../../machines/events.ts"
import { subjectLength } from "../bounds.ts"
import { foldersOf } from "./folders.ts"
import type { Messaging } from "./payload.ts"
import { hints, identity, label, quantity, yesNo } from "../text.ts"

const contentLength = 100
/** Hints of a chat: its conversation keeps them (I8). */
const threadHints = { each: 2_048, all: 4_096 } as const

/** Chats of WhatsApp that are named after somebody, and those that never are chats of two. */
const namedAfterPerson = /@(?:s\.whatsapp\.net|c\.us|lid)$/i
const ofMany = /@(?:g\.us|broadcast|newsletter)$/i

/** Whether the payload's chat is a group, told by the flag, else by the end of WhatsApp's chat id. */
export const isGroup = (payload: Messaging): boolean =>
  yesNo(payload.is_group) ?? identity(payload.provider_chat_id)?.endsWith("@g.us") ?? false

/** What networks call the chat, and the kind of message, in which people show their stories to everybody. */
const stories: ReadonlySet<string> = new Set(["story", "stories", "status", "status_update"])
const storiesChat = "status@broadcast"

/** Whether the payload is a story or status update: it is shown to all contacts, and written to nobody. */
export const isStory = (payload: Messaging): boolean =>
  [payload.chat_content_type, payload.message_type].some((kind) =>
    stories.has(label(kind, contentLength)?.toLowerCase() ?? "")
  ) || [payload.provider_chat_id, payload.chat_id].some((chat) => identity(chat)?.toLowerCase() === storiesChat)

/** What kind of chat it is. WhatsApp marks broadcasts and newsletters by the end of the chat's own id. */
const kindOf = (payload: Messaging) => {
  const chat = identity(payload.provider_chat_id)
  const content = label(payload.chat_content_type, contentLength)
  return {
    is_group: isGroup(payload),
    is_broadcast:
      yesNo(payload.is_broadcast) === true || content === "broadcast" || chat?.endsWith("@broadcast") === true,
    is_channel: yesNo(payload.is_channel) === true || content === "channel" || chat?.endsWith("@newsletter") === true,
    is_community: yesNo(payload.is_community) === true || content === "community"
  }
}

/** Whether the chat is no chat of two: a group, or one that speaks to many. */
export const isOfMany = (payload: Messaging): boolean => Object.values(kindOf(payload)).includes(true)

/** Whether the payload says outright that its chat is one of two: by the flag, else by the name of WhatsApp's chats of two. */
export const isDirect = (payload: Messaging): boolean => {
  const chat = identity(payload.provider_chat_id) ?? ""
  if (ofMany.test(chat) || isOfMany(payload)) return false
  return yesNo(payload.is_group) === false || namedAfterPerson.test(chat)
}

/** The id of the person that a chat of two is named after; null where the network does not name chats so. */
export const namesakeOf = (payload: Messaging): string | null => {
  const chat = identity(payload.provider_chat_id)
  return chat !== null && namedAfterPerson.test(chat) && isDirect(payload) ? chat : null
}

/** The chat of a payload. `partner`: the key of the person that it is named after. */
export const threadOf = (payload: Messaging, external_thread_id: string, partner: string | null): Thread => {
  const chat = identity(payload.provider_chat_id)
  const content = label(payload.chat_content_type, contentLength)
  return {
    external_thread_id,
    subject: label(payload.subject, subjectLength),
    ...kindOf(payload),
    ...(isDirect(payload) ? { is_direct: true } : {}),
    ...(partner === null ? {} : { partner }),
    folders: foldersOf(payload.folder),
    message_count: quantity(payload.message_count),
    is_urgent: yesNo(payload.is_urgent) === true || payload.priority === "high",
    metadata: hints(
      {
        pinned: yesNo(payload.chat_pinned),
        folder: payload.folder,
        content_type: content,
        is_broadcast: yesNo(payload.is_broadcast),
        is_channel: yesNo(payload.is_channel),
        is_community: yesNo(payload.is_community),
        provider_chat_id: chat
      },
      threadHints
    )
  }
}
