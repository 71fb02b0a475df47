/** Which fields there are, and which of them have values (CONTRACT §7). */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { fieldEntities } from "../../../persistence/database/tables.ts"
import { Access } from "../access.ts"
import { inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant } from "./wire.ts"

const base = "/v1/tenants/:tenant/fields"
const Entity = Schema.Literals(Object.keys(fieldEntities))

const FieldPopulated = Schema.Struct({
  entity: Entity,
  field: Schema.String,
  meaning: Schema.String,
  type: Schema.String,
  default: Schema.Unknown,
  populated_by: Schema.String,
  sensitive: Schema.Boolean,
  required: Schema.Boolean,
  entities: Schema.Int.annotate({ description: "How many entities of the kind there are" }),
  populated: Schema.Int.annotate({
    description:
      "How many have the field: a required one when it is neither null nor empty, any other one when it differs from its default"
  }),
  first_populated_at: Schema.NullOr(Instant).annotate({
    description: "Populated somewhere since then at the latest; null while it never was, and for sensitive fields"
  }),
  last_populated_at: Schema.NullOr(Instant).annotate({
    description: "Newest change of an entity that had it; null while none did, and for sensitive fields"
  })
}).annotate({ identifier: "FieldPopulation" })

const list = HttpApiEndpoint.get("list", base, {
  params: inTenant,
  query: { entity: Schema.optionalKey(Entity) },
  success: Schema.Struct({ items: Schema.Array(FieldPopulated) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Every field: what it means, what populates it, how many entities have it",
    description:
      "Counted as of now, over all rows of the tenant; the hourly task measure_field_population counts the same for the metric. Sets nothing but the instants that it shows."
  })
)

const missing = HttpApiEndpoint.get("missing", `${base}/missing`, {
  params: inTenant,
  success: Schema.Struct({
    items: Schema.Array(
      Schema.Struct({
        entity: Entity,
        field: Schema.String,
        entities: Schema.Int,
        missing: Schema.Int,
        ids: Schema.Array(Schema.String).annotate({ description: "Up to 20; a member is conversation/participant" })
      })
    )
  }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Entities that lack a required field",
    description: "Empty when every entity has what it must have. Sets nothing."
  })
)

export const fields = HttpApiGroup.make("fields")
  .add(list, missing)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Which fields there are, and which of them have values." }))
