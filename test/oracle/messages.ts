/** The messages of a thread, each once, with everything that was said of it (CONTRACT 2.6). */
import type {
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageReacted,
  MessageRead,
  MessageReceived
} from "../../machines/events.ts"
import type { Said } from "./said.ts"
import { max, min, ofType, readingsIn, unique } from "./said.ts"

interface Named {
  readonly external_message_id: string
  readonly provider_message_id: string | null
}
const namesOf = ({ external_message_id, provider_message_id }: Named) =>
  [external_message_id, provider_message_id].filter((name) => name !== null)

/** Showings of one message: those that share a name, directly or through others. */
const showingsOf = (said: ReadonlyArray<Said>): ReadonlyArray<ReadonlyArray<MessageReceived>> => {
  let groups: Array<Array<MessageReceived>> = []
  for (const fact of ofType(said, "message_received")) {
    const mine = new Set(namesOf(fact.message))
    const same = groups.filter((group) => group.some((other) => namesOf(other.message).some((name) => mine.has(name))))
    groups = [...groups.filter((group) => !same.includes(group)), [...same.flat(), fact]]
  }
  return groups
}

export interface Known {
  readonly names: ReadonlyArray<string>
  readonly at: number
  /** Where in the history it is heard of first, and where it is shown first: until then nobody sees it. */
  readonly heard: number
  readonly arrival: number
  /** Null is nobody. */
  readonly sender: string | null
  readonly outbound: boolean
  /** Neither deleted nor hidden nor a system line. */
  readonly counts: boolean
  readonly isStory: boolean
  /** No system line. */
  readonly isMessage: boolean
  readonly row: {
    readonly status: string
    readonly content: string | null
    readonly attachments: MessageReceived["message"]["attachments"]
    readonly edited_at: number | null
    readonly deleted_at: number | null
    readonly read_at: number | null
    readonly hidden: boolean
    readonly reactions: Readonly<Record<string, string>>
  }
}

/** Whether a fact is about a message. */
export const isAbout = (fact: Named, { names }: Pick<Known, "names">): boolean =>
  namesOf(fact).some((name) => names.includes(name))

export const messagesOf = (said: ReadonlyArray<Said>): ReadonlyArray<Known> => {
  const all = showingsOf(said).map((showings) => ({
    showings,
    names: unique(showings.flatMap((showing) => namesOf(showing.message)))
  }))
  // A receipt of the other side covers every outbound message up to the one that it names.
  const receipts = readingsIn(said).flatMap((fact) => {
    const about = all.find((one) => isAbout(fact, one))?.showings[0]
    return about?.message.direction === "outbound" ? [{ to: about.at, at: fact.at }] : []
  })
  return all.map(({ showings, names }) => known(showings, names, said, receipts))
}

const known = (
  showings: ReadonlyArray<MessageReceived>,
  names: ReadonlyArray<string>,
  said: ReadonlyArray<Said>,
  receipts: ReadonlyArray<{ readonly to: number; readonly at: number }>
): Known => {
  const { message, at, sender } = showings[0]!
  const about = <F extends MessageDelivered | MessageEdited | MessageDeleted | MessageReacted>(all: ReadonlyArray<F>) =>
    all.filter((fact) => isAbout(fact, { names }))
  const outbound = message.direction === "outbound"
  const edited_at = max(about(ofType(said, "message_edited")).map((edit) => edit.at))
  const deleted_at = min([
    ...about(ofType(said, "message_deleted")).map((fact) => fact.at),
    ...showings.filter((showing) => showing.message.deleted).map((showing) => showing.at)
  ])
  // Once it was shown, it is shown.
  const hidden = showings.every((showing) => showing.message.hidden)
  const read_at = outbound
    ? min(receipts.filter((receipt) => receipt.to >= at).map((receipt) => receipt.at))
    : min(showings.map((showing) => showing.message.read_at).filter((time) => time !== null))
  const isDelivered = about(ofType(said, "message_delivered")).length > 0
  return {
    names,
    at,
    heard: Math.min(...showings.map((showing) => said.indexOf(showing))),
    arrival: Math.min(
      ...showings.filter((showing) => hidden || !showing.message.hidden).map((showing) => said.indexOf(showing))
    ),
    sender: sender?.key ?? null,
    outbound,
    isStory: message.is_story === true,
    counts: deleted_at === null && !hidden && !message.is_event,
    isMessage: !message.is_event,
    row: {
      status: read_at !== null ? "read" : !outbound || isDelivered ? "delivered" : "sent",
      content: deleted_at === null ? textOf(showings, heard(said, "message_edited", names)) : null,
      attachments: deleted_at === null ? fullest(showings) : [],
      edited_at,
      deleted_at,
      read_at,
      hidden,
      reactions: reactionsOf(heard(said, "message_reacted", names))
    }
  }
}

