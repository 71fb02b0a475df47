/**
 * Facts that no provider webhook brings (CONTRACT §5), as they are told by the CRM: decoded, completed with what the
 * conversation knows, and handed to the tenant.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import type { Event } from "../../machines/events.ts"
import { TenantOwner } from "../../actors/owner/owner.ts"
import type { SubmitError } from "../../actors/errors.ts"
import { IncomingEvent, type ParticipantLeftEvent, type ReadReceiptEvent, type TypingEvent } from "./api/events.ts"
import type { HistoryEvent } from "./api/history.ts"
import type { AuthEvent } from "./api/processors.ts"
import { Tokens } from "../secrets/tokens.ts"
import { unknownRefused } from "./body.ts"
import { BodyInvalid } from "./faults.ts"
import { historyIn } from "./history-body.ts"
import { timeOf } from "./instant.ts"
import { onceOf } from "./once.ts"
import { historyConversation, historyMessage, historyParticipant } from "./processors/history.ts"
import { authEvent, type Base, conversationEvent, messageEvent, participantEvent } from "./processors/processors.ts"
import { firstIssue } from "./schema-issue.ts"
import { typingLasts } from "../../machines/presence/machine.ts"
import type { Answer } from "../../actors/turn/outcome.ts"

type Outcome = Pick<Answer, "outcome">
type Taken = Effect.Effect<Outcome, SubmitError | BodyInvalid>

const decode = Schema.decodeUnknownEffect(IncomingEvent, unknownRefused)
const Labelled = Schema.Struct({ type: Schema.String })
const isLabelled = Schema.is(Labelled)
const kinds = new Set<string>(IncomingEvent.members.map((member) => member.fields.type.literal))

/** History can wait: while events wait for the database, or the database is away, it tries again, for a while. */
const patiently = <A, E extends { readonly _tag: string }>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.retry(effect, {
    schedule: Schedule.spaced("200 millis"),
    times: 100,
    while: ({ _tag }) => _tag === "MailboxFull" || _tag === "CutBehind" || _tag === "DatabaseAway"
  })

export class GenericEvents extends Context.Service<
  GenericEvents,
  {
    /**
     * Applies one event; returns when it is durable, or published when it is ephemeral (I10). `key` is the request's
     * Idempotency-Key; the event's own idempotency_key goes before it. Typing needs none.
     */
    take(tenant: string, value: unknown, key: string | null): Effect.Effect<Outcome, SubmitError | BodyInvalid>
    /** The same for an event of history (api/history.ts). Waits while the tenant's mailbox is full. */
    bring(tenant: string, value: unknown): Effect.Effect<Outcome, SubmitError | BodyInvalid>
  }
