/**
 * The recent messages of a conversation, as facts: what the counters are computed from (I3). A persistent map, so that a
 * context stays an immutable value whose update does not grow with the window. A message stands under its own id and under
 * the provider's id, its alias. Past `limit` the oldest leave; their rows in the database remember them (`floor` says up to when).
 */
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import { messageIdsIn } from "../message-id.ts"
import type { MessageStatus } from "../vocabulary.ts"
import type { Reading } from "./reading.ts"
import { byPlace, isCovered } from "./reading.ts"

/** A reaction of one person; `value` null when it was taken back. */
export interface Reaction {
  /** Null is nobody in particular: whose reactions the provider does not tell are one. */
  readonly key: string | null
  readonly value: string | null
  readonly at: number
}

/** Digests of the texts that were heard at one instant, so that a repeat of one brings nothing back. */
export interface Texts {
  /** The instant of the edit whose text stands; null: no edit brought one, the text is the one that it was shown with. */
  readonly at: number | null
  /** At most `textLimit` (texts.ts); the last one stands. */
  readonly heard: ReadonlyArray<number>
}

/** What is remembered of one message. Times are epoch milliseconds. */
export interface MessageRecord {
  readonly id: string
  readonly alias: string | null
  /** A third name, where the first is that of a row which the CRM had made before the provider showed the message. */
  readonly other?: string
  /** Further names of a mail, the oldest first: it gets a new id wherever it is moved. */
  readonly more?: ReadonlyArray<string>
  /** Mail: its Message-ID, which is one more of its names. */
  readonly message_id?: string
  readonly at: number
  /** Place in the tenant's order of arrival (the journal's); absent: it came before that was kept. */
  readonly arrival?: number
  readonly outbound: boolean
  /** The sender's key; null is nobody. */
  readonly sender: string | null
  readonly is_event: boolean
  readonly hidden: boolean
  /** A story or status update: it counts, and nobody has to read it. */
  readonly is_story?: true
  /** Only history has shown it so far (history.ts). */
  readonly imported?: true
  /** Receipts of the owner's reading that named it: the newest by its own time, and whether one told no other time than the message's. */
  readonly owner_told?: { readonly at: number | null; readonly untimed: boolean }
  /** Earliest word of its deletion; null while it stands. */
  readonly deleted_at: number | null
  readonly read_at: number | null
  readonly status: MessageStatus
  readonly edited_at: number | null
  /** Digest of the text that it was shown with first; absent while none was. */
  readonly text?: number
  /** The texts that were heard, once there was more than that one. */
  readonly texts?: Texts
  /** Digest of the newest edit's text, where an earlier version kept no `texts`. */
  readonly edit_rank?: number
  /** How much is known of its attachments, and which other parts of its row were shown (filling.ts); an earlier version kept neither. */
  readonly attached?: number
  readonly parts?: number
  readonly reactions: ReadonlyArray<Reaction>
  /** Digest of the subject that a command gave it. */
  readonly subject_print?: number
  /** Mail only. */
  readonly tracking?: Tracking
  /** Where a mail was moved last, and when. */
  readonly moved?: { readonly at: number; readonly folders: string; readonly id?: string }
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

/**
 * The message that a payload shows: by its id, or by the provider's. Two messages may share that one, where each folder of a
 * mailbox and each sender of a group counts for itself: of two that have ids of their own the time tells whether they are one.
 */
export const findShown = (
  window: MessageWindow,
  { id, alias, at }: { readonly id: string; readonly alias: string | null; readonly at: number }
): MessageRecord | undefined => {
  const byId = find(window, id)
  if (byId !== undefined || alias === null) return byId
  const known = find(window, alias)
  const isOther = known !== undefined && known.id !== alias && Math.abs(known.at - at) >= 1000
  return isOther ? undefined : known
}

/** Each record once. */
export function* all(window: MessageWindow): Iterable<MessageRecord> {
  for (const [key, record] of window.records) if (key === record.id) yield record
}

/** Every name of a message, its row's first. */
export const namesOf = ({ id, alias, other, more, message_id }: MessageRecord): ReadonlyArray<string> => {
  const names = other === undefined ? (alias === null || alias === id ? [id] : [id, alias]) : [id, alias!, other]
  return more === undefined && message_id === undefined
    ? names
    : [...new Set([...names, ...(more ?? []), ...(message_id === undefined ? [] : [message_id])])]
}

/**
 * The id that a row gets with which a conversation became part of another one that has a row of the same id already: none takes
 * the other's place. Persistence names the row so (snapshots.ts).
 */
export const secondId = (id: string, conversation_id: string): string => `${id} ${conversation_id}`

/** Under a name that is another message's own id a record is not found: that one keeps it. */
const put = (records: MessageWindow["records"], record: MessageRecord) => {
  for (const name of namesOf(record)) {
    const bearer = HashMap.get(records, name)
    const isOthers = Option.isSome(bearer) && bearer.value.id === name && record.id !== name
    if (!isOthers) records = HashMap.set(records, name, record)
  }
  return records
}

const drop = (records: MessageWindow["records"], record: MessageRecord) => {
  for (const name of namesOf(record)) {
    // Two mails may share a name: a number that each folder counts for itself.
    const bearer = HashMap.get(records, name)
    if (Option.isSome(bearer) && bearer.value.id === record.id) records = HashMap.remove(records, name)
  }
  return records
}

const placed = (window: MessageWindow, record: MessageRecord): MessageWindow => {
  const isNew = !HashMap.has(window.records, record.id)
  return { ...window, records: put(window.records, record), size: window.size + (isNew ? 1 : 0) }
}

/** The window with the record in it, new or changed. However full it is, nobody leaves before the decision is made (`evicted`). */
export const store = placed

/** The window within its limit: past that, and a group more, the oldest leave. */
export const evicted = (window: MessageWindow): MessageWindow =>
  window.size > windowLimit + evictionGroup ? evict(window) : window

/** The window with a message of the past in it again, beyond the limit if need be; one that is here knows more. */
export const remember = (window: MessageWindow, record: MessageRecord): MessageWindow =>
  find(window, record.id, record.alias) === undefined ? placed(window, withMessageId(record)) : window

/** An earlier version kept a mail's Message-ID among its metadata alone. */
const withMessageId = (record: MessageRecord): MessageRecord => {
  const raw = record.message_id === undefined ? record.tracking?.metadata["message_id"] : undefined
  const message_id = typeof raw === "string" ? (messageIdsIn(raw)[0] ?? null) : null
  return message_id === null ? record : { ...record, message_id }
}

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
  records: list.records.reduce(
    (records, record) => put(records, withMessageId(record)),
    HashMap.empty<string, MessageRecord>()
  ),
  size: list.records.length,
  floor: list.floor
})
