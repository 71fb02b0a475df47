/**
 * The six messaging events of UniPile v1 as our events (CONTRACT 2.5, unipile.md §2). They share one
 * payload; what differs is which person matters. In all but `message_received`, message_id, text, sender
 * and is_sender describe the message that the event is about, not the event.
 */
import * as Result from "effect/Result"
import type { MessageReceived, Person, ProviderEvent } from "../../../machines/events.ts"
import type { Direction } from "../../../machines/vocabulary.ts"
import type { Cast } from "./cast.ts"
import { castOf } from "./cast.ts"
import { channelOf } from "./channel.ts"
import type { MessageIds } from "./message.ts"
import { contentOf, instantOf, messageIdsOf, messageOf } from "./message.ts"
import type { Messaging } from "./payload.ts"
import { readAttendee, readMessaging } from "./payload.ts"
import { label, requiredIdentity } from "./text.ts"
import { isGroup, threadOf } from "./thread.ts"
import type { Unreadable } from "./unreadable.ts"
import { unreadable } from "./unreadable.ts"

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

/** Emoji are short, but a few networks allow words. */
const reactionLength = 64

const makers: Readonly<Record<string, (scene: Scene) => Made>> = {
  message_received: ({ payload, cast, ids, fact }) => {
    const direction = directionOf(cast)
    if (Result.isFailure(direction)) return Result.fail(direction.failure)
    const thread = threadOf(payload, fact.external_thread_id)
    const message = messageOf(payload, ids, direction.success, fact.channel_type)
    return Result.map(senderOf(payload, cast), (sender) => {
      return { type: "message_received", ...fact, thread, people: cast.people, sender, message } as const
    })
  },
  message_delivered: ({ cast, ids, fact }) =>
    Result.map(directionOf(cast), (direction) => ({ type: "message_delivered", ...fact, ...ids, direction }) as const),
  message_read: ({ payload, cast, ids, fact }) =>
    Result.map(directionOf(cast), (direction) => {
      const reader = readerOf(payload, cast)
      return { type: "message_read", ...fact, ...ids, direction, reader } as const
    }),
  message_reaction: ({ payload, cast, ids, fact }) =>
    Result.map(reactorOf(payload, cast), (sender) => {
      const reaction = label(payload.reaction, reactionLength)
      return { type: "message_reacted", ...fact, ...ids, sender, reaction } as const
    }),
  message_edited: ({ payload, ids, fact }) =>
    Result.succeed({ type: "message_edited", ...fact, ...ids, content: contentOf(payload) }),
  message_deleted: ({ ids, fact }) => Result.succeed({ type: "message_deleted", ...fact, ...ids })
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
  const at = instantOf(payload, received)
  if (Result.isFailure(at)) return Result.fail(at.failure)
  const cast = castOf(payload, channel.success)
  const fact = {
    received,
    via: "webhook",
    account_id: requiredIdentity(payload.account_id),
    channel_type: channel.success,
    external_thread_id: requiredIdentity(payload.chat_id),
    at: at.success,
    owner: cast.owner
  } as const
  return makers[kind]!({ payload, cast, ids: ids.success, fact })
}

const directionOf = ({ outbound }: Cast): Result.Result<Direction, Unreadable> =>
  outbound === null
    ? Result.fail(unreadable("is_sender", "is missing, and nothing else tells who wrote the message"))
    : Result.succeed(outbound ? "outbound" : "inbound")

/** The other side of a chat of two; null in groups. */
const otherSide = (payload: Messaging, { people }: Cast): Person | null =>
  !isGroup(payload) && people.length === 1 ? people[0]! : null

const senderOf = (payload: Messaging, cast: Cast): Result.Result<Person, Unreadable> =>
  Result.fromNullishOr(cast.author ?? otherSide(payload, cast), () =>
    unreadable("sender", "names no person, and the chat has more than one other member")
  )

/**
 * Who reacted. Without a reaction_sender it is, in a chat of two, whoever did not write the message; in
 * a group it could be anyone.
 */
const reactorOf = (payload: Messaging, cast: Cast): Result.Result<Person, Unreadable> => {
  const named = payload.reaction_sender == null ? null : cast.person(payload.reaction_sender)
  const supposed =
    isGroup(payload) || cast.outbound === null ? null : cast.outbound ? otherSide(payload, cast) : cast.owner
  return Result.fromNullishOr(named ?? supposed, () =>
    unreadable("reaction_sender", "names no person, and nothing else tells who reacted")
  )
}

/** The reader, or null where `read_by` shows none. Its shape was never seen: attendee, list of them, or a bare id. */
const readerOf = ({ read_by }: Messaging, cast: Cast): Person | null => {
  const first: unknown = Array.isArray(read_by) ? read_by[0] : read_by
  const attendee = readAttendee(typeof first === "string" ? { attendee_provider_id: first } : first)
  return Result.isSuccess(attendee) ? cast.person(attendee.success) : null
}
