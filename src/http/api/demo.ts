/** The demo: life for the tenant of the first start. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "../access.ts"
import { inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"

const Seed = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

export const DemoWish = Schema.Struct({ seed: Schema.optionalKey(Seed), fast: Schema.optionalKey(Schema.Boolean) })

const play = HttpApiEndpoint.post("play", "/v1/tenants/:tenant/demo", {
  params: inTenant,
  payload: DemoWish,
  success: Schema.Struct({ seed: Seed, steps: Schema.Int, lasts_s: Schema.Number }).pipe(HttpApiSchema.status(202)),
  error: refusals(413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Play the demo",
    description:
      "Only in the tenant that the first start made, one at a time: the server posts invented webhooks, events and commands to itself for some seventy seconds. The same seed posts the same messages. Sets what they set."
  })
)

export const demo = HttpApiGroup.make("demo")
  .add(play)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Something to look at." }))
