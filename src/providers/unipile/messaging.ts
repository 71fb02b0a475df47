/**
 * The six messaging events of UniPile v1 as our events (CONTRACT 2.5, unipile.md §2). They share one
 * payload; what differs is which person matters. In all but `message_received`, message_id, text, sender
 * and is_sender describe the message that the event is about, not the event.
 */
import * as Result from "effect/Result"
import type { MessageBody, MessageReceived, Person, ProviderEvent } from "../../../machines/events.ts"
import type { Direction } from "../../../machines/vocabulary.ts"
import { reactionLength } from "../bounds.ts"
import { instantIn } from "../instant.ts"
import type { Cast } from "./cast.ts"
import { castOf } from "./cast.ts"
import { channelOf } from "./channel.ts"
import type { MessageIds } from "./message.ts"
import { contentOf, messageIdsOf, messageOf } from "./message.ts"
import type { Messaging } from "./payload.ts"
import { readMessaging } from "./payload.ts"
import { readersOf } from "./readers.ts"
import { label, record, requiredIdentity, yesNo } from "../text.ts"
import { isOfMany, threadOf } from "./thread.ts"
import type { Unreadable } from "../unreadable.ts"
import { own } from "../../../machines/own.ts"

/** What all six share, worked out before the kind is looked at. */
interface Scene {
  readonly payload: Messaging
  readonly cast: Cast
  readonly ids: MessageIds
  readonly fact: Pick<
    MessageReceived,
    "received" | "via" | "account_id" | "channel_type" | "external_thread_id" | "at" | "owner"
  >
}

type Made = Result.Result<ProviderEvent, Unreadable>

const makers: Readonly<Record<string, (scene: Scene) => ProviderEvent>> = {
  message_received: ({ payload, cast, ids, fact }) => {
    const thread = threadOf(payload, fact.external_thread_id, cast.partner)
    const message = bodyOf(messageOf(payload, ids, directionOf(cast), fact.channel_type), cast)
    return { type: "message_received", ...fact, thread, people: cast.people, sender: senderOf(payload, cast), message }
  },
  message_delivered: ({ cast, ids, fact }) => ({
    type: "message_delivered",
    ...fact,
    ...ids,
    direction: directionOf(cast)
  }),
  message_read: ({ payload, cast, ids, fact }) => {
    const direction = directionOf(cast)
    const { readings, denies } = readersOf(payload.read_by ?? payload.seen_by, cast, fact.at, fact.received)
    const [first, ...others] = readings
    // A receipt that says of everybody it names that they have not: it has reached them.
    if (first === undefined && denies) return { type: "message_delivered", ...fact, ...ids, direction }
    const reader = first?.reader ?? null
    const at = first?.at ?? fact.at
    return { type: "message_read", ...fact, ...ids, at, direction, reader, ...(others.length > 0 && { others }) }
  },
  message_reaction: ({ payload, cast, ids, fact }) => {
    const reaction = label(payload.reaction, reactionLength)
    return { type: "message_reacted", ...fact, ...ids, sender: reactorOf(payload, cast), reaction }
  },
  message_edited: ({ payload, ids, fact }) => ({
    type: "message_edited",
    ...fact,
    ...ids,
    content: contentOf(payload)
  }),
  message_deleted: ({ ids, fact }) => ({ type: "message_deleted", ...fact, ...ids })
}

/** Whether an event of this name is one of the six. */
export const isMessagingKind = (kind: string): boolean => Object.hasOwn(makers, kind)

/**
 * The event of a messaging payload. `kind` is one that `isMessagingKind` knows; `received` is epoch
 * milliseconds. Early returns instead of Result.gen: each generator costs 1–2 µs on the path of every webhook.
 */
export const messagingEventOf = (body: unknown, kind: string, received: number): Made => {
  const read = readMessaging(body)
  if (Result.isFailure(read)) return Result.fail(read.failure)
  const payload = read.success
  const channel = channelOf(payload)
  if (Result.isFailure(channel)) return Result.fail(channel.failure)
  const ids = messageIdsOf(payload)
  if (Result.isFailure(ids)) return Result.fail(ids.failure)
  const cast = castOf(payload, channel.success)
  const fact = {
    received,
    via: "webhook",
    account_id: requiredIdentity(payload.account_id),
    channel_type: channel.success,
    external_thread_id: requiredIdentity(payload.chat_id),
    at: instantIn(payload.timestamp, received),
    owner: cast.owner
  } as const
  return Result.succeed(own(makers, kind)!({ payload, cast, ids: ids.success, fact }))
}

/** Where nothing tells who wrote it, it came from outside. */
const directionOf = ({ outbound }: Cast): Direction => (outbound === true ? "outbound" : "inbound")

/** The system line that somebody was removed (unipile.md §6): who it still lists has stayed. */
const removed = 6
/** A list longer than what is looked at of it does not show who is missing. */
const bodyOf = (message: MessageBody, { isWhole }: Cast): MessageBody =>
  isWhole || message.event_type !== removed ? message : { ...message, event_type: null }

/** The other side of a chat of two; null where there are more. */
const otherSide = (payload: Messaging, { people }: Cast): Person | null =>
  !isOfMany(payload) && people.length === 1 ? people[0]! : null

/**
 * Who wrote it; null is nobody. A message of a chat of two that shows no author is the other side's; a post of a channel, one of
 * an anonymous admin, or a system line may have none.
 */
const senderOf = (payload: Messaging, cast: Cast): Person | null =>
  cast.author ?? (yesNo(payload.is_event) === true ? null : otherSide(payload, cast))

/**
 * Who reacted. Without a reaction_sender it is, in a chat of two, whoever did not write the message; in
 * a group it could be anyone, and is nobody in particular.
 */
const reactorOf = (payload: Messaging, cast: Cast): Person | null => {
  const named = cast.person(record(payload.reaction_sender))
  if (named !== null || isOfMany(payload) || cast.outbound === null) return named
  return cast.outbound ? otherSide(payload, cast) : cast.owner
}
