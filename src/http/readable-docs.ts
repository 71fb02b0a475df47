/** `/docs`: the OpenAPI document for people. The page calls no other server, and its policy allows none. */
import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as HttpApiScalar from "effect/http-api/HttpApiScalar"
import * as HttpRouter from "effect/http/HttpRouter"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import { documented } from "./api/api.ts"

const path = "/docs"

/** Scripts stand in the page itself: it runs these and no other. Styles are made by the script. */
const policyOf = (html: string): string => {
  const digests = [...html.matchAll(/<script>([^]*?)<\/script>/g)].map(
    ([, script]) => `'sha256-${createHash("sha256").update(script!).digest("base64")}'`
  )
  return [
    "default-src 'none'",
    `script-src ${digests.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'"
  ].join("; ")
}

const textOf = (response: HttpServerResponse.HttpServerResponse): string | null =>
  response.body._tag === "Uint8Array" ? new TextDecoder().decode(response.body.body) : null

let policy: string | null = null

const guarded = HttpRouter.middleware(
  (route) =>
    Effect.flatMap(HttpServerRequest.HttpServerRequest, (request) =>
      request.url.split("?")[0] === path ? Effect.map(route, withPolicy) : route
    ),
  { global: true }
)

const withPolicy = (response: HttpServerResponse.HttpServerResponse): HttpServerResponse.HttpServerResponse => {
  policy ??= policyOf(textOf(response) ?? "")
  return HttpServerResponse.setHeaders(response, {
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin"
  })
}

export const readableDocs = Layer.mergeAll(
  HttpApiScalar.layer(documented, { path, scalar: { withDefaultFonts: false } }),
  guarded
)
