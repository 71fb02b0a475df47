/** Asks the server, and turns its refusals into what a person can act on. */
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { KeyRefused, Refused, ServerSilent } from "./faults.ts"
import type { Target } from "./target.ts"

const problemIn = Schema.decodeUnknownOption(Schema.Struct({ code: Schema.String, detail: Schema.String }))

/** One request. `path` comes after the tenant; parts of it that come from outside are encoded. `answer`: what the JSON is. */
export const ask = Effect.fnUntraced(function* <A>(
  { url, tenant, key }: Target,
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  answer: Schema.Codec<A>,
  query: Readonly<Record<string, string | number | undefined>> = {},
  body?: object
) {
  const request = HttpClientRequest.make(method)(`${url}/v1/tenants/${encodeURIComponent(tenant)}/${path}`).pipe(
    HttpClientRequest.bearerToken(key),
    HttpClientRequest.setUrlParams(query),
    body === undefined ? identity : HttpClientRequest.bodyJsonUnsafe(body)
  )
  const response = yield* HttpClient.execute(request).pipe(Effect.mapError(() => new ServerSilent({ url })))
  const { status } = response
  const json = yield* response.json.pipe(Effect.catch(() => Effect.succeed(null)))
  if (status >= 200 && status < 300 && json !== null && Schema.is(answer)(json)) return json
  const { code, detail } = Option.getOrElse(problemIn(json), () => ({
    code: "unknown",
    detail: `${url} does not answer like a Switchboard.`
  }))
  if (status === 401) return yield* new KeyRefused({ tenant, detail: "it is no key, or a revoked one." })
  if (status === 403) return yield* new KeyRefused({ tenant, detail })
  return yield* new Refused({ status, code, detail })
})
