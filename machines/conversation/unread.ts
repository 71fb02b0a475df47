/**
 * What the owner and the CRM's users have not read (CONTRACT 2.4, 2.5). Counts are functions of the messages and of readings:
 * those come with read marks and receipts, and are held back only by the command "mark unread".
 */
import type { ConversationRead, ConversationUnread } from "../events.ts"
import { later } from "../instants.ts"
import type { ConversationContext, UnreadMark } from "./context.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, awaitsReading, countUnread, find } from "./message-window.ts"
import type { Place, Reading } from "./reading.ts"
import {
  byPlace,
  heldBack,
  isBefore,
  isCovered,
  nearest,
  placeBefore,
  placeOf,
  readUpTo,
  withReading
} from "./reading.ts"
import { own, put } from "../own.ts"

type Reads = ReadonlyArray<Reading>
type Reader = ConversationContext["readers"][string]

/** What the owner has read. Before arrivals were kept it was a time alone, which still stands for what is of then. */
export const ownerReads = ({ owner_reads, facts }: ConversationContext): Reads =>
  owner_reads ?? readUpTo(facts.owner_horizon)

/** What a CRM user has read; undefined: the user never said so. */
const readsOf = ({ readers, facts }: ConversationContext, user: string): Reads | undefined => {
  const reader = own(readers, user)
  if (reader === undefined) return undefined
  return own(facts.user_reads ?? {}, user) ?? readUpTo(reader.last_read_at)
}

/** A message that can be unread came (+1) or went (-1). */
export const unreadCounted = (d: Decision, record: MessageRecord, by: 1 | -1): void => {
  if (!isCovered(ownerReads(d.context), record)) d.set({ unread_count: d.context.unread_count + by })
  // All at once: each reader alone would copy all of them.
  const readers: Record<string, Reader> = {}
  let isChanged = false
  for (const [user, reader] of Object.entries(d.context.readers)) {
    const isUnread = !isCovered(readsOf(d.context, user)!, record)
    isChanged ||= isUnread
    put(readers, user, isUnread ? { ...reader, unread_count: reader.unread_count + by } : reader)
  }
  if (isChanged) d.set({ readers })
}

/**
 * The owner has read up to `at` on another device. `told_at` is when; null: nobody says, so it is news since the last mark. A word
 * older than a "mark unread" does not undo it, but what it says of the messages before the mark holds, whether it comes before the
 * mark or late (I3).
 */
export const ownerRead = (d: Decision, at: number, told_at: number | null): void => {
  const since = told_at === null ? [] : unreadMarks(d.context).filter((mark) => isOlder(told_at, mark.at))
  const to = nearest([{ at, place: null }, ...since.map(placeOfMark)])
  ownerHasRead(d, { ...to, arrived: null }, Math.min(at, ...since.map((mark) => mark.to)))
}

/** Whether it was told before. Many providers tell whole seconds: what happened in the same one is not known to be older. */
const isOlder = (told_at: number, at: number): boolean => told_at < (told_at % 1_000 === 0 ? at - (at % 1_000) : at)

const unreadMarks = ({ facts }: ConversationContext): ReadonlyArray<UnreadMark> => facts.unread_marks ?? []

const placeOfMark = ({ to, place }: UnreadMark): Place =>
  place === undefined ? { at: to, place: null } : { at: to + 1, place }

/** Marks that are kept for words that come late; past that the oldest two become one that holds back at least as much (I8). */
const markLimit = 16

/** A later mark that goes back at least as far covers an earlier one. */
const withMark = (marks: ReadonlyArray<UnreadMark>, mark: UnreadMark): ReadonlyArray<UnreadMark> => {
  const last = marks.at(-1)
  if (last?.at === mark.at && last.to === mark.to && last.place === mark.place) return marks
  const further = marks.filter((other) => isBefore(placeOfMark(other), placeOfMark(mark)))
  const [first, second, ...rest] = [...further, mark]
  return second === undefined || rest.length + 2 <= markLimit
    ? [first!, ...(second === undefined ? [] : [second]), ...rest]
    : [{ ...first!, at: second.at }, ...rest]
}

