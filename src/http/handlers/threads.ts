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
import type { Event, ParticipantCorrected } from "../../../machines/events.ts"
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
import { commandBase } from "../once.ts"

const json = HttpServerResponse.jsonUnsafe
type Base = Effect.Success<typeof commandBase>

interface MemberPath {
  readonly tenant: string
  readonly id: string
  readonly participant: string
}

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
      schema: Schema.Codec<A, unknown>,
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

    /** The member that a path names, and what a command on it begins with. */
    const memberIn = Effect.fnUntraced(function* ({ tenant, id, participant }: MemberPath) {
      const conversation_id = yield* owner.resolve(tenant, "conversation", id)
      const { person, keys } = yield* owner.member(tenant, conversation_id, participant)
      const base = { ...(yield* commandBase), conversation_id, key: person.key }
      return { conversation_id, person, keys, base }
    })

    const readHandles = bodyReader(Handles)
    const readAt = bodyReader(AtInstant)
    const readProviderId = bodyReader(ProviderId)

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
        Effect.fnUntraced(function* ({ params, request }) {
          const { provider_participant_id } = yield* readProviderId(request)
          const { conversation_id, base } = yield* memberIn(params)
          yield* owner.submit(params.tenant, { type: "member_provider_id_set", ...base, provider_participant_id })
          return json(yield* owner.view(params.tenant, "conversation", conversation_id))
        })
      )
      .handleRaw(
        "left",
        Effect.fnUntraced(function* ({ params, request }) {
          const body = yield* readAt(request)
          const { conversation_id, person, base: command } = yield* memberIn(params)
          const { conversation_id: _, key: __, ...base } = command
          const { thread } = yield* owner.thread(params.tenant, conversation_id)
          const at = yield* timeOf(body.at, base.received)
          yield* owner.submit(params.tenant, { type: "member_left", ...thread, ...base, at, person })
          return json(yield* owner.view(params.tenant, "conversation", conversation_id))
        })
      )
      .handleRaw(
        "activity",
        Effect.fnUntraced(function* ({ params, request }) {
          const { tenant } = params
          const body = yield* readAt(request)
          const { conversation_id, keys, base } = yield* memberIn(params)
          const at = yield* timeOf(body.at, base.received)
          yield* owner.flush(tenant)
          const counted = yield* memberCounters(tenant, conversation_id, keys).pipe(
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
          const keys = yield* owner.keysOf(tenant, participant_id)
          yield* owner.flush(tenant)
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
