/** What a client frame can be refused with, and how that stands in an `error` frame. The socket stays open. */
import * as Schema from "effect/Schema"
import type { SubmitError } from "../../actors/errors.ts"
import type { ErrorFrame } from "../../actors/feed/frames.ts"

/** A frame that the feed itself refuses. `detail` names the fault and the cure. */
export class FrameRefused extends Schema.TaggedError<FrameRefused>()("FrameRefused", {
  code: Schema.Literals([
    "malformed",
    "unknown_type",
    "unknown_topic",
    "topic_not_allowed",
    "too_many_subscriptions",
    "too_many_topics",
    "not_found"
  ]),
  detail: Schema.String
}) {
  override get message() {
    return this.detail
  }
}

export type Refusal = FrameRefused | SubmitError

const codes: Readonly<Record<SubmitError["_tag"], string>> = {
  TenantUnknown: "not_found",
  ActorUnknown: "not_found",
  AccountUnknown: "not_found",
  MailboxFull: "mailbox_full",
  CutBehind: "cut_behind",
  RuleBroken: "rule_broken",
  OwnershipLost: "ownership_lost",
  MemoryDropped: "memory_dropped",
  DatabaseAway: "database_unavailable",
  EventIndigestible: "event_indigestible"
}

/** The answer to a refused frame; `topic` as the client named it, where the frame was about one. */
export const errorFrame = (refusal: Refusal, topic: string | undefined): ErrorFrame => ({
  type: "error",
  code: refusal._tag === "FrameRefused" ? refusal.code : codes[refusal._tag],
  message: refusal.message,
  ...(topic !== undefined && { topic })
})
