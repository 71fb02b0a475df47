/**
 * What the owner and the CRM's users have not read (CONTRACT 2.4, 2.5). Counts are functions of the messages and a horizon;
 * a horizon rises with read marks and falls only by the command "mark unread".
 */
import type { ConversationRead, ConversationUnread } from "../events.ts"
import { later } from "../draft.ts"
import type { ConversationContext, UnreadMark } from "./context.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, awaitsReading, countAfter, find } from "./message-window.ts"

/** A message that can be unread came (+1) or went (-1). */
export const unreadCounted = (d: Decision, record: MessageRecord, by: 1 | -1): void => {
  const { owner_horizon } = d.context.facts
  if (owner_horizon === null || record.at > owner_horizon) d.set({ unread_count: d.context.unread_count + by })
  for (const user in d.context.readers) {
    const reader = d.context.readers[user]!
    if (reader.last_read_at === null || record.at > reader.last_read_at) {
      setReader(d, user, reader.last_read_at, reader.unread_count + by)
    }
  }
}

/**
 * The owner has read up to `at` on another device, told at `told_at`. A word older than a "mark unread" does not undo it, but
 * what it says of the messages before the mark holds, whether it comes before the mark or late (I3).
 */
export const ownerRead = (d: Decision, at: number, told_at: number): void => {
  const since = unreadMarks(d.context).filter((mark) => mark.at >= told_at)
  horizonRaised(d, Math.min(at, ...since.map((mark) => mark.to)))
}

const unreadMarks = ({ facts }: ConversationContext): ReadonlyArray<UnreadMark> => facts.unread_marks ?? []

/** Marks that are kept for words that come late; past that the oldest two become one that holds back at least as much (I8). */
const markLimit = 16

/** A later mark that goes back at least as far covers an earlier one. */
const withMark = (marks: ReadonlyArray<UnreadMark>, mark: UnreadMark): ReadonlyArray<UnreadMark> => {
  const last = marks.at(-1)
  if (last?.at === mark.at && last.to === mark.to) return marks
  const [first, second, ...rest] = [...marks.filter(({ to }) => to < mark.to), mark]
  return second === undefined || rest.length + 2 <= markLimit
    ? [first!, ...(second === undefined ? [] : [second]), ...rest]
    : [{ at: second.at, to: first!.to }, ...rest]
}

const horizonRaised = (d: Decision, at: number): void => {
  const { owner_horizon, owner_key, window } = d.context.facts
  if (owner_horizon !== null && owner_horizon >= at) return
  d.learn({ owner_horizon: at })
  d.set({ unread_count: countAfter(window, at, awaitsReading) })
  if (owner_key !== null && d.context.members[owner_key] !== undefined) d.member(owner_key, { last_read_at: at })
}

/** A CRM user marks the conversation read, up to the newest message or a given one. */
export const conversationRead = (d: Decision, event: ConversationRead): void => {
  const { window } = d.context.facts
  const target = event.message_id === null ? undefined : find(window, event.message_id)
  if (event.message_id !== null && target === undefined) {
    return d.tell({ type: "command_refused", field: "message_id", rule: "names no message of this conversation" })
  }
  d.set({ last_accessed_at: Math.max(d.context.last_accessed_at ?? 0, event.received) })
  const at = target?.at ?? d.context.last_message_at
  if (at === null) return
  // Commands count in the order in which they come, within one millisecond too.
  horizonRaised(d, at)
  const own = d.context.readers[event.user_id]?.last_read_at ?? null
  if (own === null || own < at) setReader(d, event.user_id, at, countAfter(window, at, awaitsReading))
}

/** A CRM user marks it unread: the horizon goes to just before the newest inbound message, for everybody who looks. */
export const conversationUnread = (d: Decision, event: ConversationUnread): void => {
  const { window, owner_key } = d.context.facts
  const newest = newestAwaiting(d)
  if (newest === null) {
    return d.tell({ type: "command_refused", field: "conversation", rule: "has no inbound message to mark unread" })
  }
  const at = newest - 1
  const unread = Math.max(1, countAfter(window, at, awaitsReading))
  const horizon = d.context.facts.owner_horizon
  d.learn({ unread_marks: withMark(unreadMarks(d.context), { at: event.received, to: at }) })
  if (horizon !== null && horizon > at) {
    d.learn({ owner_horizon: at })
    d.set({ unread_count: unread })
    if (owner_key !== null && d.context.members[owner_key] !== undefined) d.member(owner_key, { last_read_at: at })
  }
  const own = d.context.readers[event.user_id]
  if (own === undefined || own.last_read_at === null || own.last_read_at > at) setReader(d, event.user_id, at, unread)
}

const newestAwaiting = (d: Decision): number | null => {
  let newest: number | null = null
  for (const record of all(d.context.facts.window)) {
    if (awaitsReading(record) && (newest === null || record.at > newest)) newest = record.at
  }
  return newest ?? (d.context.facts.window.floor === null ? null : d.context.facts.newest_inbound)
}

/** CRM users whose horizon is kept; the one who read longest ago is forgotten first (I8). */
const readerLimit = 256

const setReader = (d: Decision, user: string, last_read_at: number | null, unread_count: number): void => {
  const readers = { ...d.context.readers, [user]: { last_read_at, unread_count } }
  const users = Object.keys(readers)
  if (users.length > readerLimit) {
    const oldest = users.reduce((a, b) => ((readers[a]!.last_read_at ?? 0) <= (readers[b]!.last_read_at ?? 0) ? a : b))
    delete readers[oldest]
  }
  d.set({ readers })
}

/** What was read of another part of the thread is read here: the owner's horizon and each user's own. */
export const horizonJoined = (d: Decision, was: ConversationContext): void => {
  const { owner_horizon } = was.facts
  const marks = [...unreadMarks(d.context), ...unreadMarks(was)].sort((a, b) => a.at - b.at)
  if (marks.length > 0) d.learn({ unread_marks: marks.reduce(withMark, []) })
  if (owner_horizon !== null) horizonRaised(d, owner_horizon)
  for (const user in was.readers) {
    const at = later(d.context.readers[user]?.last_read_at ?? null, was.readers[user]!.last_read_at)
    if (at !== null) setReader(d, user, at, countAfter(d.context.facts.window, at, awaitsReading))
  }
}
