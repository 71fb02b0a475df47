/** The audit trail. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "../access.ts"
import { Id, inTenant, page, SearchText } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant } from "./wire.ts"

const Line = Schema.Struct({
  id: Schema.String,
  at: Instant,
  seq: Schema.Int.annotate({ description: "The journal entry that made the change" }),
  actor: Schema.String.annotate({ description: "admin, key:<name>, or how it came in: webhook, api, clock" }),
  action: Schema.String,
  entity_kind: Schema.String,
  entity_id: Schema.String,
  field: Schema.String,
  old: Schema.Unknown.annotate({ description: "As on the wire; •••• for a sensitive value, null for none" }),
  new: Schema.Unknown
})

const list = HttpApiEndpoint.get("list", "/v1/tenants/:tenant/audit", {
  params: inTenant,
  query: {
    entity: Schema.optionalKey(Id).annotate({
      description: "Our id of the entity; for connections and conversations also the provider's; the tenant's own id"
    }),
    field: Schema.optionalKey(SearchText),
    ...page
  },
  success: Schema.Struct({ items: Schema.Array(Line), next_cursor: Schema.NullOr(Schema.String) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Who changed what",
    description:
      "The newest first: tokens and secrets (masked), readings of tokens, keys, resolution, limits, and overrides of status. As of now. Kept for 400 days. Sets nothing."
  })
)

export const audit = HttpApiGroup.make("audit")
  .add(list)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "The trail of sensitive changes." }))
