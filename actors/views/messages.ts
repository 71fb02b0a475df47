/** A message on the feed (CONTRACT §8): the fields of its row that a reader of a conversation needs, and its sender's name. Pure. */
import type { MessageFields } from "../../machines/message/fields.ts"
import { messageFields } from "../../machines/message/fields.ts"
import { initialOf, toWire } from "../../machines/field.ts"
import { liveFields } from "./message-fields.ts"
import { shortened } from "../../machines/shortened.ts"
import type { StoredMessage } from "../../persistence/lists/messages.ts"

type LiveField = (typeof liveFields)[number]

/** Characters of a text on the feed (I8); a longer one is cut, and whole over HTTP. */
export const liveText = 16_384

export interface LiveMessage {
  /** Ours. */
  readonly id: string
  readonly external_message_id: string
  readonly row: Pick<MessageFields, LiveField>
  /** Its place: the message's own time, epoch milliseconds, then its arrival. */
  readonly at: number | null
  readonly arrival: number
  readonly wire: Readonly<Record<string, unknown>>
}

const fresh = initialOf(messageFields)

/** The message after a change of its row; one that was not there before is made. */
export const changedMessage = (
  before: Pick<LiveMessage, "id" | "external_message_id"> & Partial<LiveMessage>,
  fields: Partial<MessageFields>
): LiveMessage => {
  const { id, external_message_id } = before
  const row: Record<string, unknown> = { ...(before.row ?? picked(fresh)) }
  const wire: Record<string, unknown> = { ...(before.wire ?? { external_message_id, ...wireIn(picked(fresh)) }) }
  for (const name of liveFields) {
    const value = fields[name]
    if (value === undefined) continue
    row[name] = value
    Object.assign(wire, wireIn({ [name]: value }))
  }
  const settled = row as unknown as LiveMessage["row"]
  // The texts are in `wire`, at most so much of each.
  if (settled.content !== null) row["content"] = null
  return {
    id,
    external_message_id,
    row: settled,
    at: settled.sent_at ?? settled.received_at ?? settled.created_at,
    arrival: settled.arrival ?? 0,
    wire
  }
}

/** A message as its row says. */
export const liveMessage = (row: StoredMessage): LiveMessage =>
  changedMessage({ id: row.id, external_message_id: row.external_message_id }, row)

const picked = (fields: Partial<MessageFields>): Partial<MessageFields> =>
  Object.fromEntries(liveFields.flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])))

const wireIn = (fields: Partial<MessageFields>): Record<string, unknown> => {
  const wire: Record<string, unknown> = {}
  for (const name of liveFields) {
    const value = fields[name]
    if (value === undefined) continue
    if (name === "content" && typeof value === "string") {
      wire["content"] = shortened(value, liveText)
      wire["is_cut"] = value.length > liveText
    } else wire[name] = toWire(messageFields[name], value)
  }
  return wire
}
