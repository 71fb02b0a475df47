/** Facts about messages that are not known yet: they wait here, bounded, and happen when their message comes (CONTRACT 2.5). */
import { newestOf } from "../weight.ts"
import type { WaitingFact } from "./context.ts"
import type { Decision } from "./decision.ts"

/** A conversation keeps at most so many waiting facts; past that the oldest goes. */
export const waitingLimit = 256
/** And they weigh at most so many characters together. */
const waitingWeight = 262_144
/** A fact waits seven days for its message. */
const patience = 7 * 24 * 3_600_000

/**
 * Sets a fact aside, once. A reaction that is heard again after another one of that time goes behind it: of two with one time the one
 * that was heard last stands.
 */
export const waitFor = (d: Decision, fact: WaitingFact): void => {
  const waiting = d.context.facts.waiting.filter((other) => other.received > fact.received - patience)
  const repeated = waiting.findLastIndex((other) => isRepeat(other, fact))
  if (repeated !== -1 && !waiting.slice(repeated).some((other) => isOtherReaction(other, fact))) return
  const others = repeated === -1 ? waiting : waiting.toSpliced(repeated, 1)
  d.learn({ waiting: newestOf([...others, fact], waitingLimit, waitingWeight) })
}

/** Takes out what waited for the message of these names, in the order of its arrival. */
export const takeWaiting = (
  d: Decision,
  names: ReadonlyArray<string>,
  received: number
): ReadonlyArray<WaitingFact> => {
  const { waiting } = d.context.facts
  if (waiting.length === 0) return []
  const mine = ({ external_message_id, provider_message_id }: WaitingFact) =>
    names.includes(external_message_id) || (provider_message_id !== null && names.includes(provider_message_id))
  const due = waiting.filter(mine)
  if (due.length > 0) d.learn({ waiting: waiting.filter((fact) => !mine(fact)) })
  return due.filter((fact) => fact.received > received - patience)
}

const isRepeat = (a: WaitingFact, b: WaitingFact): boolean =>
  a.type === b.type && isNamedAlike(a, b) && a.at === b.at && person(a) === person(b) && word(a) === word(b)

/** Another reaction of that person at that time to the same message, as far as its names tell: one that was taken back may be given again. */
const isOtherReaction = (a: WaitingFact, b: WaitingFact): boolean =>
  a.type === "message_reacted" &&
  b.type === "message_reacted" &&
  a.sender?.key === b.sender?.key &&
  a.reaction !== b.reaction &&
  a.at === b.at &&
  sharesName(a, b)

const sharesName = (a: WaitingFact, b: WaitingFact): boolean => {
  const names = [b.external_message_id, b.provider_message_id]
  return (
    names.includes(a.external_message_id) || (a.provider_message_id !== null && names.includes(a.provider_message_id))
  )
}

const isNamedAlike = (a: WaitingFact, b: WaitingFact): boolean =>
  a.external_message_id === b.external_message_id && a.provider_message_id === b.provider_message_id

/** Whom the fact names, with all that it shows of them: under another name of theirs it tells something new (CONTRACT 2.7). */
const person = (fact: WaitingFact): string =>
  JSON.stringify(
    fact.type === "message_reacted" ? fact.sender : fact.type === "message_read" ? [fact.reader, fact.others] : null
  )

/** What the fact says besides who and when: two edits of one instant are two facts. */
const word = (fact: WaitingFact): string | null =>
  fact.type === "message_reacted" ? fact.reaction : fact.type === "message_edited" ? fact.content : null
