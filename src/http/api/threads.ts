/** Commands on conversations, their messages and members, and on people (CONTRACT §4). */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { SyncStatus } from "../../../machines/vocabulary.ts"
import { Access } from "../access.ts"
import { Outcome } from "./outcome.ts"
import { entityInTenant, Id } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { ConversationWire, Instant, ParticipantWire } from "./wire.ts"

const one = "/v1/tenants/:tenant/conversations/:id"
const message = `${one}/messages/:message_id` as const
const member = `${one}/members/:participant` as const
const participant = "/v1/tenants/:tenant/participants/:id"

const optional = <S extends Schema.Top>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))
const text = (longest: number) => Schema.NonEmptyString.check(Schema.isMaxLength(longest))

export const Detection = Schema.Struct({
  release: Schema.optionalKey(Schema.Boolean).annotate({ description: "Give up a type that was set by hand" })
})
export const Heat = Schema.Struct({ is_hot: Schema.Boolean })
export const SyncState = Schema.Struct({
  sync_status: SyncStatus,
  error: optional(Schema.NonEmptyString),
  at: Schema.optionalKey(Instant)
})
export const Timestamps = Schema.Struct({
  sent_at: Schema.optionalKey(Instant),
  received_at: Schema.optionalKey(Instant)
}).check(
  Schema.makeFilter((times) =>
    (times.sent_at === undefined) === (times.received_at === undefined)
      ? { path: ["sent_at"], issue: "give either sent_at (outbound) or received_at (inbound)" }
      : undefined
  )
)
export const Subject = Schema.Struct({ subject: Schema.NullOr(text(500)) })
export const Local = Schema.Struct({
  content: Schema.NullOr(Schema.String.check(Schema.isMaxLength(500_000))),
  subject: optional(text(500)),
  message_id: Schema.optionalKey(Id).annotate({ description: "The provider's id, once it is known" }),
  failed: Schema.optionalKey(Schema.Boolean)
})
export const ProviderId = Schema.Struct({ provider_participant_id: Schema.NullOr(text(500)) })
export const AtInstant = Schema.Struct({ at: Schema.optionalKey(Instant) })
export const Handles = Schema.Struct({
  instagram_username: optional(text(200)),
  facebook_id: optional(text(200)),
  telegram_id: optional(text(200)),
  twitter_handle: optional(text(200)),
  linkedin_member_urn: optional(text(200)),
  name: optional(text(200)),
  avatar_url: optional(text(2_048))
})

const command = {
  params: entityInTenant,
  success: ConversationWire,
  error: refusals(404, 413, 422)
} as const
const onMessage = { ...command, params: { ...entityInTenant, message_id: Id }, success: Outcome } as const
const onMember = {
  ...command,
  params: {
    ...entityInTenant,
    participant: Id.annotate({ description: "A member: our participant id, or provider_participant_id" })
  }
} as const

const detectType = HttpApiEndpoint.post("detectType", `${one}/detect-type`, {
  ...command,
  payload: Detection
}).annotateMerge(
  OpenApi.annotations({
    summary: "Detect the type now",
    description:
      "Sets conversation_type from hints and membership, as every event does. A type set by hand stays, unless release is true; a calendar event stays."
  })
)

const hot = HttpApiEndpoint.put("hot", `${one}/hot`, { ...command, payload: Heat }).annotateMerge(
  OpenApi.annotations({
    summary: "Call it hot, or cold",
    description: "Sets is_hot. Hot holds for a day at least; cold until a message or the hourly look heats it again."
  })
)

const syncStatus = HttpApiEndpoint.put("syncStatus", `${one}/sync-status`, {
  ...command,
  payload: SyncState
}).annotateMerge(
  OpenApi.annotations({
    summary: "How far its history is known",
    description:
      "Sets sync_status; synced also last_synced_at, sync_error_count 0 and sync_error_message empty; failed also sync_error_count (failures since the last success) and, with error, sync_error_message (at most 500 characters)."
  })
)

const timestamps = HttpApiEndpoint.put("timestamps", `${message}/timestamps`, {
  ...onMessage,
  payload: Timestamps
}).annotateMerge(
  OpenApi.annotations({
    summary: "The message's own time",
    description:
      "Sets sent_at of an outbound message or received_at of an inbound one; unread counts, last_message_at and is_hot of the conversation follow as if the message had always had it."
  })
)

const subject = HttpApiEndpoint.put("subject", `${message}/subject`, { ...onMessage, payload: Subject }).annotateMerge(
  OpenApi.annotations({
    summary: "The message's subject",
    description: "Sets subject of the message, at most 500 characters."
  })
)

const local = HttpApiEndpoint.put("local", `${one}/local-messages/:client_key`, {
  ...command,
  params: { ...entityInTenant, client_key: Id },
  success: Outcome,
  payload: Local
}).annotateMerge(
  OpenApi.annotations({
    summary: "A draft, or a message on its way",
    description:
      "Makes or changes a message that only the CRM knows: sets is_local_only, direction outbound, content, subject, status and sync_status (pending, or failed). It counts nowhere. Its echo, found by message_id or by client_key, takes over the same row: is_local_only false, status, sent_at, sync_status and last_synced_at as of any message. When the echo came before message_id was told, the local row is hidden."
  })
)

const providerId = HttpApiEndpoint.put("providerId", `${member}/provider-id`, {
  ...onMember,
  payload: ProviderId
}).annotateMerge(
  OpenApi.annotations({
    summary: "The provider's id of a member",
    description: "Sets provider_participant_id; it stands above what payloads show, null takes it back."
  })
)

const left = HttpApiEndpoint.post("left", `${member}/left`, { ...onMember, payload: AtInstant }).annotateMerge(
  OpenApi.annotations({
    summary: "A member left",
    description:
      "Sets left_at and is_active of the member, participant_count and conversation_type; a newer sign of presence wins."
  })
)

const activity = HttpApiEndpoint.post("activity", `${member}/activity`, {
  ...onMember,
  payload: AtInstant
}).annotateMerge(
  OpenApi.annotations({
    summary: "A member was active",
    description:
      "Activity that no message shows: sets joined_at (the earliest), is_active, left_at and last_message_at (the newest) of the member, and message_count to what the message rows say, which unread_count follows; and first_seen and last_seen of the participant."
  })
)

const handles = HttpApiEndpoint.put("handles", `${participant}/social-handles`, {
  ...command,
  success: ParticipantWire,
  payload: Handles
}).annotateMerge(
  OpenApi.annotations({
    summary: "What a person is called elsewhere",
    description:
      "Sets what it names of instagram_username, facebook_id, telegram_id, twitter_handle, linkedin_member_urn, name and avatar_url. It stands above what providers show; null takes it back."
  })
)

const recount = HttpApiEndpoint.post("recount", `${participant}/recount`, {
  params: entityInTenant,
  success: ParticipantWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Count a person's messages and conversations again",
    description:
      "Sets total_messages and total_conversations to what the rows say; a difference that is found is repaired. No sighting: first_seen and last_seen stay."
  })
)

export const threads = HttpApiGroup.make("threads")
  .add(detectType, hot, syncStatus, timestamps, subject, local, providerId, left, activity, handles, recount)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Commands on conversations, messages, members and people." }))
