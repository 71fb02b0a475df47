/**
 * The recent messages of a conversation, as facts: what the counters are computed from (I3). A persistent map, so that a
 * context stays an immutable value whose update does not grow with the window. A message stands under its own id and under
 * the provider's id, its alias. Past `limit` the oldest leave; their rows in the database remember them (`floor` says up to when).
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import type { MessageStatus } from "../vocabulary.ts"
import type { Reading } from "./reading.ts"
import { byPlace, isCovered } from "./reading.ts"

/** A reaction of one person; `value` null when it was taken back. */
export interface Reaction {
  readonly key: string
  readonly value: string | null
  readonly at: number
}

/** What is remembered of one message. Times are epoch milliseconds. */
export interface MessageRecord {
  readonly id: string
  readonly alias: string | null
  /** A third name, where the first is that of a row which the CRM had made before the provider showed the message. */
  readonly other?: string
  readonly at: number
  /** Place in the tenant's order of arrival (the journal's); absent: it came before that was kept. */
  readonly arrival?: number
  readonly outbound: boolean
  readonly sender: string
  readonly is_event: boolean
  readonly hidden: boolean
  /** A story or status update: it counts, and nobody has to read it. */
  readonly is_story?: true
  /** Receipts of the owner's reading that named it: the newest by its own time, and whether one told no other time than the message's. */
  readonly owner_told?: { readonly at: number | null; readonly untimed: boolean }
  /** Earliest word of its deletion; null while it stands. */
  readonly deleted_at: number | null
  readonly read_at: number | null
  readonly status: MessageStatus
  readonly edited_at: number | null
  /** Weighs edits of one instant against each other; 0 while there was none. */
  readonly edit_rank: number
  readonly reactions: ReadonlyArray<Reaction>
  /** Digest of the subject that a command gave it. */
  readonly subject_print?: number
  /** Mail only. */
  readonly tracking?: Tracking
  /** Where a mail was moved last, and when. */
  readonly moved?: { readonly at: number; readonly folders: string }
}

/** Who opened a mail and clicked in it, as far as tracking tells. */
export interface Tracking {
  /** The message's own metadata, which the counts are added to. */
  readonly metadata: Readonly<Record<string, unknown>>
  readonly opens: number
  readonly clicks: number
  readonly first_opened_at: number | null
  readonly last_opened_at: number | null
  readonly last_clicked_at: number | null
  /** Ids of the tracking events that are counted, so that a repeat is not. */
  readonly events: ReadonlyArray<string>
}

export interface MessageWindow {
  readonly records: HashMap.HashMap<string, MessageRecord>
  readonly size: number
  /** Newest time among the messages that left the window; null while none has. */
  readonly floor: number | null
}

/** How many messages a conversation keeps; memory per busy conversation is about 100 KB. */
export const windowLimit = 512
/** The oldest leave in groups, so that the sort is paid once per group. */
const evictionGroup = 128

export const emptyWindow: MessageWindow = { records: HashMap.empty(), size: 0, floor: null }

/** The record of an id or an alias. */
export const find = (window: MessageWindow, id: string, alias: string | null = null): MessageRecord | undefined => {
  const byId = HashMap.get(window.records, id)
  if (Option.isSome(byId)) return byId.value
  return alias === null ? undefined : Option.getOrUndefined(HashMap.get(window.records, alias))
}

/** Each record once. */
export function* all(window: MessageWindow): Iterable<MessageRecord> {
  for (const [key, record] of window.records) if (key === record.id) yield record
}

const namesOf = ({ id, alias, other }: MessageRecord): ReadonlyArray<string> =>
  other === undefined ? (alias === null || alias === id ? [id] : [id, alias]) : [id, alias!, other]

const put = (records: MessageWindow["records"], record: MessageRecord) => {
  for (const name of namesOf(record)) records = HashMap.set(records, name, record)
  return records
}

const drop = (records: MessageWindow["records"], record: MessageRecord) => {
  for (const name of namesOf(record)) records = HashMap.remove(records, name)
  return records
}

const placed = (window: MessageWindow, record: MessageRecord): MessageWindow => {
  const isNew = !HashMap.has(window.records, record.id)
  return { ...window, records: put(window.records, record), size: window.size + (isNew ? 1 : 0) }
}

/** The window with the record in it, new or changed. */
export const store = (window: MessageWindow, record: MessageRecord): MessageWindow => {
  const next = placed(window, record)
  return next.size > windowLimit + evictionGroup ? evict(next) : next
}

/** The window with a message of the past in it again. Nothing leaves for it, or it would leave first; one that is here knows more. */
export const remember = (window: MessageWindow, record: MessageRecord): MessageWindow =>
  find(window, record.id, record.alias) === undefined ? placed(window, record) : window

const evict = (window: MessageWindow): MessageWindow => {
  const oldest = [...all(window)].sort(byPlace).slice(0, window.size - windowLimit)
  let records = window.records
  for (const record of oldest) records = drop(records, record)
  return { records, size: windowLimit, floor: Math.max(window.floor ?? -Infinity, oldest[oldest.length - 1]!.at) }
}

/** Whether a message counts at all (CONTRACT 2.4 message_count). */
export const counts = (record: MessageRecord): boolean =>
  record.deleted_at === null && !record.is_event && !record.hidden

/** Whether it can be unread for the owner (CONTRACT 2.4 unread_count). */
export const awaitsReading = (record: MessageRecord): boolean =>
  counts(record) && !record.outbound && record.read_at === null && record.is_story !== true

/** Whether it is news from the other side, which brings a filed conversation back (CONTRACT 2.4 status). */
export const isNews = (record: MessageRecord): boolean => counts(record) && !record.outbound && record.is_story !== true

/** How many messages wait for somebody who has read so far. Exact where the window holds whatever the readings leave unread. */
export const countUnread = (window: MessageWindow, readings: ReadonlyArray<Reading>): number => {
  let total = 0
  for (const record of all(window)) if (awaitsReading(record) && !isCovered(readings, record)) total++
  return total
}

/** How many records after `at` satisfy the predicate. Exact from the floor on. */
export const countAfter = (
  window: MessageWindow,
  at: number | null,
  holds: (record: MessageRecord) => boolean
): number => {
  let total = 0
  for (const record of all(window)) if ((at === null || record.at > at) && holds(record)) total++
  return total
}

/** The window as a plain list, for a snapshot. */
export const toList = (window: MessageWindow) => ({ records: [...all(window)], floor: window.floor })

/** The window of a list that `toList` made. */
export const fromList = (list: {
  readonly records: ReadonlyArray<MessageRecord>
  readonly floor: number | null
}): MessageWindow => ({
  records: list.records.reduce(put, HashMap.empty<string, MessageRecord>()),
  size: list.records.length,
  floor: list.floor
})
