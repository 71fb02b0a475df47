/** Commands on conversations, messages, members and people over HTTP. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Schema from "effect/Schema"
import { memberCounters, participantCounters } from "../../../actors/views/counters.ts"
import type { RuleBroken } from "../../../actors/errors.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import type { ConversationContext } from "../../../machines/conversation/context.ts"
import type { Event, ParticipantCorrected } from "../../../machines/events.ts"
import type { ParticipantContext } from "../../../machines/participant/context.ts"
import { Recounts } from "../../../persistence/figures/recounts.ts"
import { normaliseIdentifier } from "../../identifiers/normalise.ts"
import { served } from "../api/api.ts"
import {
  AtInstant,
  Detection,
  Handles,
  Heat,
  Local,
  ProviderId,
  Subject,
  SyncState,
  Timestamps
} from "../api/threads.ts"
import { bodyReader } from "../body.ts"
import { BodyInvalid } from "../faults.ts"
import { timeOf } from "../instant.ts"
import { threadOf } from "../known-thread.ts"
import { commandBase } from "../once.ts"

const json = HttpServerResponse.jsonUnsafe
type Base = Effect.Success<typeof commandBase>

/** Identifiers in their one form; what is none is refused. */
const corrected = Effect.fnUntraced(function* (handles: typeof Handles.Type) {
  const corrections = new Map<string, string | null>()
  for (const [kind, raw] of Object.entries(handles)) {
    const normalise = normaliseIdentifier[kind as keyof typeof normaliseIdentifier] as
      ((raw: string) => string | null) | undefined
    const value = raw === null || normalise === undefined ? raw : normalise(raw)
    if (raw !== null && value === null) return yield* new BodyInvalid({ field: kind, rule: `"${raw}" is no ${kind}` })
    corrections.set(kind, value)
  }
  return Object.fromEntries(corrections) as ParticipantCorrected["corrections"]
})

