/** The webhook endpoints, for the document only: they are served by ../handlers/webhooks.ts, outside this framework, to stay lean. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import type { Provider } from "../../providers/provider.ts"
import { providers } from "../../providers/registry.ts"
import { unipile } from "../../providers/unipile/provider.ts"
import { inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"

const Ended = Schema.Union([
  Schema.Struct({ outcome: Schema.Literals(["applied", "duplicate"]) }),
  Schema.Struct({ outcome: Schema.Literals(["quarantined", "waiting"]), id: Schema.String })
])
const sets =
  "Sets last_webhook_received and webhook_failures of the tenant and whatever the event says of connection, channel, conversation, members, messages and participants."

/** What every address answers, said once. */
const answers =
  "Any Content-Type is read as JSON. 200 means durable: applied, duplicate, quarantined (not understood; kept, can be replayed) or waiting (the account is not registered yet). 503 with the code quarantine_full or waiting_full: too much is kept already, this was not."

const proofsOf = ({ secretHeader, signatureHeader }: Provider) =>
  Object.fromEntries(
    [secretHeader, signatureHeader].flatMap((header) =>
      header === undefined ? [] : [[header.toLowerCase(), Schema.optionalKey(Schema.String)]]
    )
  )

/** A provider's address in a tenant. */
const own = (provider: Provider) =>
  HttpApiEndpoint.post(provider.name, `/v1/tenants/:tenant/webhooks/${provider.name}`, {
    params: inTenant,
    headers: proofsOf(provider),
    query: provider.addressed === undefined ? {} : { secret: Schema.optionalKey(Schema.String) },
    payload: Schema.Record(Schema.String, Schema.Unknown),
    success: Ended,
    error: refusals(400, 401, 403, 413, 500, 503)
  }).annotateMerge(
    OpenApi.annotations({ summary: provider.summary, description: `${provider.description} ${answers} ${sets}` })
  )

const shared = HttpApiEndpoint.post("shared", "/v1/webhooks/unipile", {
  headers: proofsOf(unipile),
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
  .add(shared, ...providers.map(own))
  .annotateMerge(OpenApi.annotations({ description: "Where providers report. Webhook secret." }))
