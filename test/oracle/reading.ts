/**
 * What the owner and each CRM user have read (CONTRACT 2.4, 2.5). A mark reads what had arrived at its place in the history, a
 * provider's receipt what stands before its message, whenever it comes. "Mark unread" holds back whatever was read before it, or
 * is told of a time before it: that reaches no further than just before the message that was the newest inbound one then.
 */
import type { Known, Receipt } from "./messages.ts"
import { messagesOf } from "./messages.ts"
import type { ReadMark, Said } from "./said.ts"
import { isFact, isReadMark, max } from "./said.ts"

/** Where a message stands: by time, at one instant by arrival. */
type Place = readonly [at: number, arrival: number]
const placeOf = ({ at, arrival }: Known): Place => [at, arrival]
const isBehind = (a: Place, b: Place) => a[0] > b[0] || (a[0] === b[0] && a[1] > b[1])
const everything: Place = [Infinity, Infinity]

/** Everything up to `to` that had arrived by `arrived` is read. */
interface Word {
  readonly to: Place
  /** The same as a horizon shows it. */
  readonly shown: number
  readonly arrived: number
  /** Its place in the history, and when it says that it was; null: it does not. */
  readonly place: number
  readonly told: number | null
}
/** Nothing from `from` on is read by what was before. */
interface HeldBack {
  readonly from: Place
  readonly place: number
  readonly received: number
}

export const isAwaiting = (message: Known): boolean =>
  message.counts && !message.outbound && !message.isStory && message.row.read_at === null

/** A receipt or a reply that tells of the owner's reading. */
export interface Told {
  readonly to: number
  readonly place: number
  readonly told: number | null
}

/** Receipts of the owner's reading that are news: one that repeats the message's time once, others by their own time. */
export const receiptsTold = (receipts: ReadonlyArray<Receipt>): ReadonlyArray<Told> =>
  receipts.flatMap(({ fact, message, place }, n) => {
    const before = receipts.slice(0, n).filter((other) => other.message === message)
    const isUntimed = (at: number) => at <= message.at
    const isRepeat = isUntimed(fact.at)
      ? before.some((other) => isUntimed(other.fact.at))
      : before.some((other) => other.fact.at >= fact.at)
    return isRepeat ? [] : [{ to: message.at, place, told: isUntimed(fact.at) ? null : fact.at }]
  })

/** Whole seconds are told by those that know no better: within that second nothing is older. */
const isOlder = (told: number, received: number) =>
  told < (told % 1_000 === 0 ? Math.floor(received / 1_000) * 1_000 : received)

const holds = (back: HeldBack, word: Word) =>
  word.place < back.place || (word.told !== null && isOlder(word.told, back.received))

/** Marks that were not refused, with what each did. */
const marksOf = (said: ReadonlyArray<Said>) =>
  said.flatMap(
    (mark, place): ReadonlyArray<{ readonly mark: ReadMark; readonly word?: Word; readonly back?: HeldBack }> => {
      if (!isReadMark(mark)) return []
      const before = said.slice(0, place)
      if (!before.some(isFact)) return []
      const messages = messagesOf(before)
      const { received } = mark
      if (mark.type === "marked_unread") {
        const newest = messages
          .filter(isAwaiting)
          .reduce<Known | null>(
            (known, one) => (known === null || isBehind(placeOf(one), placeOf(known)) ? one : known),
            null
          )
        return newest === null ? [] : [{ mark, back: { from: placeOf(newest), place, received } }]
      }
      if (mark.message_id === null) {
        const shown = max(messages.filter(({ isMessage }) => isMessage).map(({ at }) => at))
        return shown === null
          ? [{ mark }]
          : [{ mark, word: { to: everything, shown, arrived: place, place, told: null } }]
      }
      const target = messages.find(({ names }) => names.includes(mark.message_id!))
      if (target === undefined) return []
      return [{ mark, word: { to: placeOf(target), shown: target.at, arrived: place, place, told: null } }]
    }
  )

const isRead = (message: Known, words: ReadonlyArray<Word>, backs: ReadonlyArray<HeldBack>) =>
  words.some(
    (word) =>
      message.arrival <= word.arrived &&
      !isBehind(placeOf(message), word.to) &&
      backs.every((back) => !holds(back, word) || isBehind(back.from, placeOf(message)))
  )

const unreadIn = (messages: ReadonlyArray<Known>, words: ReadonlyArray<Word>, backs: ReadonlyArray<HeldBack>) =>
  messages.filter((message) => isAwaiting(message) && !isRead(message, words, backs)).length

/** `told`: what providers tell of the owner's reading: a receipt of an inbound message, or a reply where that reads. */
export const readingOf = (said: ReadonlyArray<Said>, messages: ReadonlyArray<Known>, told: ReadonlyArray<Told>) => {
  const marks = marksOf(said)
  const words: ReadonlyArray<Word> = [
    ...told.map(({ to, ...more }) => ({ to: [to, Infinity] as const, shown: to, arrived: Infinity, ...more })),
    ...marks.flatMap(({ word }) => word ?? [])
  ]
  const backs = marks.flatMap(({ back }) => back ?? [])
  return {
    horizon: horizonOf(words, backs),
    unread_count: unreadIn(messages, words, backs),
    readers: readersOf(messages, marks),
    last_accessed_at: max(marks.flatMap(({ mark }) => (mark.type === "marked_read" ? [mark.received] : [])))
  }
}

/** The furthest that was read, epoch after epoch: what is behind the one is held back by the mark that ends it. */
const horizonOf = (words: ReadonlyArray<Word>, backs: ReadonlyArray<HeldBack>): number | null => {
  let horizon: number | null = null
  for (let epoch = 0; epoch <= backs.length; epoch++) {
    const now = words.filter((word) => backs.filter((back) => !holds(back, word)).length === epoch)
    horizon = max([...(horizon === null ? [] : [horizon]), ...now.map(({ shown }) => shown)])
    if (horizon !== null && epoch < backs.length) horizon = Math.min(horizon, backs[epoch]!.from[0] - 1)
  }
  return horizon
}

/** Each CRM user's own horizon and count. */
const readersOf = (messages: ReadonlyArray<Known>, marks: ReturnType<typeof marksOf>) => {
  const users = [...new Set(marks.map(({ mark }) => mark.user_id))]
  return Object.fromEntries(
    users.flatMap((user) => {
      const mine = marks.filter(({ mark, word, back }) => mark.user_id === user && (word ?? back) !== undefined)
      if (mine.length === 0) return []
      // Who begins with "mark unread" has read what stands before it.
      const [first] = mine
      const begun: ReadonlyArray<Word> =
        first!.back === undefined
          ? []
          : [
              {
                to: first!.back.from,
                shown: first!.back.from[0] - 1,
                arrived: first!.back.place,
                place: -1,
                told: null
              }
            ]
      const words = [...begun, ...mine.flatMap(({ word }) => word ?? [])]
      const backs = mine.flatMap(({ back }) => back ?? [])
      return [[user, { last_read_at: horizonOf(words, backs), unread_count: unreadIn(messages, words, backs) }]]
    })
  )
}

/** A receipt of an inbound message is the owner's, unless it names somebody else. */
export const isOwners = ({ fact, message }: Receipt, owner: string): boolean =>
  !message.outbound && (fact.reader === null || fact.reader.key === owner)
