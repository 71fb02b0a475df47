/**
 * UniPile's v2 envelopes as our events (unipile.md §7). Their ids are the networks' own: the chat that v1 knows under UniPile's
 * id is found by its other name in the channel's index, and inside the chat the message by its alias. A message is brought into
 * v1's shape, so that both versions are read by the same rules.
 */
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { AccountStatusChanged, FactArrived, ProviderEvent } from "../../../machines/events.ts"
import type { ProviderAccountStatus } from "../../../machines/vocabulary.ts"
import { calendarEventOf } from "./calendar.ts"
import { instantIn, instantShown } from "../instant.ts"
import { messagingEventOf } from "./messaging.ts"
import { Hint, reader, RequiredId } from "./payload.ts"
import { relationOf } from "./relation.ts"
import { identity, label, record, requiredIdentity, yesNo } from "../text.ts"
import { type Unreadable, unreadable } from "../unreadable.ts"
import { own } from "../../../machines/own.ts"

const Envelope = Schema.Struct({
  account_id: RequiredId,
  account_provider: Hint,
  created_at: Hint,
  type: Schema.String,
  payload: Schema.Record(Schema.String, Schema.Unknown)
})
type Envelope = typeof Envelope.Type
const readEnvelope = reader(Envelope)

type Made = Result.Result<ReadonlyArray<ProviderEvent>, Unreadable>
type Maker = (envelope: Envelope, received: number) => Made

const one = (made: Result.Result<ProviderEvent, Unreadable>): Made => Result.map(made, (event) => [event])

/** What the states of an account are called in v1. */
const statuses: Readonly<Record<string, ProviderAccountStatus>> = {
  "account.status.running": "OK",
  "account.status.errored": "ERROR",
  "account.status.disconnected": "CREDENTIALS",
  "account.status.paused": "STOPPED",
  "account.add": "CREATION_SUCCESS",
  "account.reconnect": "RECONNECTED",
  "account.remove": "DELETED",
  "account.initial_sync.completed": "SYNC_SUCCESS"
}

const statusOf: Maker = (envelope, received) =>
  Result.succeed([
    {
      type: "account_status_changed",
      received,
      via: "webhook",
      account_id: requiredIdentity(envelope.account_id),
      status: own(statuses, envelope.type)!,
      at: timeOf(envelope, received)
    } satisfies AccountStatusChanged
  ])

/** The fact's own time; the envelope's where the payload tells none. */
const timeOf = ({ payload, created_at }: Envelope, received: number): number =>
  Math.min(instantShown(payload["timestamp"]) ?? instantIn(created_at, received), received)

/** A fact in v1's shape, about the message that the payload names; its time is the envelope's unless it has its own. */
const factOf = (
  envelope: Envelope,
  received: number,
  event: string,
  said: Readonly<Record<string, unknown>>
): Result.Result<FactArrived, Unreadable> => {
  const { payload } = envelope
  const id = identity(payload["id"]) ?? identity(payload["message_id"])
  const chat = identity(payload["chat_id"])
  const v1 = {
    account_id: envelope.account_id,
    account_type: networkOf(envelope),
    chat_id: chat ?? "-",
    provider_chat_id: chat,
    provider_message_id: id,
    timestamp: envelope.created_at,
    attendees: partner.test(chat ?? "") ? [{ attendee_provider_id: chat }] : [],
    ...said
  }
  return Result.flatMap(messagingEventOf(v1, event, received), (made) => {
    if (id === null) return Result.fail(unreadable("payload.message_id", "names no message"))
    if (chat === null && made.type === "message_received")
      return Result.fail(unreadable("payload.chat_id", "is missing"))
    if (!("external_thread_id" in made)) return Result.fail(unreadable("type", "is no fact about a message"))
    const { account_id, channel_type: _, external_thread_id: __, received: ___, via: ____, ...fact } = made
    return Result.succeed({
      type: "fact_arrived",
      received,
      via: "webhook",
      account_id,
      channel_type: null,
      own_email: null,
      at: fact.at,
      where: { thread_id: null, names: [id], roots: [], answers: [], chat },
      fact
    })
  })
}

/** WhatsApp's chats of two are named after the other person. */
const partner = /@(s\.whatsapp\.net|lid)$/i

/** The network, in v1's words; where nothing names it, the look of the ids tells. */
const networkOf = ({ account_provider, payload }: Envelope): string | null => {
  const named = label(account_provider, 40) ?? label(payload["provider"], 40)
  if (named !== null) return named.toUpperCase()
  const ids = [payload["chat_id"], payload["sender_id"]].map(identity).join(" ")
  if (/@(s\.whatsapp\.net|lid|g\.us)\b/i.test(ids)) return "WHATSAPP"
  return /\bACoA/.test(ids) ? "LINKEDIN" : null
}

const attendeeOf = (user: unknown, id?: unknown) => {
  const { id: own, display_name, public_identifier, picture_url, profile_picture_url } = record(user)
  return {
    attendee_provider_id: identity(own) ?? identity(id),
    attendee_name: display_name,
    attendee_public_identifier: identity(public_identifier),
    attendee_profile_picture_url: picture_url ?? profile_picture_url
  }
}

