/** What the CRM is told by itself: where it wants it, and what became of it. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { ContactCreateRequested } from "../../../actors/turn/announcement.ts"
import { Access } from "../access.ts"
import { Outcome } from "./outcome.ts"
import { entityInTenant, inTenant, Limit } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant } from "./wire.ts"

const base = "/v1/tenants/:tenant"

export const OutgoingEndpointBody = Schema.Struct({
  url: Schema.NonEmptyString.check(Schema.isMaxLength(2_000)),
  rotate_secret: Schema.optionalKey(Schema.Boolean)
})
const Endpoint = Schema.Struct({ url: Schema.String })
const Status = Schema.Literals(["pending", "delivered", "dead"])

const setEndpoint = HttpApiEndpoint.put("setEndpoint", `${base}/outgoing-webhook`, {
  params: inTenant,
  payload: OutgoingEndpointBody,
  success: [Schema.Struct({ url: Schema.String, secret: Schema.String }).pipe(HttpApiSchema.status(201)), Endpoint],
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Where the CRM wants to be told",
    description:
      "Sets where announcements go. 201 shows the secret once; a repeat changes the address and answers 200 without it, unless rotate_secret asks for a new one. Requests carry the headers of Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature, which is v1, and the base64 of the HMAC-SHA256 of id.timestamp.body under the base64-decoded rest of the secret after whsec_. The same announcement may come twice, always with the same webhook-id. Anything but a 2xx is tried again, twelve times within some thirty hours. What was announced before the address was set is sent now. The body is the schema ContactCreateRequested: somebody wrote whom the CRM does not know. Nothing is announced unless the tenant's participant setting auto_create_enabled is true."
  })
)

const endpoint = HttpApiEndpoint.get("endpoint", `${base}/outgoing-webhook`, {
  params: inTenant,
  success: Endpoint,
  error: refusals(404)
}).annotateMerge(OpenApi.annotations({ summary: "Where the CRM is told", description: "Sets nothing." }))

const list = HttpApiEndpoint.get("list", `${base}/outgoing`, {
  params: inTenant,
  query: { status: Schema.optionalKey(Status), limit: Schema.optionalKey(Limit) },
  success: Schema.Struct({
    items: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        type: ContactCreateRequested.fields.type,
        payload: ContactCreateRequested,
        status: Status,
        attempts: Schema.Int,
        created_at: Instant,
        next_attempt_at: Schema.NullOr(Instant),
        delivered_at: Schema.NullOr(Instant),
        last_error: Schema.NullOr(Schema.String)
      })
    )
  }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "What was announced, the newest first",
    description: "Waiting, delivered or given up (dead), with the last error. Sets nothing."
  })
)

const retry = HttpApiEndpoint.post("retry", `${base}/outgoing/:id/retry`, {
  params: entityInTenant,
  success: Outcome,
  error: refusals(404, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Try a dead announcement again",
    description: "Starts again from the first try, under the same id."
  })
)

export const outgoing = HttpApiGroup.make("outgoing")
  .add(setEndpoint, endpoint, list, retry)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Webhooks from here to the CRM." }))
