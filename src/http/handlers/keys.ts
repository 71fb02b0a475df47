/** The keys of a tenant over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { ActorUnknown } from "../../../actors/errors.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { isoInstant } from "../../../machines/field.ts"
import { TenantKeys } from "../../tenants/tenant-keys.ts"
import { served } from "../api/api.ts"
import { KeyWish } from "../api/keys.ts"
import { bodyReader } from "../body.ts"
import { CurrentCaller } from "../caller.ts"
import { Forbidden } from "../faults.ts"
import { Keys } from "../keys.ts"
import { withItsAnswer } from "../repeats.ts"

const json = HttpServerResponse.jsonUnsafe

export const keyHandlers = HttpApiBuilder.group(
  served,
  "keys",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const known = yield* Keys
    const keys = yield* TenantKeys
    const sql = yield* SqlClient
    const readWish = bodyReader(KeyWish)

    return handlers
      .handleRaw(
        "create",
        Effect.fnUntraced(function* ({ params: { tenant }, request }) {
          const { name, scopes = [] } = yield* readWish(request)
          const caller = yield* CurrentCaller
          if (scopes.length > 0 && caller?.kind !== "admin") {
            return yield* new Forbidden({ reason: "A key with a scope is made with the admin key." })
          }
          yield* owner.gate(tenant)
          const made = keys
            .make(tenant, { name, scopes, by: caller?.name ?? "api" })
            .pipe(
              Effect.map(({ id, created_at, key }) =>
                json(
                  { id, name, scopes, created_at: isoInstant(created_at), key: Redacted.value(key) },
                  { status: 201, headers: { "cache-control": "no-store" } }
                )
              )
            )
          return yield* withItsAnswer(sql, made)
        })
      )
      .handleRaw(
        "list",
        Effect.fnUntraced(function* ({ params: { tenant } }) {
          yield* owner.gate(tenant)
          const items = yield* keys.list(tenant)
          return json({
            items: items.map((key) => ({
              ...key,
              created_at: isoInstant(key.created_at),
              revoked_at: isoInstant(key.revoked_at)
            }))
          })
        })
      )
      .handleRaw(
        "revoke",
        Effect.fnUntraced(function* ({ params: { tenant, key_id } }) {
          const caller = yield* CurrentCaller
          const digest = yield* keys.revoke(tenant, key_id, caller?.name ?? "api")
          if (Option.isSome(digest)) {
            yield* known.revoked(tenant, key_id)
            return json({ outcome: "applied" })
          }
          const isThere = (yield* keys.list(tenant)).some(({ id }) => id === key_id)
          if (!isThere) return yield* new ActorUnknown({ kind: "key", id: key_id })
          return json({ outcome: "duplicate" })
        })
      )
  })
)
