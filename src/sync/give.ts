/**
 * Gives a tenant what was fetched, as history: translated as a webhook of the same would be, and durable when this returns. A tenant
 * that has no room is given less, later: live webhooks go first.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { SubmitError } from "../../actors/errors.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { Answer } from "../../actors/turn/outcome.ts"
import type { Event } from "../../machines/events.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import { translate } from "../providers/unipile/translate.ts"

/** Events under way at once: a small part of the tenant's mailbox. */
const atOnce = 64
const betweenTries = "1 second"

/** The tenant is no longer this process's, or takes nothing: the job is left to whoever owns it. */
export class TenantLeft extends Schema.TaggedError<TenantLeft>()("TenantLeft", { reason: Schema.String }) {}

/** What came of the events of one object. */
export interface Given {
  /** Whether any of them changed something. */
  readonly isNews: boolean
  /** Why it could not be read or applied; null: it was. */
  readonly problem: string | null
}

const left = new Set<SubmitError["_tag"]>(["OwnershipLost", "MemoryDropped", "TenantHalted", "TenantUnknown"])
const later = new Set<SubmitError["_tag"]>(["MailboxFull", "CutBehind", "DatabaseAway"])

/** Submits until the tenant takes it. Fails with TenantLeft, or with what the event itself is refused for. */
export const submitted = (tenant: string, event: Event): Effect.Effect<Answer, TenantLeft | SubmitError, TenantOwner> =>
  TenantOwner.use((owner) => owner.submit(tenant, event)).pipe(
    Effect.catch((error): Effect.Effect<Answer, TenantLeft | SubmitError, TenantOwner> => {
      if (later.has(error._tag))
        return Effect.delay(
          Effect.suspend(() => submitted(tenant, event)),
          betweenTries
        )
      return Effect.fail(left.has(error._tag) ? new TenantLeft({ reason: error.message }) : error)
    })
  )

/** Objects as the webhooks that would have told of them, each a list of payloads. */
export const give = Effect.fnUntraced(function* (
  tenant: string,
  channel_type: ChannelType,
  objects: ReadonlyArray<ReadonlyArray<unknown>>
) {
  const received = yield* Clock.currentTimeMillis
  return yield* Effect.forEach(objects, (payloads) => giveOne(tenant, channel_type, payloads, received), {
    concurrency: atOnce
  })
})

const giveOne = Effect.fnUntraced(function* (
  tenant: string,
  channel_type: ChannelType,
  payloads: ReadonlyArray<unknown>,
  received: number
): Effect.fn.Return<Given, TenantLeft, TenantOwner> {
  let isNews = false
  let problem: string | null = null
  for (const payload of payloads) {
    const read = translate(payload, { received, channel_type })
    if (Result.isFailure(read)) {
      problem ??= read.failure.message
      continue
    }
    for (const event of read.success) {
      const answer = yield* submitted(tenant, { ...event, via: "clock", history: true }).pipe(
        Effect.catch((error) => (error._tag === "TenantLeft" ? Effect.fail(error) : Effect.succeed(error)))
      )
      if ("outcome" in answer) isNews ||= answer.outcome === "applied"
      else problem ??= answer.message
    }
  }
  return { isNews, problem }
})
