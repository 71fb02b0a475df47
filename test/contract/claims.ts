/**
 * Who populates what: for every field of the contract the scenario that gives it its value, the specimen in which it is seen,
 * and the value. Fields whose event, command or task does not exist yet stand in `awaiting`, with its name.
 */
import { expect } from "vitest"
import type { Entity } from "./contract-fields.ts"
import type { Scenario, Specimen } from "./world.ts"

export interface Claim {
  readonly entity: Entity
  readonly field: string
  /** What populates it. */
  readonly by: Scenario
  readonly of: Specimen
  readonly expected: unknown
  /** `derived`: computed on reading, no column. `secret`: shown masked, sealed in SQL. `moves`: reading it changes it. */
  readonly nature?: "derived" | "secret" | "moves"
}

/** Flip it when nothing is awaited any more: then a field without a claim fails the suite. */
export const everythingIsClaimed = false

const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
const id = expect.stringMatching(/^[0-9a-f-]{36}$/)

const claim = (
  entity: Entity,
  of: Specimen,
  by: Scenario,
  values: Readonly<Record<string, unknown>>,
  nature?: Claim["nature"]
): ReadonlyArray<Claim> =>
  Object.entries(values).map(([field, expected]) => ({
    entity,
    field,
    by,
    of,
    expected,
    ...(nature === undefined ? {} : { nature })
  }))

export const claims: ReadonlyArray<Claim> = [
  ...claim("tenant", "tenant", "registration", { webhook_secret: "••••" }, "secret"),
  ...claim("tenant", "tenant", "registration", { created_at: instant, updated_at: instant }),
  ...claim("tenant", "tenant", "message events", { last_webhook_received: instant }),
  ...claim("tenant", "tenant", "failed webhooks", { webhook_failures: 1 }),

  ...claim("connection", "account", "registration", {
    user_id: "user-1",
    account_id: "ryiNb5LlmAmAfGwuyo5X7A",
    account_name: "Support",
    connection_config: { pipeline: "sales" },
    provider_config: { region: "eu" },
    rate_limit_per_day: 1000,
    created_at: instant,
    updated_at: instant
  }),
  ...claim("connection", "busyAccount", "registration", { is_active: false }),
  ...claim("connection", "goneAccount", "registration", { channel_type: "linkedin" }),
  ...claim("connection", "account", "account status", {
    auth_status: "authenticated",
    account_status: "active",
    last_sync_at: instant
  }),
  ...claim("connection", "account", "account status", { can_send: true }, "derived"),
  ...claim("connection", "busyAccount", "account status", { needs_action: "checkpoint" }, "derived"),
  ...claim("connection", "goneAccount", "account status", { needs_reconnection: true }, "derived"),
  ...claim("connection", "sender", "set_custom_rate_limit", { rate_limit_per_hour: 40 }),
  ...claim("connection", "sender", "reserved sends", {
    messages_sent_count: 2,
    messages_sent_today: 2,
    messages_sent_this_hour: 2
  }),
  ...claim("connection", "sender", "reset_daily_counters", {
    last_rate_limit_reset: expect.stringMatching(/T00:00:00\.000Z$/)
  }),

  ...claim("channel", "channel", "registration", {
    name: "Support",
    account_id: "ryiNb5LlmAmAfGwuyo5X7A",
    connection_config: { pipeline: "sales" },
    created_by: "user-1",
    created_at: instant,
    updated_at: instant
  }),
  ...claim("channel", "busyChannel", "registration", { is_active: false }),
  ...claim("channel", "goneChannel", "registration", { channel_type: "linkedin" }),
  ...claim("channel", "channel", "account status", { auth_status: "authenticated", last_sync_at: instant }),
  ...claim("channel", "channel", "message events", { message_count: 4, last_message_at: "2026-05-05T08:00:10.000Z" }),

  ...claim("conversation", "chat", "message events", {
    external_thread_id: "v4wOGRWJb704L5rikhXCig",
    message_count: 3,
    last_message_at: "2026-05-04T09:20:00.000Z",
    metadata: expect.objectContaining({ folder: ["INBOX"] }),
    created_at: instant
  }),
  ...claim("conversation", "group", "message events", { subject: "Launch crew", conversation_type: "group" }),
  ...claim("conversation", "group", "participant_left", { participant_count: 3 }),
  ...claim("conversation", "group", "conversation status command", { status: "archived" }),
  ...claim("conversation", "group", "set_conversation_priority", { priority: "urgent" }),
  ...claim("conversation", "chat", "read mark", { unread_count: 1 }),
  ...claim("conversation", "chat", "read mark", { last_accessed_at: instant, updated_at: instant }, "moves"),
  ...claim("conversation", "busyChat", "ten messages in a day", { is_hot: true }),

  ...claim("member", "owner", "message events", { role: "owner" }),
  ...claim("member", "customer", "message events", {
    provider_participant_id: "447700900123@s.whatsapp.net",
    joined_at: "2026-05-04T09:15:27.000Z",
    message_count: 2,
    last_message_at: "2026-05-04T09:20:00.000Z",
    created_at: instant,
    updated_at: instant
  }),
  ...claim("member", "danaThere", "message events", {
    metadata: {
      occupation: "Head of Ops at Northbridge Labs",
      network_distance: "DISTANCE_1",
      is_company: false,
      profile_url: "https://www.linkedin.com/in/ACoAALJ4KJYXcdAZYmjck8AJ4EVBuDxM3JjA6FQ"
    }
  }),
  ...claim("member", "leaver", "participant_left", { left_at: "2026-05-05T09:00:00.000Z", is_active: false }),
  ...claim("member", "customer", "receipts", { last_read_at: "2026-05-04T09:16:02.000Z" }),
  ...claim("member", "owner", "read mark", { unread_count: 1 }),

  ...claim("message", "inbound", "message events", {
    external_message_id: "yg3yyVqhRMHQ_y_zyPln_Q",
    provider_message_id: "3EB0CA0DF2C95AA144C1D0",
    channel_id: id,
    conversation_id: id,
    sender_participant_id: id,
    contact_phone: "+447700900123",
    received_at: "2026-05-04T09:15:27.000Z",
    sync_status: "synced",
    last_synced_at: instant,
    created_at: instant,
    updated_at: instant
  }),
  ...claim("message", "echo", "message events", { direction: "outbound", sent_at: "2026-05-04T09:16:02.000Z" }),
  ...claim("message", "image", "message events", { attachments: [expect.objectContaining({ mime: "image/jpeg" })] }),
  ...claim("message", "inmail", "message events", { metadata: expect.objectContaining({ message_type: "MESSAGE" }) }),
  ...claim("message", "echo", "receipts", { status: "read", read_at: "2026-05-04T09:17:30.000Z" }),
  ...claim("message", "echo", "reaction events", { reactions: [expect.objectContaining({ value: "👍" })] }),
  ...claim("message", "inbound", "edit events", {
    content: "Hi, is the demo still on for Friday?",
    edited_at: "2026-05-04T09:28:00.000Z"
  }),
  ...claim("message", "deleted", "delete events", { deleted_at: instant }),

  ...claim("participant", "ben", "message events", {
    phone: "+447700900123",
    name: "Ben Okafor",
    first_seen: "2026-05-04T09:15:27.000Z",
    total_conversations: 2,
    total_messages: 2
  }),
  ...claim("participant", "ben", "reaction events", { last_seen: "2026-05-04T09:20:00.000Z" }),
  ...claim("participant", "dana", "message events", { linkedin_member_urn: "urn:li:member:900000010" }),
  ...claim("participant", "noor", "message events", {
    instagram_username: "noor.makes",
    avatar_url: "https://pictures.example/noor.jpg"
  }),
  ...claim("participant", "yuri", "message events", { telegram_id: "610000001" }),
  ...claim("participant", "onMessenger", "message events", { facebook_id: "17840000000000123" }),
  ...claim("participant", "onTwitter", "message events", { twitter_handle: "noor.makes" })
]

