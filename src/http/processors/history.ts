/** What a store holds of messages, conversations and people, as the events that it was (CONTRACT §7). */
import * as Effect from "effect/Effect"
import type { TenantOwner } from "../../../actors/owner/owner.ts"
import type { Event, MessageFact, MessageReceived } from "../../../machines/events.ts"
import { certaintyIn, contactCertainty } from "../api/people.ts"
import type { HistoryConversation, HistoryMessage, HistoryParticipant } from "../api/processors.ts"
import { BodyInvalid } from "../faults.ts"
import { timeOf } from "../instant.ts"
import { personTold } from "./person.ts"
import { type Base, conversationEvent, messageEvent, participantEvent } from "./processors.ts"
import { threadNamed } from "./thread.ts"

type Owner = TenantOwner["Service"]

/** Each event of one told thing has a key of its own: a repeat that comes after a crash goes on with those that are missing. */
const keyed = (base: Base, part: string): Base =>
  base.once === undefined ? base : { ...base, once: { ...base.once, key: `${base.once.key}:${part}` } }

/** A message, and what became of it. */
export const historyMessage = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  told: typeof HistoryMessage.Type,
  base: Base
) {
  const { seen, status, edited_at, deleted_at, reactions = [], ...shown } = told
  const { read_at, ...unread } = shown
  const outbound = told.direction === "outbound"
  // When an outbound message was read is the receipt's to tell.
  const event = yield* messageEvent(owner, tenant, outbound ? unread : shown, base)
  if (event.type !== "message_received") {
    return yield* new BodyInvalid({
      field: "is_local_only",
      rule: "is for messages that nobody else has: POST …/events"
    })
  }
  const isSeen = !outbound && (seen ?? (read_at === undefined && (yield* isBeforeRegistration(owner, tenant, event))))
  const received = isSeen ? { ...event, message: { ...event.message, seen: true as const } } : event
  const fact = factAbout(received)
  const time = (text: string | undefined, field: string) =>
    Effect.map(timeOf(text, base.received, field), (at) => (text === undefined ? event.at : Math.max(at, event.at)))
  const events: Array<Event> = [received]
  if (outbound && (status === "delivered" || status === "read"))
    events.push({
      type: "message_delivered",
      ...fact,
      ...keyed(base, "delivered"),
      at: event.at,
      direction: "outbound"
    })
  if (outbound && (status === "read" || read_at !== undefined)) {
    const at = yield* time(read_at, "read_at")
    events.push({ type: "message_read", ...fact, ...keyed(base, "read"), at, direction: "outbound", reader: null })
  }
  if (edited_at !== undefined) {
    const at = yield* time(edited_at, "edited_at")
    events.push({ type: "message_edited", ...fact, ...keyed(base, "edited"), at, content: told.content ?? null })
  }
  for (const [place, reaction] of reactions.entries()) {
    const { members } = yield* threadNamed(owner, tenant, told.account, told.conversation)
    const sender =
      reaction.sender === undefined
        ? null
        : yield* personTold(owner, tenant, reaction.sender, event.channel_type, `reactions.${place}.sender`, members)
    const at = yield* time(reaction.at, `reactions.${place}.at`)
    events.push({
      type: "message_reacted",
      ...fact,
      ...keyed(base, `reaction ${place}`),
      at,
      sender,
      reaction: reaction.value
    })
  }
  if (deleted_at !== undefined)
    events.push({
      type: "message_deleted",
      ...fact,
      ...keyed(base, "deleted"),
      at: yield* time(deleted_at, "deleted_at")
    })
  return events
})

const factAbout = ({
  account_id,
  channel_type,
  external_thread_id,
  owner,
  message
}: MessageReceived): Omit<MessageFact, "at" | "received" | "via"> => ({
  account_id,
  channel_type,
  external_thread_id,
  owner,
  external_message_id: message.external_message_id,
  provider_message_id: message.provider_message_id
})

/** Nobody waited here for what came before the account was registered, unless the import says so. */
const isBeforeRegistration = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  { account_id, at }: MessageReceived
) {
  const { created_at } = yield* owner.view(tenant, "connection", account_id)
  return at < Date.parse(String(created_at))
})

/** What is known of a conversation; how it is filed and how urgent it is, as if a CRM user had said so. */
export const historyConversation = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  { status, priority, ...told }: typeof HistoryConversation.Type,
  base: Base
) {
  const { id } = yield* threadNamed(owner, tenant, told.account, told.conversation)
  const events: Array<Event> = [yield* conversationEvent(owner, tenant, told, base)]
  if (priority !== undefined)
    events.push({ type: "conversation_prioritised", ...keyed(base, "priority"), conversation_id: id, priority })
  if (status !== undefined)
    events.push({ type: "conversation_status_set", ...keyed(base, "status"), conversation_id: id, status })
  return events
})

/** What is known of a person, and which record that is. */
export const historyParticipant = Effect.fnUntraced(function* (
  owner: Owner,
  tenant: string,
  { resolution, ...told }: typeof HistoryParticipant.Type,
  base: Base
) {
  const event = yield* participantEvent(owner, tenant, told, base)
  if (resolution === undefined) return [event]
  const certainty = certaintyIn(resolution, contactCertainty)
  const resolved: Event = {
    type: "participant_resolved",
    ...keyed(base, "resolution"),
    participant_id: event.participant_id,
    contact_record: resolution.record_id,
    ...(certainty === undefined ? {} : { certainty })
  }
  return [event, resolved]
})
