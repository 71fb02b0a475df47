/** The message and the chat of a payload that tells of a message. */
import type { Attachment, MessageBody, Thread } from "../../../machines/events.ts"
import { shortened } from "../../../machines/shortened.ts"
import type { Direction } from "../../../machines/vocabulary.ts"
import { addressLength, contentLength, nameLength, subjectLength } from "../bounds.ts"
import { hints, label } from "../text.ts"
import type { AttachmentTable, ListOf, Tables } from "./mapping.ts"
import { optional, rows } from "./read.ts"

/** Attachments of one message that are kept (I8). */
const attachmentLimit = 100

type Fields = Tables["message_received"]
type Ids = Pick<MessageBody, "external_message_id" | "provider_message_id">

/** The message. What a mapping cannot say of it is not so. */
export const messageIn = (body: unknown, fields: Fields, ids: Ids, direction: Direction): MessageBody => {
  const text = optional(body, fields.text)
  return {
    ...ids,
    direction,
    content: text === null ? null : shortened(text, contentLength),
    subject: label(optional(body, fields.subject), subjectLength),
    attachments: attachmentsIn(body, fields.attachments),
    is_event: false,
    event_type: null,
    hidden: false,
    deleted: false,
    read_at: null,
    metadata: hints({ content_length: text !== null && text.length > contentLength ? text.length : null })
  }
}

const attachmentsIn = (body: unknown, list: ListOf<AttachmentTable> | undefined): ReadonlyArray<Attachment> =>
  list === undefined
    ? []
    : rows(body, list, attachmentLimit).flatMap((row) => {
        const { id, type, name, mime, size, url } = list.of
        const attachment: Attachment = {
          id: optional(row, id),
          type: label(optional(row, type), nameLength),
          name: label(optional(row, name), nameLength),
          mime: label(optional(row, mime), nameLength),
          size: optional(row, size),
          url: label(optional(row, url), addressLength)
        }
        return Object.values(attachment).every((part) => part === null) ? [] : [attachment]
      })

/** The chat of a message. */
export const threadIn = (body: unknown, fields: Fields, external_thread_id: string): Thread => {
  const is_group = optional(body, fields.is_group)
  return {
    external_thread_id,
    subject: label(optional(body, fields.title), subjectLength),
    is_group: is_group === true,
    ...(is_group === false ? { is_direct: true } : {}),
    is_broadcast: false,
    is_channel: false,
    is_community: false,
    folders: [],
    message_count: null,
    is_urgent: false,
    metadata: {}
  }
}
