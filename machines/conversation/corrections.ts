/** Commands on one message (CONTRACT §4): its own time, and its subject. */
import * as Hash from "effect/Hash"
import { later } from "../instants.ts"
import type { MessageSubjectSet, MessageTimed } from "../events.ts"
import { messageCounted } from "./counting.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, counts, find, store } from "./message-window.ts"
import { readOutbound } from "./receipts.ts"
import { own } from "../own.ts"

const unknown = (d: Decision): void =>
  d.tell({ type: "command_refused", field: "message_id", rule: "names no message of this conversation" })

/** set_message_timestamps: every count and horizon sees the message at its new time, as if it had always had it. */
export const messageTimed = (d: Decision, event: MessageTimed): void => {
  const known = find(d.context.facts.window, event.message_id)
  if (known === undefined) return unknown(d)
  const field = known.outbound ? "sent_at" : "received_at"
  if (event.field !== field) {
    return d.tell({ type: "command_refused", field: event.field, rule: `is not a time of this message; ${field} is` })
  }
  if (known.at === event.at) return
  const read_at = known.outbound ? (readOutbound(d, event.at) ?? known.read_at) : known.read_at
  const moved: MessageRecord = {
    ...known,
    at: event.at,
    read_at,
    ...(known.outbound && read_at !== null ? { status: "read" } : {})
  }
  if (counts(known)) {
    d.learn({ window: store(d.context.facts.window, { ...known, hidden: true }) })
    messageCounted(d, known, -1, event.received)
  }
  d.learn({ window: store(d.context.facts.window, moved) })
  if (counts(moved)) messageCounted(d, moved, 1, event.received)
  if (!known.is_event) newestAgain(d, known, moved, event.received)
  d.tell({
    type: "row_changed",
    external_message_id: known.id,
    sender_key: null,
    fields: { [field]: event.at, read_at, status: moved.status, updated_at: event.received }
  })
}

/** The newest message may be another one now. What left the window was older than what is in it. */
const newestAgain = (d: Decision, known: MessageRecord, moved: MessageRecord, received: number): void => {
  const newest = (holds: (record: MessageRecord) => boolean) => {
    let at: number | null = null
    for (const record of all(d.context.facts.window)) if (!record.is_event && holds(record)) at = later(at, record.at)
    return at
  }
  d.set({
    last_message_at: later(
      newest(() => true),
      d.context.facts.window.floor
    )
  })
  if (!known.outbound && d.context.facts.newest_inbound === known.at) {
    d.learn({ newest_inbound: newest((record) => !record.outbound && counts(record)) })
  }
  const author = known.sender === null ? undefined : own(d.context.members, known.sender)
  if (author === undefined) return
  const { key, last_message_at } = author
  if (last_message_at === known.at) d.member(key, { last_message_at: newest((record) => record.sender === key) })
  else d.member(key, { last_message_at: later(last_message_at, moved.at) })
  d.person(key, received, { type: "acted", at: moved.at })
}

/** set_message_subject. */
export const messageSubjectSet = (d: Decision, event: MessageSubjectSet): void => {
  const known = find(d.context.facts.window, event.message_id)
  if (known === undefined) return unknown(d)
  const subject_print = Hash.string(JSON.stringify(event.subject))
  if (known.subject_print === subject_print) return
  d.learn({ window: store(d.context.facts.window, { ...known, subject_print }) })
  d.tell({
    type: "row_changed",
    external_message_id: known.id,
    sender_key: null,
    fields: { subject: event.subject, updated_at: event.received }
  })
}
