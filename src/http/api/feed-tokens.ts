/** Short-lived tokens that let a browser follow the feed. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { FeedTokenRequest } from "../../feed/tokens.ts"
import { Access } from "../access.ts"
import { inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { Instant } from "./wire.ts"

const post = HttpApiEndpoint.post("post", "/v1/tenants/:tenant/feed-tokens", {
  params: inTenant,
  payload: FeedTokenRequest,
  success: Schema.Struct({ token: Schema.String, expires_at: Instant }).pipe(HttpApiSchema.status(201)),
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "A token for the feed",
    description:
      "For GET /v1/feed?token=… as a WebSocket (subprotocols switchboard.v1.json, switchboard.v1.msgpack). topics narrows what may be followed; absent, everything but ops, which must be named. Sets nothing."
  })
)

export const feedTokens = HttpApiGroup.make("feedTokens")
  .add(post)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "The way to the live feed." }))