>()("switchboard/http/GenericEvents") {
  static readonly layer = Layer.effect(
    GenericEvents,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const tokens = yield* Tokens

      const typing = Effect.fnUntraced(function* (tenant: string, event: typeof TypingEvent.Type) {
        const conversation_id = yield* owner.resolve(tenant, "conversation", event.conversation)
        const member =
          event.participant === undefined ? null : yield* owner.member(tenant, conversation_id, event.participant)
        const id = member === null ? event.user_id! : member.participant_id
        yield* owner.signal(tenant, {
          type: "typing_signalled",
          received: yield* Clock.currentTimeMillis,
          conversation_id,
          typist: { id, name: member?.person.name ?? id },
          is_typing: event.is_typing,
          lasts: event.expires_in_s === undefined ? typingLasts : Math.round(event.expires_in_s * 1000)
        })
        return { outcome: "applied" as const }
      })

      const participantLeft = Effect.fnUntraced(function* (
        tenant: string,
        event: typeof ParticipantLeftEvent.Type,
        base: Base
      ) {
        const { person } = yield* owner.member(tenant, event.conversation, event.participant)
        const { thread } = yield* owner.thread(tenant, event.conversation)
        const at = yield* timeOf(event.at, base.received)
        return yield* owner.submit(tenant, { type: "member_left", ...thread, ...base, at, person })
      })

      const readReceipt = Effect.fnUntraced(function* (
        tenant: string,
        event: typeof ReadReceiptEvent.Type,
        base: Base
      ) {
        const { conversation, participant } = event
        const reader =
          participant === undefined ? null : (yield* owner.member(tenant, conversation, participant)).person
        const { thread } = yield* owner.thread(tenant, conversation)
        return yield* owner.submit(tenant, {
          type: "message_read",
          ...thread,
          ...base,
          at: yield* timeOf(event.at, base.received),
          external_message_id: event.message_id,
          provider_message_id: null,
          direction: reader?.key === thread.owner.key ? "inbound" : "outbound",
          reader
        })
      })

      /** Tokens and report are two events, each once under the key: a late repeat puts neither old tokens nor an old status back. */
      const auth = Effect.fnUntraced(function* (tenant: string, event: typeof AuthEvent.Type, base: Base) {
        const told = yield* authEvent(owner, tenant, event, base)
        const { access_token, refresh_token, expires_in } = event
        const given = [access_token, refresh_token, expires_in].some((each) => each !== undefined && each !== null)
        if (!given) return yield* owner.submit(tenant, told)
        const once = base.once && { ...base.once, key: `${base.once.key}:tokens` }
        const stored = yield* tokens.store(tenant, event.account, { access_token, refresh_token, expires_in }, once)
        const reported = yield* owner.submit(tenant, told)
        return stored.outcome === "applied" ? stored : reported
      })

      const takeKnown = (tenant: string, event: typeof IncomingEvent.Type, base: Base): Taken => {
        const submit = (event: Event) => owner.submit(tenant, event)
        switch (event.type) {
          case "typing":
            return typing(tenant, event)
          case "participant_left":
            return participantLeft(tenant, event, base)
          case "read_receipt":
            return readReceipt(tenant, event, base)
          case "auth":
            return auth(tenant, event, base)
          case "message":
            return Effect.flatMap(messageEvent(owner, tenant, event, base), submit)
          case "conversation":
            return Effect.flatMap(conversationEvent(owner, tenant, event, base), submit)
          case "participant":
            return Effect.flatMap(participantEvent(owner, tenant, event, base), submit)
        }
      }

      /** Several facts of one told thing, in one commit: applied where one of them was. */
      const together = Effect.fnUntraced(function* (
        tenant: string,
        told: Effect.Effect<ReadonlyArray<Event>, SubmitError | BodyInvalid>
      ) {
        const all = yield* Effect.forEach(yield* told, (event) => owner.submit(tenant, event), {
          concurrency: "unbounded"
        })
        return { outcome: all.some(({ outcome }) => outcome === "applied") ? "applied" : "duplicate" } as const
      })

      const bringKnown = (tenant: string, event: typeof HistoryEvent.Type, base: Base): Taken => {
        switch (event.type) {
          case "message":
            return together(tenant, historyMessage(owner, tenant, event, base))
          case "conversation":
            return inOrder(tenant, historyConversation(owner, tenant, event, base))
          case "participant":
            return inOrder(tenant, historyParticipant(owner, tenant, event, base))
          default:
            return takeKnown(tenant, event, base)
        }
      }

      /** The same for commands, each upon the one before. */
      const inOrder = Effect.fnUntraced(function* (
        tenant: string,
        told: Effect.Effect<ReadonlyArray<Event>, SubmitError | BodyInvalid>
      ) {
        let outcome: Outcome["outcome"] = "duplicate"
        for (const event of yield* told)
          if ((yield* owner.submit(tenant, event)).outcome === "applied") outcome = "applied"
        return { outcome }
      })

      const bring = Effect.fnUntraced(function* (tenant: string, value: unknown) {
        const event = yield* historyIn(value)
        const received = yield* Clock.currentTimeMillis
        const { idempotency_key } = event
        const once = idempotency_key === undefined ? {} : { once: onceOf(idempotency_key, withoutKey(value as object)) }
        const { outcome } = yield* patiently(
          bringKnown(tenant, event, { received, via: "api", history: true, ...once })
        )
        return { outcome }
      })

      const take = Effect.fnUntraced(function* (tenant: string, value: unknown, requestKey: string | null) {
        if (isLabelled(value) && !kinds.has(value.type)) {
          return yield* new BodyInvalid({ field: "type", rule: `must be one of ${[...kinds].join(", ")}` })
        }
        const event = yield* decode(value).pipe(Effect.mapError((error) => new BodyInvalid(firstIssue(error))))
        const key = ("idempotency_key" in event ? event.idempotency_key : undefined) ?? requestKey
        const received = yield* Clock.currentTimeMillis
        const once = key === null ? {} : { once: onceOf(key, withoutKey(value as object)) }
        const { outcome } = yield* takeKnown(tenant, event, { received, via: "api", ...once })
        return { outcome }
      })

      return GenericEvents.of({ take, bring })
    })
  )
}

/** What a key was given for: the event itself. */
const withoutKey = ({ idempotency_key: _, ...event }: { readonly idempotency_key?: unknown }) => event
