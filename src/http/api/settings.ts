/** What a tenant is set to: its config, its wishes for each provider, and the secret of its webhooks. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { ReadOn } from "../../../machines/vocabulary.ts"
import { Access } from "../access.ts"
import { Outcome } from "./outcome.ts"
import { Id, inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant, TenantWire } from "./wire.ts"

const base = "/v1/tenants/:tenant"
const text = (longest: number) => Schema.NonEmptyString.check(Schema.isMaxLength(longest))
/** Bounded by what the column holds. */
const whole = (maximum: number, minimum = 0) => Schema.Int.check(Schema.isBetween({ minimum, maximum }))
const million = 1_000_000

export const BlacklistWord = Schema.Struct({
  kind: Schema.Literals(["domain", "email", "email_pattern", "phone", "name_pattern"]),
  value: text(320)
})

export const Config = Schema.Struct({
  auto_create_contacts: Schema.optionalKey(Schema.Boolean),
  default_contact_pipeline: Schema.optionalKey(Schema.NullOr(text(200))),
  default_contact_status: Schema.optionalKey(text(200)),
  sync_historical_days: Schema.optionalKey(whole(36_500)),
  enable_real_time_sync: Schema.optionalKey(Schema.Boolean),
  max_api_calls_per_hour: Schema.optionalKey(whole(million)),
  is_active: Schema.optionalKey(Schema.Boolean),
  read_on: Schema.optionalKey(ReadOn),
  auto_create_enabled: Schema.optionalKey(Schema.Boolean),
  creation_delay_hours: Schema.optionalKey(whole(87_600)),
  min_messages_before_create: Schema.optionalKey(whole(million)),
  max_creates_per_hour: Schema.optionalKey(whole(million)),
  auto_link_by_domain: Schema.optionalKey(Schema.Boolean),
  duplicate_confidence_threshold: Schema.optionalKey(Schema.Number.check(Schema.isBetween({ minimum: 0, maximum: 1 }))),
  blacklist: Schema.optionalKey(Schema.Array(BlacklistWord).check(Schema.isMaxLength(1_000)))
})

export const Preferences = Schema.Struct({
  enabled_features: Schema.optionalKey(Schema.Array(text(100)).check(Schema.isMaxLength(100))),
  auto_sync_enabled: Schema.optionalKey(Schema.Boolean),
  sync_frequency: Schema.optionalKey(text(100)),
  auto_create_contacts: Schema.optionalKey(Schema.Boolean),
  preferred_auth_method: Schema.optionalKey(Schema.Literals(["hosted", "native"])),
  rate_limits: Schema.optionalKey(Schema.Record(Schema.String, Schema.NullOr(whole(million)))),
  notifications_enabled: Schema.optionalKey(Schema.Boolean)
})
export const Rotation = Schema.Struct({ grace_s: Schema.optionalKey(whole(30 * 86_400)) })
export const WebhookStatus = Schema.Struct({ ok: Schema.Boolean, at: Schema.optionalKey(Instant) })

const get = HttpApiEndpoint.get("get", base, {
  params: inTenant,
  success: TenantWire,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({ summary: "A tenant's settings", description: "Without its secrets. Sets nothing." })
)

const configure = HttpApiEndpoint.patch("configure", base, {
  params: inTenant,
  payload: Config,
  success: TenantWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Change settings",
    description:
      "Sets what it names of auto_create_contacts, default_contact_pipeline, default_contact_status, sync_historical_days, enable_real_time_sync, max_api_calls_per_hour, is_active, read_on (open: the read mark that a client sends on opening reads a conversation, nothing else; reply: an outbound message does too), and of the participant settings auto_create_enabled, creation_delay_hours, min_messages_before_create, max_creates_per_hour, auto_link_by_domain, duplicate_confidence_threshold and blacklist, which is replaced as a whole. An inactive tenant answers webhooks with 403. sync_historical_days says how far back the first sync of an account goes, enable_real_time_sync whether the gap of one that comes back is fetched, max_api_calls_per_hour how often the provider is asked. Kept, and read by nothing yet: duplicate_confidence_threshold."
  })
)

const preferences = HttpApiEndpoint.put("preferences", `${base}/provider-preferences/:provider`, {
  params: { ...inTenant, provider: Id },
  payload: Preferences,
  success: TenantWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "What the tenant wants of a provider",
    description:
      "Sets provider_preferences: what is named is merged over what stands, which starts from the provider's defaults. A rate limit of null goes back to the provider's own. A provider, feature, limit or auth method that the provider does not have is refused. rate_limit_per_day and the effective limits of the provider's accounts follow at once. rate_limits and auto_sync_enabled have an effect so far; the rest is kept."
  })
)

const rotate = HttpApiEndpoint.post("rotate", `${base}/webhook-secret`, {
  params: inTenant,
  payload: Rotation,
  success: Schema.Struct({ webhook_secret: Schema.String, previous_valid_until: Instant }),
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A new webhook secret",
    description:
      "Sets webhook_secret, shown here only, and previous_webhook_secret_until. The secret before stays good for grace_s seconds (a day if absent, 0 to 30 days), the one before that does not. Send an Idempotency-Key: a repeat shows the same secret, where a second rotation would end the first one's grace."
  })
)

const status = HttpApiEndpoint.post("status", `${base}/webhook-status`, {
  params: inTenant,
  payload: WebhookStatus,
  success: Outcome,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A webhook was taken elsewhere",
    description:
      "The bookkeeping of webhooks that the CRM received itself. Sets last_webhook_received (the newest at) and webhook_failures: 0 when ok, else one more."
  })
)

export const settings = HttpApiGroup.make("settings")
  .add(get, configure, preferences, rotate, status)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "What a tenant is set to." }))
