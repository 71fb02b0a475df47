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
import { max, min, ofType, unique } from "./said.ts"

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
  /** Place of its first showing in the history. */
  readonly arrival: number
  readonly sender: string
  readonly outbound: boolean
  /** Neither deleted nor hidden nor a system line. */
  readonly counts: boolean
  readonly isStory: boolean
  /** No system line. */
  readonly isMessage: boolean
  readonly row: {
    readonly status: string
    /** Any of these: the contract names no winner among edits of one instant. */
    readonly content: ReadonlyArray<string | null>
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
  const receipts = ofType(said, "message_read").flatMap((fact) => {
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
  const edits = about(ofType(said, "message_edited"))
  const edited_at = max(edits.map((edit) => edit.at))
  const deleted_at = min([
    ...about(ofType(said, "message_deleted")).map((fact) => fact.at),
    ...showings.filter((showing) => showing.message.deleted).map((showing) => showing.at)
  ])
  const hidden = showings.some((showing) => showing.message.hidden)
  const read_at = outbound
    ? min(receipts.filter((receipt) => receipt.to >= at).map((receipt) => receipt.at))
    : min(showings.map((showing) => showing.message.read_at).filter((time) => time !== null))
  const isDelivered = about(ofType(said, "message_delivered")).length > 0
  return {
    names,
    at,
    arrival: Math.min(...showings.map((showing) => said.indexOf(showing))),
    sender: sender.key,
    outbound,
    isStory: message.is_story === true,
    counts: deleted_at === null && !hidden && !message.is_event,
    isMessage: !message.is_event,
    row: {
      status: read_at !== null ? "read" : !outbound || isDelivered ? "delivered" : "sent",
      content:
        deleted_at !== null
          ? [null]
          : edited_at === null
            ? [message.content]
            : edits.filter((edit) => edit.at === edited_at).map((edit) => edit.content),
      edited_at,
      deleted_at,
      read_at,
      hidden,
      reactions: reactionsOf(about(ofType(said, "message_reacted")))
    }
  }
}

/** One per person: the newest; at one instant the greater text. */
const reactionsOf = (reactions: ReadonlyArray<MessageReacted>): Record<string, string> => {
  const result: Record<string, string> = {}
  for (const key of unique(reactions.map((reaction) => reaction.sender.key))) {
    const mine = reactions.filter((reaction) => reaction.sender.key === key)
    const newest = mine.filter((reaction) => reaction.at === max(mine.map(({ at }) => at)))
    const value = newest
      .map(({ reaction }) => reaction ?? "")
      .sort()
      .at(-1)!
    if (value !== "") result[key] = value
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
    .flatMap((fact, place) => {
      const message = fact.type === "message_read" ? messages.find((one) => isAbout(fact, one)) : undefined
      return message === undefined || fact.type !== "message_read"
        ? []
        : [{ fact, message, place: Math.max(place, heardAs(said, fact, message)) }]
    })
    .sort((a, b) => a.place - b.place)

/** Where the message is first shown under a name that the fact knows. */
const heardAs = (said: ReadonlyArray<Said>, fact: Named, { names }: Known): number => {
  const known = new Set<string>()
  for (const [place, one] of said.entries()) {
    if (one.type !== "message_received" || !isAbout(one.message, { names })) continue
    for (const name of namesOf(one.message)) known.add(name)
    if (namesOf(fact).some((name) => known.has(name))) return place
  }
  return said.length
}
