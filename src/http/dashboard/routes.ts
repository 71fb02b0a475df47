/** `GET /` and what the page loads. Nobody has to sign in for it: it holds no data, and asks for a key itself. */
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { RouteUnknown } from "../faults.ts"
import { problemResponse } from "../problem.ts"
import { refuse } from "../refuse.ts"
import type { Asset } from "./bundle.ts"
import { makeBundle } from "./bundle.ts"
import { pageOf } from "./page.ts"

/** The address changes with the content. */
const forGood = "public, max-age=31536000, immutable"

const isKnown = ({ headers }: HttpServerRequest, etag: string) =>
  headers["if-none-match"]?.split(/\s*,\s*/).some((known) => known.replace(/^W\//, "") === etag) ?? false

/** The smallest encoding that the browser names; a weight of 0 in Accept-Encoding is sent by none. */
const encoded = (asset: Asset, accepted: string): { readonly body: Uint8Array; readonly encoding?: string } => {
  if (asset.br !== null && /\bbr\b/.test(accepted)) return { body: asset.br, encoding: "br" }
  if (asset.gzip !== null && /\bgzip\b/.test(accepted)) return { body: asset.gzip, encoding: "gzip" }
  return { body: asset.body }
}

const assetResponse = (request: HttpServerRequest, asset: Asset): HttpServerResponse.HttpServerResponse => {
  const headers = {
    etag: asset.etag,
    "cache-control": forGood,
    "x-content-type-options": "nosniff",
    vary: "accept-encoding"
  }
  if (isKnown(request, asset.etag)) return HttpServerResponse.empty({ status: 304, headers })
  const { body, encoding } = encoded(asset, request.headers["accept-encoding"] ?? "")
  return HttpServerResponse.uint8Array(body, {
    contentType: asset.type,
    headers: encoding === undefined ? headers : { ...headers, "content-encoding": encoding }
  })
}

export const dashboard = HttpRouter.use(
  Effect.fnUntraced(function* (router) {
    const bundle = yield* Effect.cached(Effect.uninterruptible(makeBundle))
    const page = yield* Effect.cached(Effect.map(bundle, pageOf))

    yield* router.add(
      "GET",
      "/",
      Effect.gen(function* () {
        const request = yield* HttpServerRequest
        const { html, etag, headers } = yield* page
        return isKnown(request, etag)
          ? HttpServerResponse.empty({ status: 304, headers: { ...headers, etag } })
          : HttpServerResponse.html(html).pipe(HttpServerResponse.setHeaders({ ...headers, etag }))
      }).pipe(Effect.catchCause(refuse))
    )

    yield* router.add(
      "GET",
      "/assets/:version/*",
      Effect.gen(function* () {
        const request = yield* HttpServerRequest
        const path = request.url.split("?", 1)[0]!
        const { version, assets } = yield* bundle
        // The path is a key of the list or nothing: no file is ever looked for by it.
        const asset = assets.get(path.slice(`/assets/${version}/`.length))
        return asset === undefined || !path.startsWith(`/assets/${version}/`)
          ? problemResponse(new RouteUnknown({ path }))
          : assetResponse(request, asset)
      }).pipe(Effect.catchCause(refuse))
    )
  })
)
