/** The message that a messaging payload names: its ids, its time, its text. */
import * as Result from "effect/Result"
import type { MessageBody } from "../../../machines/events.ts"
import { shortened } from "../../../machines/shortened.ts"
import type { ChannelType, Direction } from "../../../machines/vocabulary.ts"
import { contentLength, subjectLength } from "../bounds.ts"
import { attachmentsOf } from "./attachment.ts"
import type { Messaging } from "./payload.ts"
import { clean, hints, identity, label, record, yesNo } from "../text.ts"
import { isStory } from "./thread.ts"
import type { Unreadable } from "../unreadable.ts"
import { unreadable } from "../unreadable.ts"

export interface MessageIds {
  readonly external_message_id: string
  readonly provider_message_id: string | null
}

/** UniPile's id, or the network's own where UniPile's is missing (a send answers null sometimes). */
export const messageIdsOf = (payload: Messaging): Result.Result<MessageIds, Unreadable> => {
  const provider_message_id = identity(payload.provider_message_id)
  const external_message_id = identity(payload.message_id) ?? provider_message_id
  return external_message_id === null
    ? Result.fail(unreadable("message_id", "names no message, and neither does provider_message_id"))
    : Result.succeed({ external_message_id, provider_message_id })
}

/** The text of a payload, cleaned but not shortened; null when there is none. */
const textOf = (payload: Messaging): string | null => {
  const { message } = payload
  const text = typeof message === "string" ? message : record(message)["text"]
  return typeof text === "string" ? clean(text) : null
}

/** The text of a payload, at most 64 Ki characters; null when there is none, "" when it is empty. */
export const contentOf = (payload: Messaging): string | null => {
  const text = textOf(payload)
  return text === null ? null : shortened(text, contentLength)
}

/** The message as the provider shows it. Only networks with letters (LinkedIn, mail) have subjects per message. */
export const messageOf = (
  payload: Messaging,
  ids: MessageIds,
  direction: Direction,
  channel_type: ChannelType
): MessageBody => {
  const text = textOf(payload)
  const { event_type } = payload
  return {
    external_message_id: ids.external_message_id,
    provider_message_id: ids.provider_message_id,
    direction,
    content: text === null ? null : shortened(text, contentLength),
    subject: lettered.has(channel_type) ? label(payload.subject, subjectLength) : null,
    attachments: attachmentsOf(payload.attachments),
    is_event: yesNo(payload.is_event) === true,
    event_type: typeof event_type === "number" && Number.isInteger(event_type) ? event_type : null,
    hidden: yesNo(payload.hidden) === true,
    deleted: yesNo(payload.deleted) === true,
    ...(isStory(payload) ? { is_story: true } : {}),
    read_at: null,
    metadata: hints({
      quoted: payload.quoted,
      reply_to: payload.reply_to,
      mentions: payload.mentions,
      is_forwarded: payload.is_forwarded,
      message_type: payload.message_type,
      content_length: text !== null && text.length > contentLength ? text.length : null
    })
  }
}

const lettered: ReadonlySet<ChannelType> = new Set(["linkedin", "gmail", "outlook", "mail"])
