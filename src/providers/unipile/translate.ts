/**
 * UniPile's payloads → our events, once, at the edge (DESIGN §1 step 2). Owns the recognition of the
 * kind; no payload travels further than this folder. Total: every JSON value ends as events or as
 * Unreadable (I9), nothing throws, nothing touches a clock.
 */
import * as Result from "effect/Result"
import type { ProviderEvent } from "../../../machines/events.ts"
import type { TranslateContext } from "../provider.ts"
import { accountStatusOf, hostedAuthOf } from "./account.ts"
import { calendarEventOf, isCalendarKind } from "./calendar.ts"
import { envelopeEventsOf, isEnvelopeType } from "./envelope.ts"
import { isMailKind, mailEventOf } from "./mail.ts"
import { isMessagingKind, messagingEventOf } from "./messaging.ts"
import { relationOf } from "./relation.ts"
import { label, record } from "../text.ts"
import { isTrackingKind, trackingEventOf } from "./tracking.ts"
import type { Unreadable } from "../unreadable.ts"
import { unreadable } from "../unreadable.ts"

interface Came extends TranslateContext {
  /**
   * Where it came in; `webhook` if absent. The hosted-auth URL carries its secret in itself and no header, so
   * nothing but the hosted-auth report is believed there.
   */
  readonly source?: "webhook" | "hosted_auth"
}

/** The events that a body holds, at least one, in order. */
export const translate = (
  body: unknown,
  { received, source = "webhook", channel_type }: Came
): Result.Result<ReadonlyArray<ProviderEvent>, Unreadable> => {
  const said =
    channel_type === undefined || typeof body !== "object"
      ? body
      : { ...body, account_type: channel_type, account_provider: channel_type }
  return source === "webhook" && isEnvelope(said)
    ? envelopeEventsOf(said, received)
    : Result.map(eventOf(said, received, source), (event) => [event])
}

/** v2: an envelope of a type that is handled. */
const isEnvelope = (body: unknown): boolean => {
  const fields = record(body)
  const type = label(fields["type"], kindLength)
  return type !== null && "payload" in fields && !("event" in fields) && isEnvelopeType(type)
}

const eventOf = (
  body: unknown,
  received: number,
  source: "webhook" | "hosted_auth"
): Result.Result<ProviderEvent, Unreadable> => {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return Result.fail(unreadable("", "is not a JSON object"))
  }
  const fields = record(body)
  if (source === "hosted_auth") return hostedAuthOf(body, received)
  const kind = label(fields["event"], kindLength)
  if (kind !== null) {
    if (isMessagingKind(kind)) return messagingEventOf(body, kind, received)
    if (isMailKind(kind)) return mailEventOf(body, kind, received)
    if (isTrackingKind(kind)) return trackingEventOf(body, kind, received)
    if (isCalendarKind(kind)) return calendarEventOf(body, kind, received)
    if (kind === "new_relation") return relationOf(body, received)
    return Result.fail(notYet("event", kind))
  }
  if ("AccountStatus" in fields) return accountStatusOf(fields["AccountStatus"], received)
  const envelope = label(fields["type"], kindLength)
  if (envelope !== null && "payload" in fields) return Result.fail(notYet("type", `v2 ${envelope}`))
  if ("status" in fields && ("name" in fields || "account_id" in fields)) return hostedAuthOf(body, received)
  if ("message" in fields && "account_id" in fields) return accountStatusOf(body, received)
  return Result.fail(unreadable("event", "is missing, and the shape is that of no known payload"))
}

const kindLength = 100

const notYet = (field: string, kind: string): Unreadable => unreadable(field, `${kind} is not handled yet`)