/** The owner has read more; `shown` is how far, as a time. */
const ownerHasRead = (d: Decision, reading: Reading, shown: number): void => {
  const before = ownerReads(d.context)
  const reads = withReading(before, reading)
  // The window holds whatever stands behind the place: a reading below it brings its rows along (actors/prepare/recall.ts).
  if (reads !== before) d.set({ owner_reads: reads, unread_count: countUnread(d.context.facts.window, reads) })
  horizonShown(d, later(d.context.facts.owner_horizon, shown)!)
}

const horizonShown = (d: Decision, at: number): void => {
  const { owner_key, owner_horizon } = d.context.facts
  if (owner_horizon === at) return
  d.learn({ owner_horizon: at })
  if (owner_key !== null && own(d.context.members, owner_key) !== undefined) d.member(owner_key, { last_read_at: at })
}

/** A CRM user marks the conversation read: all of it that has arrived, or up to a given message. */
export const conversationRead = (d: Decision, event: ConversationRead): void => {
  const { window } = d.context.facts
  const target = event.message_id === null ? undefined : find(window, event.message_id)
  if (event.message_id !== null && target === undefined) {
    return d.tell({ type: "command_refused", field: "message_id", rule: "names no message of this conversation" })
  }
  d.set({ last_accessed_at: Math.max(d.context.last_accessed_at ?? 0, event.received) })
  const at = target?.at ?? d.context.last_message_at
  if (at === null) return
  const place = target === undefined ? { at: null, place: null } : placeOf(target)
  const reading = { ...place, arrived: d.seq }
  // Commands count in the order in which they come, within one millisecond too.
  ownerHasRead(d, reading, at)
  const before = readsOf(d.context, event.user_id)
  const reads = withReading(before ?? [], reading)
  const known = own(d.context.readers, event.user_id)
  if (before !== undefined && reads === before) return
  setReader(
    d,
    event.user_id,
    { last_read_at: later(known?.last_read_at ?? null, at), unread_count: countUnread(window, reads) },
    reads
  )
}

/** A CRM user marks it unread: the horizon goes to just before the newest inbound message, for everybody who looks. */
export const conversationUnread = (d: Decision, event: ConversationUnread): void => {
  const { window } = d.context.facts
  const newest = newestAwaiting(d)
  if (newest === null) {
    return d.tell({ type: "command_refused", field: "conversation", rule: "has no inbound message to mark unread" })
  }
  const { before, to } = newest
  const mark: UnreadMark = { at: event.received, to, ...(before.at === to ? {} : { place: before.place! }) }
  d.learn({ unread_marks: withMark(unreadMarks(d.context), mark) })
  // What the window let go stands before the newest, and stays as it was.
  ownerReadsBecome(d, (reads) => heldBack(reads, before))
  if (d.context.facts.owner_horizon !== null) horizonShown(d, Math.min(d.context.facts.owner_horizon, to))
  d.set({ unread_count: Math.max(1, d.context.unread_count) })
  const had = readsOf(d.context, event.user_id)
  const known = own(d.context.readers, event.user_id)
  const reads = had === undefined ? [{ ...before, arrived: d.seq }] : heldBack(had, before)
  if (reads === had && known!.last_read_at! <= to) return
  const unread_count =
    had === undefined
      ? countUnread(window, reads)
      : known!.unread_count + countUnread(window, reads) - countUnread(window, had)
  const last_read_at = known?.last_read_at == null ? to : Math.min(known.last_read_at, to)
  setReader(d, event.user_id, { last_read_at, unread_count: Math.max(1, unread_count) }, reads)
}

/** The owner's readings are others now, which makes no difference to what the window let go. */
const ownerReadsBecome = (d: Decision, change: (before: Reads) => Reads): void => {
  const before = ownerReads(d.context)
  const reads = change(before)
  if (reads === before) return
  const { window } = d.context.facts
  const unread_count = d.context.unread_count + countUnread(window, reads) - countUnread(window, before)
  d.set({ owner_reads: reads, unread_count })
}

