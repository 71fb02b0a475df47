/** The generic way in, for facts that no provider webhook brings (CONTRACT §5). */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "../access.ts"
import { Outcome } from "./outcome.ts"
import { Id, inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { AuthEvent, ConversationEvent, everyEvent, MessageEvent, ParticipantEvent } from "./processors.ts"

const conversation = Id.annotate({ description: "Our id of the conversation, or the provider's chat id" })
const participant = Id.annotate({ description: "A member: our participant id, or provider_participant_id" })

export const TypingEvent = Schema.Struct({
  type: Schema.Literal("typing"),
  conversation,
  participant: Schema.optionalKey(participant),
  user_id: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(200))),
  is_typing: Schema.Boolean,
  expires_in_s: Schema.optionalKey(Schema.Number.check(Schema.isBetween({ minimum: 0.001, maximum: 300 })))
}).check(
  Schema.makeFilter((event) =>
    (event.participant === undefined) === (event.user_id === undefined)
      ? { path: ["participant"], issue: "give either participant or user_id" }
      : undefined
  )
)
export const ParticipantLeftEvent = Schema.Struct({
  type: Schema.Literal("participant_left"),
  conversation,
  participant,
  ...everyEvent
})
export const ReadReceiptEvent = Schema.Struct({
  type: Schema.Literal("read_receipt"),
  conversation,
  message_id: Id,
  participant: Schema.optionalKey(participant),
  ...everyEvent
})
export const IncomingEvent = Schema.Union([
  AuthEvent,
  MessageEvent,
  ConversationEvent,
  ParticipantEvent,
  ReadReceiptEvent,
  TypingEvent,
  ParticipantLeftEvent
])

export const Results = Schema.Struct({
  results: Schema.Array(Schema.Union([Outcome, Schema.Struct({ error: Schema.Record(Schema.String, Schema.Unknown) })]))
})

const post = HttpApiEndpoint.post("post", "/v1/tenants/:tenant/events", {
  params: inTenant,
  payload: [
    Schema.Union([IncomingEvent, Schema.Array(IncomingEvent)]),
    IncomingEvent.pipe(HttpApiSchema.asJson({ contentType: "application/x-ndjson" }))
  ],
  success: [Outcome, Results],
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Tell what happened",
    description:
      "One event, an array, or NDJSON; several are applied in order and answered one by one in results. Idempotency-Key for the whole, idempotency_key for one event, which goes before it: a repeat is answered like the first and not applied again. auth: sets account_status, auth_status, provider_config, checkpoint_data, hosted_auth_url and last_error. message: as a provider's webhook, a row and every count of its conversation, members, channel and participants; with is_local_only as the command on local messages. conversation: hints for conversation_type, priority high when urgent, is_hot above 100 messages, subject, sync_status and its errors; participant_count stands in metadata only. participant: identifiers and name where empty (a number or an id gives way to a name), the newest avatar_url; resolved_contact_id sets contact_record, resolution_confidence, resolution_method and resolved_at. typing: shown on the feed, sets nothing. participant_left: sets left_at and is_active of the member, participant_count and conversation_type. read_receipt: on an outbound message raises status and read_at of it and of earlier ones, on an inbound one the owner's last_read_at and unread_count, or those of the member whom it names."
  })
)

export const events = HttpApiGroup.make("events")
  .add(post)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Facts from outside a provider's webhooks." }))
