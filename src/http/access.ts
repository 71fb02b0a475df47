/** Who may call an endpoint: the holder of the admin key everything, the holder of a tenant's key what belongs to the tenant. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpRouter from "effect/http/HttpRouter"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { refusals } from "./api/refusals.ts"
import { Forbidden, Unauthorised } from "./faults.ts"
import { Keys } from "./keys.ts"
import { refusedAuth } from "./metrics.ts"

/** Marks an endpoint that only the admin key opens. */
export const AdminOnly = Context.Reference<boolean>("switchboard/http/AdminOnly", { defaultValue: () => false })

const bearer = HttpApiSecurity.bearer.pipe(
  HttpApiSecurity.annotate(OpenApi.Description, "The key of a tenant, from its creation, or the admin key.")
)

/** Bearer keys. Looks at the tenant in the path before anything else of the request is read. */
export class Access extends HttpApiMiddleware.Service<Access>()("switchboard/http/Access", {
  error: refusals(401, 403),
  security: { api_key: bearer }
}) {
  static readonly layer = Layer.effect(
    Access,
    Effect.gen(function* () {
      const keys = yield* Keys

      const admitted = Effect.fnUntraced(function* (key: string, adminOnly: boolean) {
        const grant = yield* keys.grantOf(key)
        if (Option.isNone(grant)) return yield* new Unauthorised({ scheme: "Bearer" })
        if (grant.value.kind === "admin") return
        if (adminOnly) return yield* new Forbidden({ reason: "This needs the admin key." })
        const { tenant } = yield* HttpRouter.params
        if (tenant !== grant.value.tenant)
          return yield* new Forbidden({ reason: "This key belongs to another tenant." })
      })

      return {
        api_key: (handler, { credential, endpoint }) =>
          admitted(Redacted.value(credential), Context.get(endpoint.annotations, AdminOnly)).pipe(
            Effect.tapErrorTag(["Unauthorised", "Forbidden"], () => refusedAuth("key")),
            Effect.andThen(handler)
          )
      }
    })
  )
}
