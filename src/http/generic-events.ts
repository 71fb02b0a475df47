/**
 * Facts that no provider webhook brings (CONTRACT §5), as they are told by the CRM: decoded, completed with what the
 * conversation knows, and handed to the tenant.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Answer } from "../../actors/tenant-owner.ts"
import { TenantOwner } from "../../actors/tenant-owner.ts"
import { RuleBroken, type SubmitError } from "../../actors/errors.ts"
import { IncomingEvent, type ParticipantLeftEvent, type ReadReceiptEvent, type TypingEvent } from "./api/events.ts"
import { BodyInvalid } from "./faults.ts"
import { firstIssue } from "./schema-issue.ts"
import { typingLasts } from "./typing.ts"
import { memberOf, threadOf } from "./known-thread.ts"

type Outcome = Pick<Answer, "outcome">
type Taken = Effect.Effect<Outcome, SubmitError>

/** CONTRACT §5 has seven kinds; these come with later work. */
const later = new Set(["auth", "tokens", "message", "conversation", "participant"])

const decode = Schema.decodeUnknownEffect(IncomingEvent)
const Labelled = Schema.Struct({ type: Schema.String })
const isLabelled = Schema.is(Labelled)
const kinds = new Set<string>(IncomingEvent.members.map((member) => member.fields.type.literal))

export class GenericEvents extends Context.Service<
  GenericEvents,
  {
    /** Applies one event; returns when it is durable, or published when it is ephemeral (I10). */
    take(tenant: string, value: unknown): Effect.Effect<Outcome, SubmitError | BodyInvalid>
  }
>()("switchboard/http/GenericEvents") {
  static readonly layer = Layer.effect(
    GenericEvents,
    Effect.gen(function* () {
      const owner = yield* TenantOwner

      const typing = Effect.fnUntraced(function* (tenant: string, event: typeof TypingEvent.Type) {
        const view = yield* owner.view(tenant, "conversation", event.conversation)
        const member = event.participant === undefined ? null : yield* memberOf(view, event.participant)
        const id = member === null ? event.user_id! : member.participant_id
        yield* owner.signal(tenant, {
          type: "typing_signalled",
          received: yield* Clock.currentTimeMillis,
          conversation_id: view["id"] as string,
          typist: { id, name: member?.name ?? id },
          is_typing: event.is_typing,
          lasts: event.expires_in_s === undefined ? typingLasts : Math.round(event.expires_in_s * 1000)
        })
        return { outcome: "applied" as const }
      })

      const participantLeft = Effect.fnUntraced(function* (tenant: string, event: typeof ParticipantLeftEvent.Type) {
        const received = yield* Clock.currentTimeMillis
        const { person, ...thread } = yield* threadOf(owner, tenant, event.conversation, event.participant)
        const at = yield* timeOf(event.at, received)
        return yield* owner.submit(tenant, {
          type: "member_left",
          ...thread,
          received,
          via: "api",
          at,
          person: person!
        })
      })

      const readReceipt = Effect.fnUntraced(function* (tenant: string, event: typeof ReadReceiptEvent.Type) {
        const received = yield* Clock.currentTimeMillis
        const { person, ...thread } = yield* threadOf(owner, tenant, event.conversation, event.participant ?? null)
        return yield* owner.submit(tenant, {
          type: "message_read",
          ...thread,
          received,
          via: "api",
          at: yield* timeOf(event.at, received),
          external_message_id: event.message_id,
          provider_message_id: null,
          direction: person?.key === thread.owner.key ? "inbound" : "outbound",
          reader: person
        })
      })

      const takeKnown = (tenant: string, event: typeof IncomingEvent.Type): Taken => {
        switch (event.type) {
          case "typing":
            return typing(tenant, event)
          case "participant_left":
            return participantLeft(tenant, event)
          case "read_receipt":
            return readReceipt(tenant, event)
        }
      }

      const take = Effect.fnUntraced(function* (tenant: string, value: unknown) {
        if (isLabelled(value) && later.has(value.type)) {
          return yield* new BodyInvalid({ field: "type", rule: `${value.type} is not handled yet` })
        }
        if (isLabelled(value) && !kinds.has(value.type)) {
          return yield* new BodyInvalid({ field: "type", rule: `must be one of ${[...kinds].join(", ")}` })
        }
        const event = yield* decode(value).pipe(Effect.mapError((error) => new BodyInvalid(firstIssue(error))))
        const { outcome } = yield* takeKnown(tenant, event)
        return { outcome }
      })

      return GenericEvents.of({ take })
    })
  )
}

/** How far ahead of ours a teller's clock may be, in milliseconds. */
const clockSkew = 86_400_000

/** The instant that a text names, epoch milliseconds; `received` when there is no text. */
const timeOf = (text: string | undefined, received: number): Effect.Effect<number, RuleBroken> => {
  const at = text === undefined ? received : Date.parse(text)
  return at >= 0 && at <= received + clockSkew
    ? Effect.succeed(at)
    : Effect.fail(new RuleBroken({ field: "at", rule: "must be an ISO 8601 instant since 1970, at most a day ahead" }))
}
