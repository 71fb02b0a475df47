/** The webhook endpoint, for the document only: it is served by ../handlers/webhooks.ts, outside this framework, to stay lean. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"

const unipile = HttpApiEndpoint.post("unipile", "/v1/tenants/:tenant/webhooks/unipile", {
  params: inTenant,
  headers: { "unipile-auth": Schema.optionalKey(Schema.String) },
  query: { secret: Schema.optionalKey(Schema.String) },
  payload: Schema.Record(Schema.String, Schema.Unknown),
  success: Schema.Union([
    Schema.Struct({ outcome: Schema.Literals(["applied", "duplicate"]) }),
    Schema.Struct({ outcome: Schema.Literals(["quarantined", "waiting"]), id: Schema.String })
  ]),
  error: refusals(400, 401, 403, 413, 500, 503)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Take a webhook of UniPile (v1)",
    description:
      "The secret of the tenant stands in the header Unipile-Auth; the hosted-auth notify_url, which cannot send headers, carries it as ?secret= and is believed nothing but the hosted-auth report. Any Content-Type is read as JSON. 200 means durable: applied, duplicate, quarantined (not understood; kept, can be replayed) or waiting (the account is not registered yet). Sets last_webhook_received and webhook_failures of the tenant and whatever the event says of connection, conversation, members, messages and participants."
  })
)

export const webhooks = HttpApiGroup.make("webhooks")
  .add(unipile)
  .annotateMerge(OpenApi.annotations({ description: "Where providers report. Webhook secret." }))