const messageOf = (envelope: Envelope, received: number) => {
  const { payload } = envelope
  return factOf(envelope, received, "message_received", {
    timestamp: label(payload["timestamp"], 40) ?? envelope.created_at,
    message: label(payload["text"], 1_000_000) === null ? null : payload["text"],
    sender: attendeeOf(payload["sender"], payload["sender_id"]),
    is_sender: yesNo(payload["is_sender"]),
    is_event: yesNo(payload["is_event"]),
    hidden: yesNo(payload["is_hidden"]),
    deleted: yesNo(payload["is_deleted"]),
    attachments: payload["attachments"],
    quoted: payload["quoted"],
    is_forwarded: payload["forwarded"],
    subject: record(payload["specifics"])["subject"],
    chat_pinned: null
  })
}

/** v2's own numbering of system lines in v1's. */
const eventTypes: Readonly<Record<number, number>> = { 1: 4, 3: 5, 4: 7 }

const numbered = (event: FactArrived, event_type: unknown): FactArrived =>
  event.fact.type === "message_received" && event.fact.message.is_event
    ? {
        ...event,
        fact: {
          ...event.fact,
          message: { ...event.fact.message, event_type: eventTypes[Number(event_type)] ?? null }
        }
      }
    : event

const shown: Maker = (envelope, received) =>
  one(Result.map(messageOf(envelope, received), (event) => numbered(event, envelope.payload["event_type"])))

/** The message as it is now, and each thing about it that may be new. */
const updated: Maker = (envelope, received) => {
  const { payload } = envelope
  const isOurs = yesNo(payload["is_sender"]) === true
  const about = { is_sender: isOurs }
  const made = [
    shown(envelope, received),
    ...(yesNo(payload["is_edited"]) === true
      ? [one(factOf(envelope, received, "message_edited", { ...about, message: payload["text"] }))]
      : []),
    ...(yesNo(payload["is_deleted"]) === true ? [one(factOf(envelope, received, "message_deleted", about))] : []),
    ...(isOurs && yesNo(payload["is_delivered"]) === true
      ? [one(factOf(envelope, received, "message_delivered", about))]
      : []),
    ...(isOurs && yesNo(payload["is_seen"]) === true ? [one(factOf(envelope, received, "message_read", about))] : [])
  ]
  return Result.map(Result.all(made), (events) => events.flat())
}

/** Receipts hold ids only: whose message it is, its conversation knows. Who read it, they may say. */
const about =
  (event: string): Maker =>
  (envelope, received) =>
    one(
      factOf(envelope, received, event, {
        is_sender: true,
        timestamp: label(envelope.payload["timestamp"], 40) ?? envelope.created_at,
        read_by: envelope.payload["read_by"] ?? envelope.payload["user"] ?? envelope.payload["user_id"]
      })
    )

const reacted: Maker = (envelope, received) => {
  const { value, sender, is_sender } = record(envelope.payload["reaction"])
  const isOurs = yesNo(is_sender) === true
  const made = factOf(envelope, received, "message_reaction", {
    reaction: label(value, 64),
    reaction_sender: attendeeOf(sender, isOurs ? envelope.account_id : null)
  })
  return one(
    Result.map(made, (event) =>
      isOurs && event.fact.type === "message_reacted"
        ? { ...event, fact: { ...event.fact, sender: event.fact.owner } }
        : event
    )
  )
}

const related: Maker = (envelope, received) => {
  const { payload } = envelope
  const user = record(payload["user"] ?? payload["sender"])
  return one(
    relationOf(
      {
        account_id: envelope.account_id,
        account_type: networkOf(envelope),
        timestamp: envelope.created_at,
        user_provider_id: identity(user["id"]) ?? identity(payload["user_id"]),
        user_public_identifier: identity(user["public_identifier"]),
        user_full_name: user["display_name"],
        user_profile_url: user["profile_url"],
        user_picture_url: user["picture_url"] ?? user["profile_picture_url"]
      },
      received
    )
  )
}

const calendar =
  (kind: string): Maker =>
  (envelope, received) =>
    one(calendarEventOf({ ...envelope.payload, account_id: envelope.account_id }, kind, received, envelope.created_at))

const makers: Readonly<Record<string, Maker>> = {
  ...Object.fromEntries(Object.keys(statuses).map((type) => [type, statusOf])),
  "message.new": shown,
  "message.update": updated,
  "message.delete": about("message_deleted"),
  "message.receipt.read": about("message_read"),
  "message.receipt.delivery": about("message_delivered"),
  "message.reaction.new": reacted,
  "relation.new": related,
  "relation.request.accept": related,
  "calendar.event.new": calendar("calendar_event_created"),
  "calendar.event.update": calendar("calendar_event_updated"),
  "calendar.event.delete": calendar("calendar_event_deleted")
}

export const isEnvelopeType = (type: string): boolean => Object.hasOwn(makers, type)

/** The events of an envelope whose type `isEnvelopeType` knows. */
export const envelopeEventsOf = (body: unknown, received: number): Made =>
  Result.flatMap(readEnvelope(body), (envelope) =>
    isEnvelopeType(envelope.type)
      ? own(makers, envelope.type)!(envelope, received)
      : Result.fail(unreadable("type", "is no type that is handled yet"))
  )
