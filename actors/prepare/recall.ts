/**
 * Messages that left a conversation's window are remembered by their rows. An event about one of them is applied together with
 * what the rows say, and journaled with it, so that a replay needs no look-up (I2). Without this an old repeat would count twice.
 */
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { MessageRecord } from "../../machines/conversation/message-window.ts"
import { trackingOf } from "../../machines/conversation/mail.ts"
import { find } from "../../machines/conversation/message-window.ts"
import { digestOf } from "../../machines/conversation/texts.ts"
import { holdings } from "../../machines/conversation/filling.ts"
import { mailNames } from "../../machines/conversation/mail-names.ts"
import { ownerReads } from "../../machines/conversation/unread.ts"
import type { Event } from "../../machines/events.ts"
import { messageIdsIn } from "../../machines/message-id.ts"
import type { StoredMessage } from "../../persistence/lists/messages.ts"
import { placeOf } from "./place.ts"
import type { Identity } from "../memory/identity.ts"
import type { Memory } from "../memory/memory.ts"
import { wholeOf } from "../memory/merged.ts"
import { own } from "../../machines/own.ts"
import type { TenantContext } from "../../machines/tenant/context.ts"

export interface RecallRequest {
  readonly conversation_id: string
  /** Ids or provider ids. */
  readonly ids: ReadonlyArray<string>
  /** A horizon may move to the message: whatever came after it, up to the window, is needed to count what is still unread. */
  readonly withLater: boolean
  /** The time of a message that may have no row yet, where later ones are needed for it too. */
  readonly at?: number
}

/** The look-up that an event needs before its turn, or null. */
export const neededRecall = (memory: Memory, event: Event): RecallRequest | null => {
  if ("recalled" in event && event.recalled !== undefined) return null
  const placed = event.type === "fact_arrived" ? placeOf(memory, event) : event
  const named = placed === null ? null : namedMessage(placed, memory.identity)
  if (named === null) return null
  const conversation = memory.population.get("conversation", named.conversation_id)
  // The turn gives it to whom the conversation is part of by now, and says who sleeps on the way there.
  const found = conversation === undefined ? null : wholeOf(memory.population, conversation)
  if (found === null || !("whole" in found)) return null
  const { id: conversation_id, context } = found.whole
  const { floor } = context.facts.window
  if (floor === null) return null
  if (named.at !== null && named.at > floor) return null
  const known = named.ids.map((id) => find(context.facts.window, id)).find((record) => record !== undefined)
  const reply = readsBefore(memory, event, context)
  const withLater =
    placed?.type === "message_read" ||
    event.type === "conversation_read" ||
    reply ||
    context.facts.waiting.some(
      ({ type, external_message_id, provider_message_id }) =>
        type === "message_read" && named.ids.some((id) => id === external_message_id || id === provider_message_id)
    )
  if (known !== undefined && !(withLater && known.at < floor)) return null
  const at = reply && named.at !== null ? { at: named.at } : {}
  return { conversation_id, ids: named.ids, withLater, ...at }
}

/** A message that reads what came before it and is older than the window: a reply (CONTRACT 2.5 read_on), or history that was seen. */
const readsBefore = (memory: Memory, event: Event, context: ConversationContext): boolean => {
  if (event.type !== "message_received") return false
  const isReply = event.message.direction === "outbound" && !event.message.is_event
  const isSeen = event.history === true && event.message.seen === true
  if (!isReply && !isSeen) return false
  if (ownerReads(context).some(({ at, arrived }) => arrived === null && at !== null && at >= event.at)) return false
  if (isSeen) return true
  const tenant = memory.population.get("tenant", memory.tenant)?.context as TenantContext | undefined
  return tenant?.read_on === "reply"
}

