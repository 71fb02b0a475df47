/** Entities as they stand on the wire, for the OpenAPI document: from the same definitions as column and context. */
import * as Schema from "effect/Schema"
import { analyticsFields } from "../../../machines/analytics/fields.ts"
import { channelFields } from "../../../machines/channel/fields.ts"
import { connectionFields } from "../../../machines/connection/fields.ts"
import { conversationFields } from "../../../machines/conversation/fields.ts"
import type { AnyField, Fields } from "../../../machines/field.ts"
import { memberFields } from "../../../machines/member/fields.ts"
import { messageFields } from "../../../machines/message/fields.ts"
import { participantFields } from "../../../machines/participant/fields.ts"
import { recordFields } from "../../../machines/record/fields.ts"
import { schedulerFields } from "../../../machines/scheduler/fields.ts"
import { syncJobFields } from "../../../machines/sync-job/fields.ts"
import { tenantFields } from "../../../machines/tenant/fields.ts"

/** ISO 8601 with milliseconds, UTC. */
export const Instant = Schema.String.annotate({ format: "date-time" })

const onWire = (field: AnyField): Schema.Top => {
  if (field.wire !== undefined) return Schema.Unknown
  return field.column === "timestamptz" ? Schema.NullOr(Instant) : field.schema
}

const described = (field: AnyField) =>
  onWire(field).annotate({ description: `${field.meaning}. Populated by: ${field.populatedBy}.` })

/** The fields that leave the process, each with its meaning and what populates it. */
const wireFields = (fields: Fields): Schema.Struct.Fields =>
  Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => !field.sensitive && field.offWire !== true)
      .map(([name, field]) => [name, described(field)])
  )

const entity = (identifier: string, fields: Fields, more: Schema.Struct.Fields = {}) =>
  Schema.Struct({ id: Schema.String, ...wireFields(fields), ...more }).annotate({ identifier })

/** The lowest of the limits of provider, tenant and connection, and whose it is; nulls: none is set. */
export const EffectiveLimit = Schema.Struct({
  limit: Schema.NullOr(Schema.Int),
  binds: Schema.NullOr(Schema.Literals(["provider", "tenant", "connection"]))
})

export const TenantWire = entity("Tenant", tenantFields)
export const ChannelWire = entity("Channel", channelFields)
export const ConnectionWire = entity("Connection", connectionFields, {
  is_token_expired: Schema.Boolean,
  needs_refresh: Schema.Boolean,
  needs_reconnection: Schema.Boolean,
  can_send: Schema.Boolean,
  effective_limits: Schema.Struct({ hour: EffectiveLimit, day: EffectiveLimit }),
  needs_action: Schema.NullOr(Schema.Literals(["checkpoint", "reconnect", "complete_auth"]))
})
export const MemberWire = Schema.Struct({ participant_id: Schema.String, ...wireFields(memberFields) }).annotate({
  identifier: "Member"
})
export const ConversationSummaryWire = entity("ConversationSummary", conversationFields)
export const ConversationWire = entity("Conversation", conversationFields, { members: Schema.Array(MemberWire) })
export const MessageWire = entity("Message", messageFields, { external_message_id: Schema.String })
export const ParticipantWire = entity("Participant", participantFields)
export const SchedulerWire = entity("Scheduler", schedulerFields)
export const SyncJobWire = entity("SyncJob", syncJobFields)
export const RecordProfileWire = entity("RecordProfile", recordFields)
/** A row of a day; channel_id null is the whole tenant. */
export const AnalyticsWire = Schema.Struct({
  channel_id: Schema.NullOr(Schema.String),
  ...wireFields(analyticsFields)
}).annotate({ identifier: "Analytics" })
