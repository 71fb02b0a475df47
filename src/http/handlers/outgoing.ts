/** Outgoing webhooks over HTTP: their address and what became of them. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { ActorUnknown } from "../../../actors/errors.ts"
import { isUuid } from "../../../actors/memory/identity.ts"
import { outgoingSecretPlace } from "../../../actors/sealed/sealed-place.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { isoInstant } from "../../../machines/field.ts"
import { Outgoing } from "../../../persistence/registers/outgoing.ts"
import { Settings } from "../../config.ts"
import { addressFault } from "../../outgoing/address.ts"
import { freshOutgoingSecret } from "../../outgoing/signature.ts"
import { KeyRing } from "../../secrets/key-ring.ts"
import { served } from "../api/api.ts"
import { OutgoingEndpointBody } from "../api/outgoing.ts"
import { defaultLimit } from "../api/parameters.ts"
import { bodyReader } from "../body.ts"
import { BodyInvalid } from "../faults.ts"
import { withItsAnswer } from "../repeats.ts"

const json = HttpServerResponse.jsonUnsafe

export const outgoingHandlers = HttpApiBuilder.group(
  served,
  "outgoing",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const outgoing = yield* Outgoing
    const ring = yield* KeyRing
    const sql = yield* SqlClient
    const settings = yield* Settings
    const readEndpoint = bodyReader(OutgoingEndpointBody)

    return handlers
      .handleRaw(
        "setEndpoint",
        Effect.fnUntraced(function* ({ params: { tenant }, request }) {
          const { url, rotate_secret = false } = yield* readEndpoint(request)
          const rule = addressFault(url, settings.outgoingReach)
          if (rule !== null) return yield* new BodyInvalid({ field: "url", rule })
          yield* owner.gate(tenant)
          const now = yield* Clock.currentTimeMillis
          const set = Effect.gen(function* () {
            const isMoved = !rotate_secret && (yield* outgoing.moveEndpoint(tenant, url, now))
            if (isMoved) return json({ url })
            const secret = freshOutgoingSecret()
            yield* outgoing.setEndpoint(tenant, { url, secret: ring.seal(secret, outgoingSecretPlace(tenant)) }, now)
            return json(
              { url, secret: Redacted.value(secret) },
              { status: 201, headers: { "cache-control": "no-store" } }
            )
          })
          return yield* withItsAnswer(sql, set)
        })
      )
      .handleRaw(
        "endpoint",
        Effect.fnUntraced(function* ({ params: { tenant } }) {
          const known = yield* outgoing.endpoint(tenant)
          return known === null
            ? yield* new ActorUnknown({ kind: "outgoing_webhook", id: tenant })
            : json({ url: known.url })
        })
      )
      .handleRaw(
        "list",
        Effect.fnUntraced(function* ({ params: { tenant }, query: { status = null, limit = defaultLimit } }) {
          yield* owner.flush(tenant)
          const rows = yield* outgoing.list(tenant, status, limit)
          return json({
            items: rows.map((row) => ({
              id: row.id,
              type: row.type,
              payload: JSON.parse(row.body),
              status: row.status,
              attempts: row.attempts,
              created_at: isoInstant(row.created_at),
              next_attempt_at: row.status === "pending" ? isoInstant(row.next_attempt_at) : null,
              delivered_at: isoInstant(row.delivered_at),
              last_error: row.last_error
            }))
          })
        })
      )
      .handleRaw(
        "retry",
        Effect.fnUntraced(function* ({ params: { tenant, id } }) {
          const now = yield* Clock.currentTimeMillis
          const isRevived = isUuid(id) && (yield* outgoing.revive(tenant, id, now))
          if (!isRevived) return yield* new ActorUnknown({ kind: "dead_announcement", id })
          return json({ outcome: "applied" })
        })
      )
  })
)