export const threadHandlers = HttpApiBuilder.group(
  served,
  "threads",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const recounts = yield* Recounts

    /** A command on a conversation: `answer` says what is shown after it. */
    const command = <A, P extends { readonly tenant: string; readonly id: string }>(
      schema: Schema.Codec<A, any>,
      eventOf: (
        body: A,
        base: Base & { readonly conversation_id: string },
        params: P
      ) => Effect.Effect<Event, RuleBroken>,
      answer: "view" | "outcome" = "view"
    ) => {
      const bodyOf = bodyReader(schema)
      return Effect.fnUntraced(function* ({
        params,
        request
      }: {
        readonly params: P
        readonly request: HttpServerRequest
      }) {
        const { tenant, id } = params
        const body = yield* bodyOf(request)
        const conversation_id = yield* owner.resolve(tenant, "conversation", id)
        const base = { ...(yield* commandBase), conversation_id }
        const { outcome } = yield* owner.submit(tenant, yield* eventOf(body, base, params))
        return json(answer === "outcome" ? { outcome } : yield* owner.view(tenant, "conversation", conversation_id))
      })
    }

    /** The same on one member, whose key the event carries. */
    const memberCommand = <A>(
      schema: Schema.Codec<A, any>,
      eventOf: (
        body: A,
        base: Base & { readonly conversation_id: string; readonly key: string },
        thread: Effect.Success<ReturnType<typeof threadOf>>
      ) => Effect.Effect<Event, RuleBroken>
    ) => {
      const bodyOf = bodyReader(schema)
      return Effect.fnUntraced(function* ({
        params: { tenant, id, participant },
        request
      }: {
        readonly params: { readonly tenant: string; readonly id: string; readonly participant: string }
        readonly request: HttpServerRequest
      }) {
        const body = yield* bodyOf(request)
        const conversation_id = yield* owner.resolve(tenant, "conversation", id)
        const thread = yield* threadOf(owner, tenant, conversation_id, participant)
        const base = { ...(yield* commandBase), conversation_id, key: thread.person!.key }
        yield* owner.submit(tenant, yield* eventOf(body, base, thread))
        return json(yield* owner.view(tenant, "conversation", conversation_id))
      })
    }

    const readHandles = bodyReader(Handles)
    const readAt = bodyReader(AtInstant)

    return handlers
      .handleRaw(
        "detectType",
        command(Detection, ({ release = false }, base) =>
          Effect.succeed({ type: "conversation_type_detected", ...base, release })
        )
      )
      .handleRaw(
        "hot",
        command(Heat, ({ is_hot }, base) => Effect.succeed({ type: "conversation_heat_set", ...base, is_hot }))
      )
      .handleRaw(
        "syncStatus",
        command(SyncState, ({ sync_status, error = null, at }, base) =>
          Effect.map(timeOf(at, base.received), (at) => ({
            type: "conversation_synced",
            ...base,
            sync_status,
            error,
            at
          }))
        )
      )
      .handleRaw(
        "timestamps",
        command(
          Timestamps,
          ({ sent_at, received_at }, base, { message_id }: { tenant: string; id: string; message_id: string }) => {
            const field = sent_at === undefined ? "received_at" : "sent_at"
            return Effect.map(timeOf(sent_at ?? received_at, base.received, field), (at) => ({
              type: "message_timed",
              ...base,
              message_id,
              field,
              at
            }))
          },
          "outcome"
        )
      )
      .handleRaw(
        "subject",
        command(
          Subject,
          ({ subject }, base, { message_id }: { tenant: string; id: string; message_id: string }) =>
            Effect.succeed({ type: "message_subject_set", ...base, message_id, subject }),
          "outcome"
        )
      )
      .handleRaw(
        "local",
        command(
          Local,
          (body, base, { client_key }: { tenant: string; id: string; client_key: string }) =>
            Effect.succeed({
              type: "message_marked_local",
              ...base,
              client_key,
              message_id: body.message_id ?? null,
              content: body.content,
              subject: body.subject ?? null,
              failed: body.failed ?? false
            }),
          "outcome"
        )
      )
      .handleRaw(
        "providerId",
        memberCommand(ProviderId, ({ provider_participant_id }, base) =>
          Effect.succeed({ type: "member_provider_id_set", ...base, provider_participant_id })
        )
      )
      .handleRaw(
        "left",
        memberCommand(AtInstant, ({ at }, { conversation_id: _, key: __, ...base }, { person, ...thread }) =>
          Effect.map(timeOf(at, base.received), (at) => ({
            type: "member_left",
            ...thread,
            ...base,
            at,
            person: person!
          }))
        )
      )
      .handleRaw(
        "activity",
        Effect.fnUntraced(function* ({ params: { tenant, id, participant }, request }) {
          const body = yield* readAt(request)
          const conversation_id = yield* owner.resolve(tenant, "conversation", id)
          const { person } = yield* threadOf(owner, tenant, conversation_id, participant)
          const base = { ...(yield* commandBase), conversation_id, key: person!.key }
          const at = yield* timeOf(body.at, base.received)
          const { context } = yield* owner.inspect(tenant, "conversation", conversation_id)
          const { aliases } = (context as unknown as ConversationContext).facts
          yield* owner.flush(tenant)
          const counted = yield* memberCounters(tenant, conversation_id, base.key, aliases).pipe(
            Effect.provideService(Recounts, recounts)
          )
          yield* owner.submit(tenant, { type: "member_active", ...base, at, ...(counted && { counted }) })
          return json(yield* owner.view(tenant, "conversation", conversation_id))
        })
      )
      .handleRaw(
        "handles",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          const corrections = yield* corrected(yield* readHandles(request))
          const base = yield* commandBase
          const participant_id = (yield* owner.view(tenant, "participant", id))["id"] as string
          yield* owner.submit(tenant, { type: "participant_corrected", ...base, participant_id, corrections })
          return json(yield* owner.view(tenant, "participant", participant_id))
        })
      )
      .handleRaw(
        "recount",
        Effect.fnUntraced(function* ({ params: { tenant, id } }) {
          const participant_id = (yield* owner.view(tenant, "participant", id))["id"] as string
          const { context } = yield* owner.inspect(tenant, "participant", participant_id)
          yield* owner.flush(tenant)
          const { key, keys = [key] } = (context as unknown as ParticipantContext).facts as {
            readonly key: string
            readonly keys?: ReadonlyArray<string>
          }
          const totals = yield* participantCounters(tenant, participant_id, keys).pipe(
            Effect.provideService(Recounts, recounts)
          )
          const received = yield* Clock.currentTimeMillis
          if (totals !== undefined) {
            yield* owner.submit(tenant, {
              type: "participant_recounted",
              received,
              via: "api",
              participant_id,
              ...totals
            })
          }
          return json(yield* owner.view(tenant, "participant", participant_id))
        })
      )
  })
)
