/** What must not be seen: the tokens of accounts. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access, NeedsScope } from "../access.ts"
import { entityInTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { ConnectionWire, Instant } from "./wire.ts"

const tokens = "/v1/tenants/:tenant/connections/:id/tokens"
const Token = Schema.optionalKey(Schema.NullOr(Schema.NonEmptyString.check(Schema.isMaxLength(16_384))))

/** Ten years, in seconds: no provider gives a token for longer, and the instant stays one that a column holds. */
const longest = 10 * 366 * 86_400

export const TokenStorage = Schema.Struct({
  access_token: Token,
  refresh_token: Token,
  expires_in: Schema.optionalKey(
    Schema.NullOr(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: longest })))
  ).annotate({ description: "Seconds from now; absent or null keeps the expiry that is known" })
})
const store = HttpApiEndpoint.put("storeTokens", tokens, {
  params: entityInTenant,
  payload: TokenStorage,
  success: ConnectionWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Store the tokens of an account",
    description:
      "store_tokens. Sets access_token, refresh_token (both sealed, never shown here) and token_expires_at. A token that is absent or null keeps the old one; expires_in absent or null keeps the old expiry. The status of the account stays as it is: it comes back from expired with the provider's word, the auth event or a successful sync. Audited."
  })
)

const read = HttpApiEndpoint.get("readToken", tokens, {
  params: entityInTenant,
  query: { token: Schema.Literals(["access", "refresh"]) },
  success: Schema.Struct({
    token: Schema.Literals(["access", "refresh"]),
    value: Schema.NullOr(Schema.String),
    token_expires_at: Schema.NullOr(Instant),
    is_token_expired: Schema.Boolean
  }),
  error: refusals(404)
})
  .annotate(NeedsScope, "secrets")
  .annotateMerge(
    OpenApi.annotations({
      summary: "A token in clear",
      description:
        "get_decrypted_token. For the admin key, or a key with the scope secrets. value is null when no such token is stored. Every reading is in the audit trail before the answer leaves. Sets nothing."
    })
  )

export const secrets = HttpApiGroup.make("secrets")
  .add(store, read)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Tokens: sealed, masked, audited." }))
