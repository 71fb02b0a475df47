/**
 * Delivered and read (CONTRACT 2.5, 2.6): the status ladder only climbs; a read receipt covers every earlier outbound message.
 * On an inbound one it is the owner's, unless it names somebody else.
 */
import { later } from "../instants.ts"
import type { MessageDelivered, MessageRead, Person } from "../events.ts"
import type { MessageStatus } from "../vocabulary.ts"
import { revise } from "./counting.ts"
import type { Decision } from "./decision.ts"
import { memberRead, memberSeen, unnamedReader } from "./members.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, find, store } from "./message-window.ts"
import { readerAmongTwo } from "./peer.ts"
import { waitFor } from "./waiting.ts"
import { ownerRead } from "./unread.ts"

/** `failed` stands below delivered and read: either proves it wrong (CONTRACT §1). */
const rung: Record<MessageStatus, number> = { pending: 0, sent: 1, failed: 2, delivered: 3, read: 4 }

export const messageDelivered = (d: Decision, event: MessageDelivered): void => {
  const known = find(d.context.facts.window, event.external_message_id, event.provider_message_id)
  if (known === undefined) return waitFor(d, event)
  if (!known.outbound || rung[known.status] >= rung.delivered) return
  const record: MessageRecord = { ...known, status: "delivered" }
  d.learn({ window: store(d.context.facts.window, record) })
  d.tell({
    type: "row_changed",
    external_message_id: known.id,
    sender_key: null,
    fields: { status: "delivered", updated_at: event.received }
  })
}

export const messageRead = (d: Decision, event: MessageRead): void => {
  const known = find(d.context.facts.window, event.external_message_id, event.provider_message_id)
  if (known === undefined) return waitFor(d, event)
  readBy(d, known, event, event)
  for (const other of event.others ?? []) readBy(d, known, event, other)
}

/** One reader of a known message; null: the receipt does not say who. That we have read what we wrote says nothing. */
const readBy = (
  d: Decision,
  known: MessageRecord,
  { received, history }: MessageRead,
  { reader: named, at }: { readonly reader: Person | null; readonly at: number }
): void => {
  const reader = named === null ? null : readerAmongTwo(d, named, known.outbound)
  const isOwner = reader !== null && reader.key === d.context.facts.owner_key
  if (!known.outbound && (isOwner || reader === null))
    return history === true ? ownerRead(d, known.at, at) : ownerTold(d, known, at)
  if (isOwner) return
  if (reader === null) {
    d.learn({ unnamed_read_to: later(d.context.facts.unnamed_read_to, known.at) })
    unnamedReader(d)
  } else {
    memberSeen(d, reader, known.at, received)
    memberRead(d, reader.key, known.at)
    d.person(reader.key, received, { type: "acted", at })
  }
  if (known.outbound) outboundRead(d, known.at, at, received)
}

/**
 * A receipt of the owner's own reading. Some payloads repeat the message's time instead of telling when it was read; then it is
 * known only when it was heard first. What was heard before is no news, and undoes no "mark unread" that came since.
 */
const ownerTold = (d: Decision, known: MessageRecord, at: number): void => {
  const { owner_told = { at: null, untimed: false } } = known
  const untimed = at <= known.at
  if (untimed ? owner_told.untimed : owner_told.at !== null && owner_told.at >= at) return
  const told = untimed ? { ...owner_told, untimed } : { ...owner_told, at }
  d.learn({ window: store(d.context.facts.window, { ...known, owner_told: told }) })
  ownerRead(d, known.at, untimed ? null : at)
}

/** When an outbound message of that time was read: the earliest receipt that covers it, or null. */
export const readOutbound = (d: Decision, at: number): number | null => {
  let read: number | null = null
  for (const receipt of d.context.facts.outbound_reads) {
    if (receipt.to >= at && (read === null || receipt.at < read)) read = receipt.at
  }
  return read
}

/** Receipts kept for outbound messages that arrive later than them; the oldest are forgotten first (I8). */
const receiptLimit = 64

/** Everything outbound up to `to` was read at `at`. */
export const outboundRead = (d: Decision, to: number, at: number, received: number): void => {
  const reads = d.context.facts.outbound_reads
  if (reads.some((read) => read.to >= to && read.at <= at)) return
  const kept = reads.filter((read) => !(to >= read.to && at <= read.at))
  d.learn({ outbound_reads: [...kept, { to, at }].sort((a, b) => a.to - b.to).slice(-receiptLimit) })
  for (const record of all(d.context.facts.window)) {
    if (!record.outbound || record.at > to) continue
    if (record.status === "read" && record.read_at !== null && record.read_at <= at) continue
    revise(d, record, { ...record, status: "read", read_at: at }, received)
    d.tell({
      type: "row_changed",
      external_message_id: record.id,
      sender_key: null,
      fields: { status: "read", read_at: at, updated_at: received }
    })
  }
  if (d.context.facts.window.floor !== null) d.tell({ type: "outbound_read", at: to, read_at: at })
}
