/** What a messaging payload says of its chat. A hint that is missing is false; a machine decides what it means. */
import type { Thread } from "../../../machines/events.ts"
import { foldersOf } from "./folders.ts"
import type { Messaging } from "./payload.ts"
import { hints, identity, label, quantity, yesNo } from "./text.ts"

/** CONTRACT 2.4 and 2.6. */
export const subjectLength = 500
const contentLength = 100

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

/** The chat of a payload. */
export const threadOf = (payload: Messaging, external_thread_id: string): Thread => {
  const chat = identity(payload.provider_chat_id)
  const content = label(payload.chat_content_type, contentLength)
  return {
    external_thread_id,
    subject: label(payload.subject, subjectLength),
    ...kindOf(payload),
    folders: foldersOf(payload.folder),
    message_count: quantity(payload.message_count),
    is_urgent: yesNo(payload.is_urgent) === true || payload.priority === "high",
    metadata: hints({
      pinned: yesNo(payload.chat_pinned),
      folder: payload.folder,
      content_type: content,
      is_broadcast: yesNo(payload.is_broadcast),
      is_channel: yesNo(payload.is_channel),
      is_community: yesNo(payload.is_community),
      provider_chat_id: chat
    })
  }
}
