/** Tokens over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { Tokens } from "../../secrets/tokens.ts"
import { served } from "../api/api.ts"
import { TokenStorage } from "../api/secrets.ts"
import { bodyReader } from "../body.ts"
import { CurrentCaller } from "../caller.ts"

/** An answer with a secret: no proxy or browser may store it. */
const unkept = { headers: { "cache-control": "no-store" } }

export const secretHandlers = HttpApiBuilder.group(
  served,
  "secrets",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const tokens = yield* Tokens
    const readStorage = bodyReader(TokenStorage)

    return handlers
      .handleRaw(
        "storeTokens",
        Effect.fnUntraced(function* ({ params: { tenant, id }, request }) {
          yield* tokens.store(tenant, id, yield* readStorage(request))
          return HttpServerResponse.jsonUnsafe(yield* owner.view(tenant, "connection", id))
        })
      )
      .handleRaw(
        "readToken",
        Effect.fnUntraced(function* ({ params: { tenant, id }, query: { token } }) {
          const caller = yield* CurrentCaller
          const opened = yield* tokens.read(tenant, id, token, caller?.name ?? "api")
          const { token_expires_at, is_token_expired } = yield* owner.view(tenant, "connection", id)
          const value = opened === null ? null : Redacted.value(opened)
          return HttpServerResponse.jsonUnsafe({ token, value, token_expires_at, is_token_expired }, unkept)
        })
      )
  })
)