const waitingFor = (
  command: string,
  entity: Entity,
  ...fields: ReadonlyArray<string>
): ReadonlyArray<readonly [string, string]> => fields.map((field) => [`${entity}.${field}`, command])

/** Fields that nothing populates yet → the event, command or task that will. */
export const awaiting: Readonly<Record<string, string>> = Object.fromEntries([
  ...waitingFor(
    "tenant configuration command",
    "tenant",
    "auto_create_contacts",
    "default_contact_pipeline",
    "default_contact_status",
    "sync_historical_days",
    "enable_real_time_sync",
    "max_api_calls_per_hour",
    "is_active",
    "auto_create_enabled",
    "creation_delay_hours",
    "min_messages_before_create",
    "max_creates_per_hour",
    "auto_link_by_domain",
    "duplicate_confidence_threshold",
    "blacklist"
  ),
  ...waitingFor("set_provider_preferences", "tenant", "provider_preferences"),
  ...waitingFor(
    "store_tokens",
    "connection",
    "access_token",
    "refresh_token",
    "token_expires_at",
    "is_token_expired",
    "needs_refresh"
  ),
  ...waitingFor("auth event", "connection", "checkpoint_data", "hosted_auth_url"),
  ...waitingFor("sync failure", "connection", "sync_error_count", "last_error"),
  ...waitingFor("set_description", "channel", "description"),
  ...waitingFor("set_channel_sync_settings", "channel", "sync_settings"),
  ...waitingFor(
    "update_conversation_sync_status",
    "conversation",
    "sync_status",
    "last_synced_at",
    "sync_error_count",
    "sync_error_message"
  ),
  ...waitingFor("mail_received", "message", "subject", "contact_email"),
  ...waitingFor("mark_message_local_only", "message", "is_local_only"),
  ...waitingFor("mail_received", "participant", "email"),
  ...waitingFor(
    "record_participant_resolution",
    "participant",
    "contact_record",
    "resolution_confidence",
    "resolution_method",
    "resolved_at"
  ),
  ...waitingFor(
    "record_secondary_resolution",
    "participant",
    "secondary_record",
    "secondary_confidence",
    "secondary_resolution_method",
    "secondary_pipeline",
    "secondary_resolved_at"
  ),
  ...waitingFor("new_relation", "participant", "metadata"),
  ...waitingFor(
    "generate_daily_analytics",
    "analytics",
    "date",
    "channel_id",
    "messages_sent",
    "messages_received",
    "active_channels",
    "response_rate",
    "engagement_score",
    "metadata"
  )
])
