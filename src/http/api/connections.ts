/** Accounts of users, and their send budgets. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { AccountStatus, AuthStatus, ChannelType } from "../../../machines/vocabulary.ts"
import { Access } from "../access.ts"
import { AnswersRepeats } from "../repeats.ts"
import { FreeMap } from "./free-map.ts"
import { Outcome } from "./outcome.ts"
import { entityInTenant, Id, inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { ConnectionWire, EffectiveLimit, Instant } from "./wire.ts"

const base = "/v1/tenants/:tenant/connections"
const atReservation = { ...entityInTenant, reservation_id: Id }

export const Registration = Schema.Struct({
  channel_type: ChannelType,
  account_name: Schema.String.check(Schema.isMaxLength(200)),
  user_id: Schema.NonEmptyString.check(Schema.isMaxLength(200)),
  connection_config: Schema.optionalKey(FreeMap),
  provider_config: Schema.optionalKey(FreeMap),
  is_active: Schema.optionalKey(Schema.Boolean),
  account_status: Schema.optionalKey(AccountStatus).annotate({
    description: "What the account is now, where the CRM knows it; absent: pending until the provider says more"
  }),
  auth_status: Schema.optionalKey(AuthStatus).annotate({
    description: "What its credentials are; absent: authenticated with active, expired with expired, else not said"
  }),
  checkpoint_data: Schema.optionalKey(FreeMap),
  hosted_auth_url: Schema.optionalKey(Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(2_048))))
}).check(
  Schema.makeFilter((body) =>
    body.auth_status !== undefined && body.account_status === undefined
      ? { path: ["auth_status"], issue: "needs account_status beside it" }
      : undefined
  )
)
export const Sends = Schema.Struct({
  count: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1000 }))),
  idempotency_key: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(200)))
})
export const Confirmation = Schema.Struct({ message_id: Schema.optionalKey(Id) })
export const RateLimit = Schema.Struct({
  // No provider allows more; without a bound, a number could be taken that its column does not hold.
  rate_limit_per_hour: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 1_000_000 }))
})

const Quota = Schema.Struct({
  rate_limit_per_hour: Schema.Int,
  rate_limit_per_day: Schema.NullOr(Schema.Int),
  messages_sent_this_hour: Schema.Int,
  messages_sent_today: Schema.Int,
  messages_sent_count: Schema.Int,
  remaining_hour: Schema.Int,
  remaining_day: Schema.NullOr(Schema.Int),
  can_send: Schema.Boolean,
  effective_limits: Schema.Struct({ hour: EffectiveLimit, day: EffectiveLimit })
})
const Allowed = Schema.Struct({
  allowed: Schema.Literal(true),
  reservation_id: Schema.String,
  remaining_hour: Schema.Int,
  remaining_day: Schema.NullOr(Schema.Int),
  reset_at: Instant
})
const Refused = Schema.Struct({
  allowed: Schema.Literal(false),
  reason: Schema.Literals(["hourly", "daily", "not_active"]),
  retry_after_s: Schema.NullOr(Schema.Int)
})
  .annotate({ description: "Not now; Retry-After says when, unless time alone does not help" })
  .pipe(HttpApiSchema.status(429))

const put = HttpApiEndpoint.put("put", `${base}/:account_id`, {
  params: { ...inTenant, account_id: Id },
  payload: Registration,
  success: [ConnectionWire.pipe(HttpApiSchema.status(201)), ConnectionWire],
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Register an account, or change its registration",
    description:
      "Sets user_id, channel_type, account_name, connection_config, provider_config, checkpoint_data, hosted_auth_url and is_active; the first time also rate_limit_per_day, last_rate_limit_reset, created_at and the channel. Each map takes at most 16 KiB as JSON. A tenant has at most 10,000 connections, and what stays in its memory has a bound too: past it a new account is refused (tenant_full). account_status, where it is given, is the newest word on the account: it sets account_status and auth_status, and active clears sync_error_count and last_error. A new account without one is pending until the provider's word, a successful sync or its first live message. What is left out of a repeat stays as it is. Webhooks that waited for the account are applied before the answer."
  })
)

const list = HttpApiEndpoint.get("list", base, {
  params: inTenant,
  success: Schema.Struct({ items: Schema.Array(ConnectionWire) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Every connection",
    description:
      "All at once, the longest registered first: a tenant has as many as its users have accounts. Sets nothing."
  })
)

const get = HttpApiEndpoint.get("get", `${base}/:id`, {
  params: entityInTenant,
  success: ConnectionWire,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({ summary: "A connection", description: "By our id or the provider's account id. Sets nothing." })
)

const quota = HttpApiEndpoint.get("quota", `${base}/:id/quota`, {
  params: entityInTenant,
  success: Quota,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "What is left of the send budget",
    description:
      "remaining_* count down from effective_limits: the least of what the provider, the tenant's preferences and the connection allow, with whose limit binds. Sets nothing."
  })
)

const reserve = HttpApiEndpoint.post("reserve", `${base}/:id/sends`, {
  params: entityInTenant,
  payload: Sends,
  success: [Allowed, Refused],
  error: refusals(404, 413, 422)
})
  .annotate(AnswersRepeats, true)
  .annotateMerge(
    OpenApi.annotations({
      summary: "Ask before sending",
      description:
        "count is 1 if absent. When allowed: sets messages_sent_this_hour, messages_sent_today and messages_sent_count. A reservation that is neither confirmed nor seen as an echo within an hour gives its place back. The same key, as the header Idempotency-Key or as idempotency_key of the body, gives the same reservation and the same answer; where both are given, the header counts. One that was not allowed is decided anew."
    })
  )

const confirm = HttpApiEndpoint.post("confirm", `${base}/:id/sends/:reservation_id/confirm`, {
  params: atReservation,
  payload: Confirmation,
  success: Outcome,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A reserved send was made",
    description:
      "Keeps its place for good. message_id lets the echo be recognised, so that it does not count twice. Without one (the provider gave none) each place of the reservation that no message_id has taken is taken by one echo, the oldest first: one whose message is not older than the reservation and not more than an hour younger than this word, whichever of the two comes first."
  })
)

const cancel = HttpApiEndpoint.delete("cancel", `${base}/:id/sends/:reservation_id`, {
  params: atReservation,
  success: Outcome,
  error: refusals(404, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A reserved send will not be made",
    description: "Gives its place back: messages_sent_this_hour, messages_sent_today, messages_sent_count."
  })
)

const rateLimit = HttpApiEndpoint.put("rateLimit", `${base}/:id/rate-limit`, {
  params: entityInTenant,
  payload: RateLimit,
  success: ConnectionWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Set the hourly limit",
    description:
      "Sets rate_limit_per_hour; 0 means no sends at all. What the provider or the tenant allows is not exceeded."
  })
)

export const connections = HttpApiGroup.make("connections")
  .add(list, put, get, quota, reserve, confirm, cancel, rateLimit)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Accounts of users at a provider, and what they may send." }))
