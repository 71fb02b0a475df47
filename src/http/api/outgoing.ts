/** What the CRM is told by itself: where it wants what, and what became of it. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Announcement } from "../../../actors/turn/announcement.ts"
import { Announced } from "../../../machines/vocabulary.ts"
import { Access } from "../access.ts"
import { Outcome } from "./outcome.ts"
import { entityInTenant, inTenant, Limit } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant } from "./wire.ts"

const base = "/v1/tenants/:tenant"

/** Endpoints of one tenant. */
export const endpointLimit = 8

const EndpointId = Schema.String.check(
  Schema.isPattern(/^[a-z0-9][a-z0-9-]{0,62}$/, { message: "must match ^[a-z0-9][a-z0-9-]{0,62}$" })
).annotate({ description: "A name of your choice for the endpoint" })
const endpointInTenant = { ...inTenant, endpoint: EndpointId }

export const OutgoingEndpointBody = Schema.Struct({
  url: Schema.NonEmptyString.check(Schema.isMaxLength(2_000)),
  events: Schema.optionalKey(Schema.Array(Announced).check(Schema.isMinLength(1), Schema.isMaxLength(20))),
  rotate_secret: Schema.optionalKey(Schema.Boolean)
})
export const ReplayBody = Schema.Struct({
  from: Instant,
  to: Schema.optionalKey(Instant)
})
const Endpoint = Schema.Struct({
  id: EndpointId,
  url: Schema.String,
  events: Schema.Array(Announced),
  failures: Schema.Int.annotate({ description: "Tries in a row that found nobody who could take anything" }),
  paused_until: Schema.NullOr(Instant)
})
const EndpointMade = Schema.Struct({ ...Endpoint.fields, secret: Schema.String })
const Status = Schema.Literals(["pending", "delivered", "dead"])

const said =
  "201 shows the secret once; a repeat changes the address, and the kinds where it names them, and answers 200 without it, unless rotate_secret asks for a new one. Requests carry the headers of Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature, which is v1, and the base64 of the HMAC-SHA256 of id.timestamp.body under the base64-decoded rest of the secret after whsec_. The same announcement may come twice, always with the same webhook-id; those about one conversation come in their order. Anything but a 2xx is tried again, twelve times within some thirty hours. The bodies are the schemas in GET …/outgoing."

const setEndpoint = HttpApiEndpoint.put("setEndpoint", `${base}/outgoing-webhook`, {
  params: inTenant,
  payload: OutgoingEndpointBody,
  success: [EndpointMade.pipe(HttpApiSchema.status(201)), Endpoint],
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Where the CRM wants to be told",
    description: `Sets the endpoint named default. A new one is told contact.create_requested where events names nothing else; contacts are asked for only where the tenant's participant setting auto_create_enabled is true. ${said}`
  })
)

const endpoint = HttpApiEndpoint.get("endpoint", `${base}/outgoing-webhook`, {
  params: inTenant,
  success: Endpoint,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({ summary: "Where the CRM is told", description: "The endpoint named default. Sets nothing." })
)

const setNamed = HttpApiEndpoint.put("setNamed", `${base}/outgoing-webhooks/:endpoint`, {
  params: endpointInTenant,
  payload: OutgoingEndpointBody,
  success: [EndpointMade.pipe(HttpApiSchema.status(201)), Endpoint],
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Set one of several endpoints",
    description: `Sets an endpoint by its name: at most ${endpointLimit} of a tenant, each with kinds, secret, order and pauses of its own: one that hangs delays no other. ${said}`
  })
)

const endpoints = HttpApiEndpoint.get("endpoints", `${base}/outgoing-webhooks`, {
  params: inTenant,
  success: Schema.Struct({ items: Schema.Array(Endpoint) }),
  error: refusals(404)
}).annotateMerge(OpenApi.annotations({ summary: "All endpoints", description: "By name. Sets nothing." }))

const removeNamed = HttpApiEndpoint.delete("removeNamed", `${base}/outgoing-webhooks/:endpoint`, {
  params: endpointInTenant,
  success: Outcome,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Remove an endpoint",
    description: "Sets an end to it: what still waits for it is not sent any more."
  })
)

const replayAll = HttpApiEndpoint.post("replayAll", `${base}/outgoing-webhooks/:endpoint/replay`, {
  params: endpointInTenant,
  payload: ReplayBody,
  success: Schema.Struct({ replayed: Schema.Int }),
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Send everything of a span of time again",
    description:
      "Starts again with what the endpoint was to get from `from` (included) to `to` (excluded; left out: now), taken or not, under the same ids and in order. For a CRM that lost what it had taken. Announcements are kept for 30 days."
  })
)

const list = HttpApiEndpoint.get("list", `${base}/outgoing`, {
  params: inTenant,
  query: {
    status: Schema.optionalKey(Status),
    type: Schema.optionalKey(Announced),
    endpoint: Schema.optionalKey(EndpointId),
    limit: Schema.optionalKey(Limit)
  },
  success: Schema.Struct({
    items: Schema.Array(
      Schema.Struct({
        id: Schema.String,
        endpoint: Schema.NullOr(EndpointId).annotate({ description: "null: no endpoint has chosen its kind yet" }),
        type: Announced,
        payload: Announcement,
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
    description: "One item for each endpoint: waiting, delivered or given up (dead), with the last error. Sets nothing."
  })
)

const again = { params: entityInTenant, success: Outcome, error: refusals(404, 422) }
const query = { endpoint: Schema.optionalKey(EndpointId) }

const retry = HttpApiEndpoint.post("retry", `${base}/outgoing/:id/retry`, { ...again, query }).annotateMerge(
  OpenApi.annotations({
    summary: "Try a dead announcement again",
    description: "Starts again from the first try, under the same id; at one endpoint, or at all that gave it up."
  })
)

const replay = HttpApiEndpoint.post("replay", `${base}/outgoing/:id/replay`, { ...again, query }).annotateMerge(
  OpenApi.annotations({
    summary: "Send an announcement again",
    description: "Starts again whatever became of it, under the same id; at one endpoint, or at all that it was for."
  })
)

export const outgoing = HttpApiGroup.make("outgoing")
  .add(setEndpoint, endpoint, setNamed, endpoints, removeNamed, replayAll, list, retry, replay)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Webhooks from here to the CRM." }))