/** The message that an event is about. `at`: the message's own time, where the event tells it. */
const namedMessage = (event: Event, identity: Identity) => {
  switch (event.type) {
    case "message_received": {
      const { message, letter } = event
      const ids =
        letter === undefined
          ? [message.external_message_id, message.provider_message_id].filter((id) => id !== null)
          : [...mailNames(message, letter), ...text(message.metadata["message_id"])]
      return {
        conversation_id: identity.conversation(event.channel_type, event.account_id, event.external_thread_id),
        ids,
        at: event.at
      }
    }
    case "message_delivered":
    case "message_read":
    case "message_edited":
    case "message_deleted":
    case "mail_tracked":
    case "message_reacted": {
      const ids = [event.external_message_id, event.provider_message_id].filter((id) => id !== null)
      return {
        conversation_id: identity.conversation(event.channel_type, event.account_id, event.external_thread_id),
        ids,
        at: null
      }
    }
    case "message_timed":
    case "message_subject_set":
      return { conversation_id: event.conversation_id, ids: [event.message_id], at: null }
    case "message_marked_local":
    case "conversation_read":
      return event.message_id === null
        ? null
        : { conversation_id: event.conversation_id, ids: [event.message_id], at: null }
    default:
      return null
  }
}

const text = (value: unknown): ReadonlyArray<string> => (typeof value === "string" ? [value] : [])

/** A message's own time, epoch milliseconds. */
export const messageTime = (row: StoredMessage): number =>
  (row.direction === "outbound" ? row.sent_at : row.received_at) ?? 0

/** Rows may be older than a merge of two people. */
const presentKey = (context: ConversationContext, key: string): string => own(context.facts.aliases, key) ?? key

/** What was heard of its text; a row of an earlier version tells no more than the text that stands. */
const textsOfRow = ({ heard_texts, edited_at, content }: StoredMessage): Pick<MessageRecord, "texts"> => {
  if (heard_texts !== null) return { texts: heard_texts }
  return edited_at === null ? {} : { texts: { at: edited_at, heard: content === null ? [] : [digestOf(content)] } }
}

/** A row whose texts and files have been looked at and let go: `held` is what a record remembers of them. */
export interface LeanRow extends StoredMessage {
  readonly held?: Pick<MessageRecord, "text" | "attached" | "parts" | "texts">
}

export const lean = (row: StoredMessage): LeanRow => ({
  ...row,
  content: null,
  attachments: [],
  held: { ...holdings(row), ...textsOfRow(row) }
})

/** A row as the record that the window had of it. The sender's key is found among the members, who never leave the context. */
export const recalledRecord = (row: LeanRow, context: ConversationContext, identity: Identity): MessageRecord => {
  const named = { ...context.facts.aliases, ...context.members }
  const keyOf = (participant_id: string | null) => {
    const key =
      participant_id === null ? null : Object.keys(named).find((each) => identity.participant(each) === participant_id)
    return key == null ? null : presentKey(context, key)
  }
  const tracking = trackingOf(row.metadata)
  const raw = row.metadata["message_id"]
  const message_id = typeof raw === "string" ? (messageIdsIn(raw)[0] ?? null) : null
  return {
    ...(tracking === undefined ? {} : { tracking }),
    id: row.external_message_id,
    alias: row.provider_message_id,
    at: messageTime(row),
    ...(row.arrival === null ? {} : { arrival: row.arrival }),
    outbound: row.direction === "outbound",
    sender: keyOf(row.sender_participant_id),
    is_event: row.is_event,
    hidden: row.hidden,
    ...(row.is_story ? { is_story: true } : {}),
    deleted_at: row.deleted_at,
    read_at: row.read_at,
    status: row.status,
    edited_at: row.edited_at,
    ...(row.held ?? { ...holdings(row), ...textsOfRow(row) }),
    ...(message_id === null ? {} : { message_id }),
    reactions: [...row.reactions, ...row.withdrawn_reactions.map((reaction) => ({ ...reaction, value: null }))].map(
      ({ participant_id, value, at }) => ({ key: keyOf(participant_id), value, at })
    )
  }
}
