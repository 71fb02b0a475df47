/** For whoever runs the server: is it alive, may it get traffic, what are its figures. No key. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { refusals } from "./refusals.ts"

const Fine = Schema.Struct({ status: Schema.Literal("ok") })

const livez = HttpApiEndpoint.get("livez", "/livez", { success: Fine }).annotateMerge(
  OpenApi.annotations({ summary: "The process answers", description: "Sets nothing." })
)
const readyz = HttpApiEndpoint.get("readyz", "/readyz", { success: Fine, error: refusals(503) }).annotateMerge(
  OpenApi.annotations({
    summary: "Events can be made durable",
    description: "503 while the journal cannot be written, whatever the reason; detail says which. Sets nothing."
  })
)
const metrics = HttpApiEndpoint.get("metrics", "/metrics", {
  success: Schema.String.pipe(HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4" }))
}).annotateMerge(
  OpenApi.annotations({ summary: "Figures for Prometheus", description: "Summed over tenants. Sets nothing." })
)

export const health = HttpApiGroup.make("health").add(livez, readyz, metrics)
