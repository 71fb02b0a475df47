/**
 * Rows as they were read, with what has been decided since: as the next cut would leave them. Of several that were looked up together
 * each is applied upon what those before it changed, and the first may have pushed out of the window what the next one needs.
 */
import { initialOf } from "../../machines/field.ts"
import { type MessageFields, messageFields } from "../../machines/message/fields.ts"
import type { MessageChange } from "../../machines/message/fields.ts"
import type { StoredMessage } from "../../persistence/lists/messages.ts"
import type { Identity } from "../memory/identity.ts"
import type { LeanRow } from "./recall.ts"
import type { Join, RowSpan } from "../tenant/row-changes.ts"

/** What was asked of the rows of one conversation. */
export interface Asked {
  readonly conversation_id: string
  /** Names of messages. */
  readonly ids: ReadonlyArray<string>
  /** Also whatever is as new as this or newer, epoch milliseconds; null: nothing more. */
  readonly from: number | null
}

const fresh = initialOf(messageFields)

/** A message that was not there before brings what makes it one. */
const isWhole = ({ fields }: MessageChange): boolean =>
  fields.created_at !== undefined && fields.direction !== undefined && fields.arrival !== undefined

const rowOf = (change: MessageChange, identity: Identity): StoredMessage => ({
  ...fresh,
  ...defined(change.fields),
  id: identity.message(change.conversation_id, change.external_message_id),
  external_message_id: change.external_message_id,
  conversation_id: change.conversation_id,
  channel_id: change.channel_id
})

const defined = (fields: Partial<MessageFields>): Partial<MessageFields> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const lowered = (name: string): string => name.toLowerCase().slice(0, 512)

/** Whether it is among what was asked for. */
const answers = (asked: Asked): ((row: StoredMessage) => boolean) => {
  const ids = new Set(asked.ids)
  const mails = new Set(asked.ids.map(lowered))
  return (row) => {
    if (row.is_local_only) return false
    const message_id = row.metadata["message_id"]
    if (ids.has(row.external_message_id)) return true
    if (row.provider_message_id !== null && ids.has(row.provider_message_id)) return true
    if (typeof message_id === "string" && mails.has(lowered(message_id))) return true
    return asked.from !== null && (row.sent_at ?? row.received_at ?? row.created_at ?? -Infinity) >= asked.from
  }
}

/** Whether a change of a row that was not read may make it one of those that are asked for. */
const mayAnswer = (asked: Asked, { external_message_id, fields }: MessageChange): boolean =>
  asked.ids.includes(external_message_id) ||
  fields.provider_message_id !== undefined ||
  fields.metadata?.["message_id"] !== undefined ||
  fields.is_local_only !== undefined ||
  (asked.from !== null && (fields.sent_at !== undefined || fields.received_at !== undefined))

/** What a lean row cannot tell anew. */
const heavy: ReadonlyArray<keyof MessageFields> = [
  "content",
  "attachments",
  "subject",
  "contact_email",
  "contact_phone",
  "metadata",
  "heard_texts",
  "edited_at"
]

/**
 * The rows with those changes, in order. Null where only rows that are read anew can tell: a conversation or a person became part of
 * another one, or a row changed that was not read.
 */
export const newest = (
  rows: ReadonlyArray<LeanRow>,
  since: Iterable<RowSpan | Join>,
  asked: Asked,
  identity: Identity
): ReadonlyArray<LeanRow> | null => {
  const known = new Map<string, LeanRow>(rows.map((row) => [row.external_message_id, row]))
  for (const span of since) {
    if ("from" in span) {
      if (span.from === asked.conversation_id || span.into === asked.conversation_id) return null
      continue
    }
    for (const change of span.messages) {
      if (change.conversation_id !== asked.conversation_id) continue
      const row = known.get(change.external_message_id)
      if (row?.held !== undefined && heavy.some((name) => change.fields[name] !== undefined)) return null
      if (row !== undefined) known.set(change.external_message_id, { ...row, ...defined(change.fields) })
      else if (isWhole(change)) known.set(change.external_message_id, rowOf(change, identity))
      else if (mayAnswer(asked, change)) return null
    }
    if (span.moves.some(({ conversation_id }) => conversation_id === asked.conversation_id)) return null
    for (const { conversation_id, at, read_at } of span.read_horizons) {
      if (conversation_id !== asked.conversation_id) continue
      for (const [id, row] of known) {
        if (row.direction !== "outbound" || row.sent_at === null || row.sent_at > at) continue
        if (row.status === "read" && row.read_at !== null && row.read_at <= read_at) continue
        known.set(id, { ...row, status: "read", read_at })
      }
    }
  }
  return [...known.values()].filter(answers(asked))
}
