/** The keys of a tenant. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "../access.ts"
import { Outcome } from "./outcome.ts"
import { inTenant, Tenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant } from "./wire.ts"

const base = "/v1/tenants/:tenant/keys"
const Scopes = Schema.Array(Schema.Literals(["secrets", "import"])).check(Schema.isMaxLength(2))

export const KeyWish = Schema.Struct({
  name: Schema.NonEmptyString.check(Schema.isMaxLength(100)).annotate({
    description: "What the key is called in the audit trail; no two keys in use share a name (409)"
  }),
  scopes: Schema.optionalKey(Scopes).annotate({
    description: "secrets: may read tokens in clear; import: may bring history (POST …/history)"
  })
})

const shown = { id: Schema.String, name: Schema.String, scopes: Schema.Array(Schema.String), created_at: Instant }

const create = HttpApiEndpoint.post("create", base, {
  params: inTenant,
  payload: KeyWish,
  success: Schema.Struct({ ...shown, key: Schema.String }).pipe(HttpApiSchema.status(201)),
  error: refusals(404, 409, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A new key",
    description:
      "The key is shown this once; only its hash is kept, and for a repeat under the same Idempotency-Key the answer, encrypted, for two days at most. A key with a scope is made by the admin key only. Sets no field. Audited."
  })
)

const list = HttpApiEndpoint.get("list", base, {
  params: inTenant,
  success: Schema.Struct({ items: Schema.Array(Schema.Struct({ ...shown, revoked_at: Schema.NullOr(Instant) })) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Its keys",
    description:
      "Those in use first, then the revoked ones, each the newest first; without the keys themselves. Sets nothing."
  })
)

const revoke = HttpApiEndpoint.delete("revoke", `${base}/:key_id`, {
  params: { tenant: Tenant, key_id: Schema.String.check(Schema.isUUID()) },
  success: Outcome,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Revoke a key",
    description:
      "From now on it opens nothing; in other processes within a minute. duplicate when it was revoked before. Sets no field. Audited."
  })
)

export const keys = HttpApiGroup.make("keys")
  .add(create, list, revoke)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Who may call for a tenant." }))
