/** What exists at a path, for requests that no route takes: 405 when other methods are possible there, else 404. */
import * as HttpApi from "effect/http-api/HttpApi"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import { documented } from "./api/api.ts"
import { MethodUnknown, RouteUnknown } from "./faults.ts"

const known: Array<{ readonly method: string; readonly pattern: RegExp }> = [
  { method: "GET", pattern: /^\/(openapi\.json|docs|assets\/.+)?$/ }
]
HttpApi.reflect(documented, {
  onGroup: () => {},
  onEndpoint: ({ endpoint }) => {
    known.push({ method: endpoint.method, pattern: new RegExp(`^${endpoint.path.replace(/:[a-z_]+/g, "[^/]+")}$`) })
  }
})

/** Why no route took the request. */
export const unrouted = ({ method, url }: HttpServerRequest): MethodUnknown | RouteUnknown => {
  const path = url.split("?", 1)[0]!
  const allowed = known.filter(({ pattern }) => pattern.test(path)).map((route) => route.method)
  return allowed.length === 0 || allowed.includes(method)
    ? new RouteUnknown({ path })
    : new MethodUnknown({ method, allowed: [...new Set(allowed)].sort() })
}
