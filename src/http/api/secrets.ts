/** What must not be seen: tokens of accounts, and the secret of the webhooks. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access, NeedsScope } from "../access.ts"
import { entityInTenant, inTenant } from "./parameters.ts"
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
/** A week at most: a secret that is meant to go should go. */
export const Rotation = Schema.Struct({
  grace_s: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 7 * 86_400 })))
})
/** Seconds that the old secret stays good when the request does not say: a day. */
export const defaultGrace = 86_400

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

const rotate = HttpApiEndpoint.post("rotateWebhookSecret", "/v1/tenants/:tenant/webhook-secret/rotate", {
  params: inTenant,
  payload: Rotation,
  success: Schema.Struct({ webhook_secret: Schema.String, previous_until: Schema.NullOr(Instant) }),
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A new webhook secret",
    description:
      "Sets webhook_secret; it is shown this once. The old one stays good for grace_s seconds (a day if absent, 0 ends it at once). Not to be repeated after a lost answer without looking: each call makes another secret. Audited."
  })
)

export const secrets = HttpApiGroup.make("secrets")
  .add(store, read, rotate)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Tokens and secrets: sealed, masked, audited." }))
