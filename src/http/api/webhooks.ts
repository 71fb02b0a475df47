/** The webhook endpoint, for the document only: it is served by ../handlers/webhooks.ts, outside this framework, to stay lean. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"

/** One of the two: the secret itself (v1), or a signature made with it (v2). */
const proofs = {
  "unipile-auth": Schema.optionalKey(Schema.String),
  "unipile-signature": Schema.optionalKey(Schema.String)
}
const Ended = Schema.Union([
  Schema.Struct({ outcome: Schema.Literals(["applied", "duplicate"]) }),
  Schema.Struct({ outcome: Schema.Literals(["quarantined", "waiting"]), id: Schema.String })
])
const sets =
  "Sets last_webhook_received and webhook_failures of the tenant and whatever the event says of connection, channel, conversation, members, messages and participants."

const unipile = HttpApiEndpoint.post("unipile", "/v1/tenants/:tenant/webhooks/unipile", {
  params: inTenant,
  headers: proofs,
  query: { secret: Schema.optionalKey(Schema.String) },
  payload: Schema.Record(Schema.String, Schema.Unknown),
  success: Ended,
  error: refusals(400, 401, 403, 413, 500, 503)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Take a webhook of UniPile (v1 and v2)",
    description: `v1: the secret of the tenant stands in the header Unipile-Auth; the hosted-auth notify_url, which cannot send headers, carries it as ?secret= and is believed nothing but the hosted-auth report. v2: the header unipile-signature, t=<unix seconds>,v0=<hex HMAC-SHA256 of "t.body" with the secret>; more than 300 s from our clock it is refused with 401 and the code replayed. Any Content-Type is read as JSON. 200 means durable: applied, duplicate, quarantined (not understood; kept, can be replayed) or waiting (the account is not registered yet). 503 with the code quarantine_full or waiting_full: too much is kept already, this was not. ${sets}`
  })
)

const shared = HttpApiEndpoint.post("shared", "/v1/webhooks/unipile", {
  headers: proofs,
  payload: Schema.Record(Schema.String, Schema.Unknown),
  success: Ended,
  error: refusals(400, 401, 403, 413, 500, 503)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Take a webhook of UniPile for whichever tenant has the account",
    description: `One address for all tenants: the account that the payload names decides the tenant, and that tenant's secret has to stand in Unipile-Auth or to have made unipile-signature. An account that no tenant has registered is refused like a wrong secret (401), so register accounts first; UniPile tries again for a while. Hosted-auth reports are taken at the tenant's own address only. ${sets}`
  })
)

export const webhooks = HttpApiGroup.make("webhooks")
  .add(unipile, shared)
  .annotateMerge(OpenApi.annotations({ description: "Where providers report. Webhook secret." }))
