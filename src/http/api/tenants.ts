/** Creating tenants. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access, AdminOnly } from "../access.ts"
import { inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"

const named = { id: Schema.String, name: Schema.String, webhook_url: Schema.String }
const TenantCreated = Schema.Struct({ ...named, api_key: Schema.String, webhook_secret: Schema.String }).pipe(
  HttpApiSchema.status(201)
)
export const TenantNaming = Schema.Struct({ name: Schema.NonEmptyString.check(Schema.isMaxLength(200)) })

const put = HttpApiEndpoint.put("put", "/v1/tenants/:tenant", {
  params: inTenant,
  payload: TenantNaming,
  success: [TenantCreated, Schema.Struct(named)],
  error: refusals(413, 422)
})
  .annotate(AdminOnly, true)
  .annotateMerge(
    OpenApi.annotations({
      summary: "Create a tenant, or rename it",
      description:
        "Sets name; the first time also webhook_secret, created_at and the defaults of every setting. 201 shows api_key and webhook_secret once, they cannot be shown again; a repeat answers 200 without them, unless it has the Idempotency-Key of the first."
    })
  )

export const tenants = HttpApiGroup.make("tenants")
  .add(put)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Who uses this server. Admin key." }))
