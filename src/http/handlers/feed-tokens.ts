/** Feed tokens over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { FeedTokenRequest, FeedTokens } from "../../feed/tokens.ts"
import { served } from "../api/api.ts"
import { bodyReader } from "../body.ts"
import { CurrentCaller } from "../caller.ts"
import { Forbidden } from "../faults.ts"

export const feedTokenHandlers = HttpApiBuilder.group(
  served,
  "feedTokens",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const tokens = yield* FeedTokens
    const readRequest = bodyReader(FeedTokenRequest)

    return handlers.handleRaw(
      "post",
      Effect.fnUntraced(function* ({ params: { tenant }, request }) {
        const wish = yield* readRequest(request)
        // A token is signed, not stored: without this look, the admin key could make one for a tenant that is not there.
        const { is_active } = yield* owner.gate(tenant)
        if (!is_active) return yield* new Forbidden({ reason: "The tenant is inactive: its feed opens for nobody." })
        const key = (yield* CurrentCaller)?.key ?? null
        return HttpServerResponse.jsonUnsafe(yield* tokens.issue({ ...wish, tenant, key }), {
          status: 201,
          headers: { "cache-control": "no-store" }
        })
      })
    )
  })
)
