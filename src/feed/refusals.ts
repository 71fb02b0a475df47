/** What a client frame can be refused with, and how that stands in an `error` frame. The socket stays open. */
import * as Schema from "effect/Schema"
import type { ActorUnknown, SubmitError } from "../../actors/errors.ts"
import type { ClientFrame, ErrorCode, ErrorFrame, SubscriptionErrorCode } from "../../actors/feed/frames.ts"
import type { Unreached } from "../../actors/owner/owner.ts"

const refused = [
  "malformed",
  "unknown_type",
  "unknown_topic",
  "topic_not_allowed",
  "too_many_subscriptions",
  "too_many_topics",
  "not_found"
] as const satisfies ReadonlyArray<SubscriptionErrorCode | "unknown_type">

const frameTypes = [
  "subscribe",
  "unsubscribe",
  "ping",
  "typing",
  "read",
  "unread",
  "assign",
  "snooze",
  "label",
  "viewing"
] as const satisfies ReadonlyArray<ClientFrame["type"]>

/** A frame that the feed itself refuses. `detail` names the fault and the cure. */
export class FrameRefused extends Schema.TaggedError<FrameRefused>()("FrameRefused", {
  code: Schema.Literals(refused),
  detail: Schema.String,
  /** As the client named it, where that is all that can be read of the frame. */
  topic: Schema.optionalKey(Schema.String),
  /** What of the frame could be read besides. */
  ref: Schema.optionalKey(Schema.String),
  answers: Schema.optionalKey(Schema.Literals(frameTypes))
}) {
  override get message() {
    return this.detail
  }
}

/** Why what a topic's name means cannot be had. */
type Unfound = Unreached | ActorUnknown

/** What a subscription can be refused with. The client has a table of their codes: one that it lacks does not compile. */
export type SubscriptionRefusal = FrameRefused | Unfound

export type Refusal = FrameRefused | SubmitError

const unfound: Readonly<Record<Unfound["_tag"], SubscriptionErrorCode>> = {
  TenantUnknown: "not_found",
  ActorUnknown: "not_found",
  DatabaseAway: "database_unavailable",
  TenantHalted: "tenant_halted"
}

const codes: Readonly<Record<SubmitError["_tag"], ErrorCode>> = {
  ...unfound,
  AccountUnknown: "not_found",
  MailboxFull: "mailbox_full",
  CutBehind: "cut_behind",
  TenantFull: "rule_broken",
  RuleBroken: "rule_broken",
  OwnershipLost: "ownership_lost",
  MemoryDropped: "memory_dropped",
  EventIndigestible: "event_indigestible"
}

/** What of a client's frame its answer names. */
export interface Answered {
  readonly answers?: ClientFrame["type"]
  readonly ref?: string
}

/** The answer to a refused frame; `topic` as the client named it, where the frame was about one. */
export const errorFrame = (
  refusal: Refusal,
  topic: string | undefined,
  { answers, ref }: Answered = {}
): ErrorFrame => ({
  type: "error",
  code: refusal._tag === "FrameRefused" ? refusal.code : codes[refusal._tag],
  message: refusal.message,
  ...(topic !== undefined && { topic }),
  ...(answers !== undefined && { answers }),
  ...(ref !== undefined && { ref })
})
