/** Connections over HTTP: registration, and the send budget, which is decided in memory. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { randomUUID } from "node:crypto"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import type { ConnectionRegistered } from "../../../machines/events.ts"
import type { SendDecided } from "../../../machines/told.ts"
import { WaitingRoom } from "../../kept/waiting-room.ts"
import { served } from "../api/api.ts"
import { Confirmation, RateLimit, Registration, Sends } from "../api/connections.ts"
import { bodyReader } from "../body.ts"
import { keyIn, onceOf } from "../once.ts"
import { own } from "../../../machines/own.ts"
import type { View } from "../../../actors/views/entities.ts"

const json = HttpServerResponse.jsonUnsafe
type Map = Readonly<Record<string, unknown>>

/** The event of a registration; what a repeat leaves out stays as it is. */
const registered = (
  account_id: string,
  body: typeof Registration.Type,
  known: View | null,
  received: number
): ConnectionRegistered => ({
  type: "connection_registered",
  received,
  via: "api",
  account_id,
  channel_type: body.channel_type,
  account_name: body.account_name,
  user_id: body.user_id,
  connection_config: body.connection_config ?? (known?.["connection_config"] as Map | undefined) ?? {},
  provider_config: body.provider_config ?? (known?.["provider_config"] as Map | undefined) ?? {},
  is_active: body.is_active ?? null,
  ...(body.account_status === undefined ? {} : { account_status: body.account_status }),
  ...(body.auth_status === undefined ? {} : { auth_status: body.auth_status }),
  ...(body.checkpoint_data === undefined ? {} : { checkpoint_data: body.checkpoint_data }),
  ...(body.hosted_auth_url === undefined ? {} : { hosted_auth_url: body.hosted_auth_url })
})

const quotaOf = (view: View) => {
  const number = (name: string) => own(view, name) as number
  const limits = view["effective_limits"] as { readonly [window in "hour" | "day"]: { readonly limit: number | null } }
  const left = (limit: number | null, sent: number) => (limit === null ? null : Math.max(0, limit - sent))
  return {
    rate_limit_per_hour: view["rate_limit_per_hour"],
    rate_limit_per_day: view["rate_limit_per_day"],
    effective_limits: limits,
    messages_sent_this_hour: view["messages_sent_this_hour"],
    messages_sent_today: view["messages_sent_today"],
    messages_sent_count: view["messages_sent_count"],
    remaining_hour: left(limits.hour.limit, number("messages_sent_this_hour")),
    remaining_day: left(limits.day.limit, number("messages_sent_today")),
    can_send: view["can_send"]
  }
}

const decisionOf = (decided: SendDecided) => {
  if (decided.allowed) {
    const { reservation_id, remaining_hour, remaining_day, reset_at } = decided
    return json({
      allowed: true,
      reservation_id,
      remaining_hour,
      remaining_day,
      reset_at: new Date(reset_at).toISOString()
    })
  }
  const { reason, retry_after_s } = decided
  const headers = retry_after_s === null ? {} : { "retry-after": String(retry_after_s) }
  return json({ allowed: false, reason, retry_after_s }, { status: 429, headers })
}

export const connectionHandlers = HttpApiBuilder.group(
  served,
  "connections",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const waitingRoom = yield* WaitingRoom
    const readRegistration = bodyReader(Registration)
    const readSends = bodyReader(Sends)
    const readConfirmation = bodyReader(Confirmation)
    const readRateLimit = bodyReader(RateLimit)

    const accountOf = (tenant: string, id: string) =>
      Effect.map(owner.view(tenant, "connection", id), (view) => view["account_id"] as string)

    return handlers
      .handleRaw("list", ({ params: { tenant } }) => Effect.map(owner.connections(tenant), (items) => json({ items })))
      .handleRaw(
        "put",
        Effect.fnUntraced(function* ({ params: { tenant, account_id }, request }) {
          const body = yield* readRegistration(request)
          const known = yield* owner
            .view(tenant, "connection", account_id)
            .pipe(Effect.catchTag("ActorUnknown", () => Effect.succeed(null)))
          const received = yield* Clock.currentTimeMillis
          yield* owner.submit(tenant, registered(account_id, body, known, received))
          yield* waitingRoom.empty(tenant, account_id)
          const view = yield* owner.view(tenant, "connection", account_id)
          return json(view, { status: known === null ? 201 : 200 })
        })
      )
      .handleRaw("get", ({ params: { tenant, id } }) =>
        Effect.map(owner.view(tenant, "connection", id), (view) => json(view))
      )
      .handleRaw("quota", ({ params: { tenant, id } }) =>
        Effect.map(owner.view(tenant, "connection", id), (view) => json(quotaOf(view)))
      )
      .handleRaw(
        "reserve",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          const { count = 1, idempotency_key } = yield* readSends(request)
          const account_id = yield* accountOf(tenant, id)
          // The header wins. A key of the body is the account's: the same one at another account is another one.
          const isInBody = idempotency_key !== undefined && (yield* keyIn(request)) === null
          const own = isInBody
            ? { once: onceOf(JSON.stringify(["sends", account_id, idempotency_key]), { count }) }
            : {}
          const { decided } = yield* owner.submit(tenant, {
            type: "send_reserved",
            received: yield* Clock.currentTimeMillis,
            via: "api",
            account_id,
            reservation_id: randomUUID(),
            count,
            idempotency_key: isInBody ? idempotency_key : null,
            ...own
          })
          if (decided === undefined)
            return yield* Effect.die(new Error("a request for sends was applied without a decision"))
          return decisionOf(decided)
        })
      )
      .handleRaw(
        "confirm",
        Effect.fnUntraced(function* ({ params: { tenant, id, reservation_id }, request }) {
          const { message_id = null } = yield* readConfirmation(request)
          const { outcome } = yield* owner.submit(tenant, {
            type: "send_confirmed",
            received: yield* Clock.currentTimeMillis,
            via: "api",
            account_id: yield* accountOf(tenant, id),
            reservation_id,
            external_message_id: message_id
          })
          return json({ outcome })
        })
      )
      .handleRaw(
        "cancel",
        Effect.fnUntraced(function* ({ params: { tenant, id, reservation_id } }) {
          const { outcome } = yield* owner.submit(tenant, {
            type: "send_cancelled",
            received: yield* Clock.currentTimeMillis,
            via: "api",
            account_id: yield* accountOf(tenant, id),
            reservation_id
          })
          return json({ outcome })
        })
      )
      .handleRaw(
        "rateLimit",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          const { rate_limit_per_hour } = yield* readRateLimit(request)
          const account_id = yield* accountOf(tenant, id)
          const received = yield* Clock.currentTimeMillis
          yield* owner.submit(tenant, { type: "rate_limit_set", received, via: "api", account_id, rate_limit_per_hour })
          return json(yield* owner.view(tenant, "connection", account_id))
        })
      )
  })
)