/** The place before the newest message that can be unread, and its time as horizons show it. */
const newestAwaiting = (d: Decision): { readonly before: Place; readonly to: number } | null => {
  const { window, newest_inbound } = d.context.facts
  let newest: MessageRecord | null = null
  for (const record of all(window)) {
    if (awaitsReading(record) && (newest === null || byPlace(record, newest) > 0)) newest = record
  }
  if (newest !== null) return { before: placeBefore(newest), to: newest.at - 1 }
  if (window.floor === null || newest_inbound === null) return null
  const to = newest_inbound - 1
  return { before: { at: to, place: null }, to }
}

/** CRM users whose horizon is kept; who has read least far is forgotten first, among equals not the one who reads now (I8). */
const readerLimit = 256

const setReader = (d: Decision, user: string, reader: Reader, reads: Reads): void => {
  const readers = { ...d.context.readers, [user]: reader }
  const user_reads = { ...d.context.facts.user_reads, [user]: reads }
  const others = Object.keys(readers).filter((other) => other !== user)
  if (others.length >= readerLimit) {
    const oldest = [...others, user].reduce((a, b) =>
      (own(readers, a)!.last_read_at ?? 0) <= (own(readers, b)!.last_read_at ?? 0) ? a : b
    )
    delete readers[oldest]
    delete user_reads[oldest]
  }
  d.set({ readers })
  d.learn({ user_reads })
}

/** Of the parts of a thread that become one, each was read as far as its horizon shows, and no further in the other. */
const upToHorizon = (reads: Reads, horizon: number | null): Reads =>
  reads.some(({ at }) => at === null)
    ? reads
        .map((reading) => (reading.at === null ? { ...reading, at: horizon ?? 0 } : reading))
        .reduce<Reads>(withReading, [])
    : reads

/** Before messages of another part come in: what was read here is read up to the horizons. */
export const readsBounded = (d: Decision): void => {
  ownerReadsBecome(d, (reads) => upToHorizon(reads, d.context.facts.owner_horizon))
  for (const user of Object.keys(d.context.readers)) {
    const reads = readsOf(d.context, user)!
    const reader = own(d.context.readers, user)!
    const bounded = upToHorizon(reads, reader.last_read_at)
    if (bounded !== reads) setReader(d, user, reader, bounded)
  }
}

/** What was read of another part of the thread is read here: by the owner and by each user. */
export const horizonJoined = (d: Decision, was: ConversationContext): void => {
  const { owner_horizon } = was.facts
  const marks = [...unreadMarks(d.context), ...unreadMarks(was)].sort((a, b) => a.at - b.at)
  if (marks.length > 0) d.learn({ unread_marks: marks.reduce(withMark, []) })
  const reads = upToHorizon(ownerReads(was), owner_horizon)
  const users = reads.filter(({ arrived }) => arrived !== null)
  const receipts = reads.filter(({ arrived }) => arrived === null)
  ownerReadsBecome(d, (here) => users.reduce(withReading, here))
  for (const receipt of receipts) ownerHasRead(d, receipt, receipt.at!)
  if (owner_horizon !== null) horizonShown(d, later(d.context.facts.owner_horizon, owner_horizon)!)
  for (const user of Object.keys(was.readers)) {
    const at = later(
      Object.hasOwn(d.context.readers, user) ? own(d.context.readers, user)!.last_read_at : null,
      own(was.readers, user)!.last_read_at
    )
    const there = upToHorizon(readsOf(was, user)!, own(was.readers, user)!.last_read_at)
    const reads = [...(readsOf(d.context, user) ?? []), ...there].reduce<Reads>(withReading, [])
    setReader(d, user, { last_read_at: at, unread_count: countUnread(d.context.facts.window, reads) }, reads)
  }
}
