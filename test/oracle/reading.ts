/**
 * How far the owner and each CRM user have read (CONTRACT 2.4, 2.5). A mark says so at its place in the history, a provider's
 * receipt at the time that it tells. "Mark unread" ends an epoch: what was read before it reaches no further than just
 * before the message that was the newest inbound one then, whenever we come to hear of it.
 */
import type { Known, Receipt } from "./messages.ts"
import { messagesOf } from "./messages.ts"
import type { Mark, Said } from "./said.ts"
import { isFact, isMark, max } from "./said.ts"

/** Everything up to `to` is read. */
interface ReadTo {
  readonly epoch: number
  readonly to: number
}

export const isAwaiting = (message: Known): boolean =>
  message.counts && !message.outbound && message.row.read_at === null

/** A mark, and what it set; null where there was nothing to set. */
interface Marked {
  readonly mark: Mark
  readonly to: number | null
}

/** What each mark set, by the facts that were known at its place. A refused one is left out. */
const marksOf = (said: ReadonlyArray<Said>): ReadonlyArray<Marked> =>
  said.flatMap((mark, place) => {
    if (!isMark(mark)) return []
    const before = said.slice(0, place).filter(isFact)
    if (before.length === 0) return []
    const messages = messagesOf(before)
    if (mark.type === "marked_unread") {
      const newest = max(messages.filter(isAwaiting).map(({ at }) => at))
      return newest === null ? [] : [{ mark, to: newest - 1 }]
    }
    if (mark.message_id === null)
      return [{ mark, to: max(messages.filter(({ isMessage }) => isMessage).map(({ at }) => at)) }]
    const target = messages.find(({ names }) => names.includes(mark.message_id!))
    return target === undefined ? [] : [{ mark, to: target.at }]
  })

/** `told`: what providers tell of the owner's reading: a receipt of an inbound message, or a reply where that reads. */
export const readingOf = (
  said: ReadonlyArray<Said>,
  told: ReadonlyArray<{ readonly to: number; readonly at: number }>
) => {
  const marks = marksOf(said)
  const unread = marks.filter(({ mark }) => mark.type === "marked_unread")
  const read = marks.filter(({ mark }) => mark.type === "marked_read")
  const words: ReadonlyArray<ReadTo> = [
    ...told.map(({ to, at }) => ({ to, epoch: unread.filter(({ mark }) => mark.received < at).length })),
    ...read.flatMap(({ mark, to }) =>
      to === null ? [] : [{ to, epoch: unread.filter((other) => marks.indexOf(other) < indexIn(marks, mark)).length }]
    )
  ]
  let horizon: number | null = null
  for (let epoch = 0; epoch <= unread.length; epoch++) {
    horizon = max([
      ...(horizon === null ? [] : [horizon]),
      ...words.filter((word) => word.epoch === epoch).map(({ to }) => to)
    ])
    const cap = unread[epoch]?.to
    if (horizon !== null && cap != null) horizon = Math.min(horizon, cap)
  }
  return { horizon, readers: readersOf(marks), last_accessed_at: max(read.map(({ mark }) => mark.received)) }
}

const indexIn = (marks: ReadonlyArray<Marked>, mark: Mark) => marks.findIndex((other) => other.mark === mark)

/** Each CRM user's own horizon. */
const readersOf = (marks: ReadonlyArray<Marked>): Record<string, number> => {
  const readers: Record<string, number> = {}
  for (const { mark, to } of marks) {
    if (to === null) continue
    const own = readers[mark.user_id]
    if (own === undefined) readers[mark.user_id] = to
    else readers[mark.user_id] = mark.type === "marked_read" ? Math.max(own, to) : Math.min(own, to)
  }
  return readers
}

/** A receipt of an inbound message is the owner's, unless it names somebody else. */
export const isOwners = ({ fact, message }: Receipt, owner: string): boolean =>
  !message.outbound && (fact.reader === null || fact.reader.key === owner)
