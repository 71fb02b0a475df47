/** Edits, deletions and reactions of a known message (CONTRACT 2.6): the newest by time stands, then by arrival; deleted content is erased. */
import { later } from "../instants.ts"
import type { MessageDeleted, MessageEdited, MessageReacted } from "../events.ts"
import { erased, revise } from "./counting.ts"
import type { Decision } from "./decision.ts"
import { memberSeen } from "./members.ts"
import type { MessageRecord, Reaction } from "./message-window.ts"
import { find, store } from "./message-window.ts"
import { reactorAmongTwo } from "./peer.ts"
import { textsOf, textTold } from "./texts.ts"
import { waitFor } from "./waiting.ts"

export const messageEdited = (d: Decision, event: MessageEdited): void => {
  const known = find(d.context.facts.window, event.external_message_id, event.provider_message_id)
  if (known === undefined) return waitFor(d, event)
  const texts = textTold(textsOf(known), event.at, event.content)
  const edited_at = later(known.edited_at, event.at)
  // An edit that tells no text says when, and leaves the text that is known.
  if (texts === undefined && edited_at === known.edited_at) return
  const heard_texts = texts ?? textsOf(known)
  d.learn({ window: store(d.context.facts.window, { ...known, edited_at, texts: heard_texts }) })
  d.tell({
    type: "row_changed",
    external_message_id: known.id,
    sender_key: null,
    fields: {
      ...(known.deleted_at === null ? { heard_texts } : {}),
      ...(texts !== undefined && known.deleted_at === null ? { content: event.content } : {}),
      edited_at,
      updated_at: event.received
    }
  })
}

export const messageDeleted = (d: Decision, event: MessageDeleted): void => {
  const known = find(d.context.facts.window, event.external_message_id, event.provider_message_id)
  if (known === undefined) return waitFor(d, event)
  deletedAt(d, known, event.at, event.received)
}

/** The message was deleted at `at`; the earliest word of it stands. */
export const deletedAt = (d: Decision, known: MessageRecord, at: number, received: number): void => {
  if (known.deleted_at !== null && known.deleted_at <= at) return
  revise(d, known, { ...known, deleted_at: at }, received)
  d.tell({
    type: "row_changed",
    external_message_id: known.id,
    sender_key: null,
    fields: { ...erased(at), updated_at: received }
  })
}

export const messageReacted = (d: Decision, event: MessageReacted): void => {
  const known = find(d.context.facts.window, event.external_message_id, event.provider_message_id)
  if (known === undefined) return waitFor(d, event)
  const { at, received } = event
  const sender = event.sender === null ? null : reactorAmongTwo(d, event.sender)
  if (sender !== null) {
    memberSeen(d, sender, at, received)
    d.person(sender.key, received, { type: "acted", at })
  }
  reactionShown(d, known, { key: sender?.key ?? null, value: event.reaction, at }, received)
}

/** Reactions of one message that are kept, those included that were taken back; the oldest go first (I8). */
export const reactionLimit = 512

const newest = (reactions: ReadonlyArray<Reaction>): ReadonlyArray<Reaction> =>
  reactions.length <= reactionLimit
    ? reactions
    : reactions.toSorted((a, b) => a.at - b.at || ((a.key ?? "") < (b.key ?? "") ? -1 : 1)).slice(-reactionLimit)

/** A reaction of a known person to a known message. */
export const reactionShown = (d: Decision, known: MessageRecord, reaction: Reaction, received: number): void => {
  if (!supersedes(reaction, known.reactions)) return
  const reactions = newest([...known.reactions.filter((other) => other.key !== reaction.key), reaction])
  const record: MessageRecord = { ...known, reactions }
  d.learn({ window: store(d.context.facts.window, record) })
  reactionsChanged(d, record, received)
}

/** The row of a message whose reactions changed. */
export const reactionsChanged = (d: Decision, record: MessageRecord, received: number): void =>
  d.tell({
    type: "row_changed",
    external_message_id: record.id,
    sender_key: null,
    fields: {
      reactions: record.reactions
        .filter((other) => other.value !== null)
        .map((other) => ({ value: other.value!, participant_id: other.key, at: other.at }))
        .sort(byTime),
      withdrawn_reactions: record.reactions
        .filter((other) => other.value === null)
        .map((other) => ({ participant_id: other.key, at: other.at }))
        .sort(byTime),
      updated_at: received
    }
  })

type Placed = { readonly at: number; readonly participant_id: string | null }
const byTime = (a: Placed, b: Placed): number =>
  a.at - b.at || ((a.participant_id ?? "") < (b.participant_id ?? "") ? -1 : 1)

/** One reaction per person: the newest by time, then by arrival. The same once more changes nothing. */
export const supersedes = (reaction: Reaction, reactions: ReadonlyArray<Reaction>): boolean => {
  const other = reactions.find((candidate) => candidate.key === reaction.key)
  if (other === undefined || reaction.at > other.at) return true
  return reaction.at === other.at && reaction.value !== other.value
}