/** Facts about a message in the order in which they were heard to be about it: one that comes first waits for the message. */
const heard = <T extends "message_edited" | "message_reacted">(
  said: ReadonlyArray<Said>,
  type: T,
  names: ReadonlyArray<string>
): ReadonlyArray<Extract<Said, { readonly type: T }>> => {
  const isHere = (one: Said): one is Extract<Said, { readonly type: T }> =>
    one.type === type && isAbout(one as MessageEdited | MessageReacted, { names })
  const facts = said.flatMap((one, place) => (isHere(one) ? [{ fact: one, place }] : []))
  // Only where two bear one time does it matter.
  if (new Set(facts.map(({ fact }) => (fact as MessageEdited | MessageReacted).at)).size === facts.length)
    return facts.map(({ fact }) => fact)
  const since = (fact: Named, place: number): number => {
    for (let until = place; until < said.length; until++) {
      const groups = showingsOf(said.slice(0, until + 1))
      if (groups.some((group) => isAbout(fact, { names: group.flatMap(({ message }) => namesOf(message)) })))
        return until
    }
    return said.length
  }
  const isRepeat = ({ fact, place, since }: { readonly fact: Said; readonly place: number; readonly since: number }) =>
    since > place && isHeardAlready(said.slice(0, place), fact)
  return facts
    .map(({ fact, place }) => ({ fact, place, since: since(fact as MessageEdited | MessageReacted, place) }))
    .filter((one) => !isRepeat(one))
    .sort((a, b) => a.since - b.since || a.place - b.place)
    .map(({ fact }) => fact)
}

/**
 * Whether a reaction whose message is not known yet was said before in the very same words, and since then nothing against it, as far as
 * the names tell: that is a repeat, and no news.
 */
const isHeardAlready = (before: ReadonlyArray<Said>, fact: Said): boolean => {
  if (fact.type !== "message_reacted") return false
  const names = namesIn(fact)
  const isOfThatTime = (one: MessageReacted) =>
    one.external_thread_id === fact.external_thread_id && one.at === fact.at && one.sender?.key === fact.sender?.key
  const last = ofType(before, "message_reacted").findLast(
    (one) =>
      isOfThatTime(one) &&
      namesIn(one).some((name) => names.includes(name)) &&
      (one.reaction !== fact.reaction || isAlike(one, fact))
  )
  return last !== undefined && isAlike(last, fact)
}
const namesIn = ({ external_message_id, provider_message_id }: MessageReacted) =>
  [external_message_id, provider_message_id].filter((name) => name !== null)
const isAlike = (one: MessageReacted, other: MessageReacted): boolean =>
  one.reaction === other.reaction &&
  one.external_message_id === other.external_message_id &&
  one.provider_message_id === other.provider_message_id &&
  JSON.stringify(one.sender) === JSON.stringify(other.sender)

/** The newest edit's, at one instant that which was heard of last for the first time; else the one that it was shown with. */
const textOf = (showings: ReadonlyArray<MessageReceived>, edits: ReadonlyArray<MessageEdited>): string | null => {
  const told = edits.filter((edit) => edit.content !== null)
  const newest = told.filter((edit) => edit.at === max(told.map(({ at }) => at)))
  const texts = newest.length > 0 ? newest.map((edit) => edit.content!) : showings.map(({ message }) => message.content)
  const known = unique(texts.filter((text) => text !== null))
  return known.filter((text) => text !== "").at(-1) ?? known.at(-1) ?? null
}

/** What can be fetched is worth more than what cannot. */
const fullest = (showings: ReadonlyArray<MessageReceived>) => {
  const lists = showings.map(({ message }) => message.attachments)
  const isFull = (list: (typeof lists)[number]) => list.length > 0 && list.every(({ unavailable }) => !unavailable)
  return lists.find(isFull) ?? lists.find((list) => list.length > 0) ?? []
}

/** One per person, and one of nobody ("null"): the newest, at one instant the last one heard. */
const reactionsOf = (reactions: ReadonlyArray<MessageReacted>): Record<string, string> => {
  const result: Record<string, string> = {}
  for (const key of unique(reactions.map((reaction) => reaction.sender?.key ?? null))) {
    const mine = reactions.filter((reaction) => (reaction.sender?.key ?? null) === key)
    const last = mine.filter((reaction) => reaction.at === max(mine.map(({ at }) => at))).at(-1)!
    if (last.reaction !== null) result[String(key)] = last.reaction
  }
  return result
}

/** A read receipt of a known message. */
export interface Receipt {
  readonly fact: MessageRead
  readonly message: Known
  /** Where in the history both it and its message have been heard. */
  readonly place: number
}

export const receiptsOf = (said: ReadonlyArray<Said>, messages: ReadonlyArray<Known>): ReadonlyArray<Receipt> =>
  said
    .flatMap((one, place) =>
      readingsIn([one]).flatMap((fact) => {
        const message = messages.find((each) => isAbout(fact, each))
        return message === undefined ? [] : [{ fact, message, place: Math.max(place, heardAs(said, fact, message)) }]
      })
    )
    .sort((a, b) => a.place - b.place)

/** Where the message is first shown under a name that the fact knows. */
const heardAs = (said: ReadonlyArray<Said>, fact: Named, { names }: Pick<Known, "names">): number => {
  const known = new Set<string>()
  for (const [place, one] of said.entries()) {
    if (one.type !== "message_received" || !isAbout(one.message, { names })) continue
    for (const name of namesOf(one.message)) known.add(name)
    if (namesOf(fact).some((name) => known.has(name))) return place
  }
  return said.length
}
