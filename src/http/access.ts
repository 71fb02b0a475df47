/**
 * Authorisation: the holder of the admin key may call every endpoint, the holder of a tenant's key those of the tenant.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiMiddleware from "effect/http-api/HttpApiMiddleware"
import * as HttpApiSecurity from "effect/http-api/HttpApiSecurity"
import * as OpenApi from "effect/http-api/OpenApi"
import * as HttpRouter from "effect/http/HttpRouter"
import type { HttpServerResponse } from "effect/http/HttpServerResponse"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { Author } from "../../actors/owner/author.ts"
import { Tenant } from "./api/parameters.ts"
import { refusals } from "./api/refusals.ts"
import { allows, type Caller, CurrentCaller, type Scope } from "./caller.ts"
import { Forbidden, Unauthorised } from "./faults.ts"
import { type Grant, Keys } from "./keys.ts"
import { refusedAuth } from "./metrics.ts"
import { AnswersRepeats, Repeats } from "./repeats.ts"

/** Marks an endpoint that only the admin key opens. */
export const AdminOnly = Context.Reference<boolean>("switchboard/http/AdminOnly", { defaultValue: () => false })

/** Marks an endpoint that a tenant's key opens only with this scope. */
export const NeedsScope = Context.Reference<Scope | null>("switchboard/http/NeedsScope", { defaultValue: () => null })

/** What can be no tenant's name is the endpoint's to refuse. */
const isTenant = Schema.is(Tenant)

const callerOf = (grant: Grant): Caller =>
  grant.kind === "admin"
    ? { kind: "admin", key: null, name: "admin", scopes: [] }
    : { kind: "key", key: grant.id, name: `key:${grant.name}`, scopes: grant.scopes }

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
      const repeats = yield* Repeats

      const admitted = Effect.fnUntraced(function* (key: string, adminOnly: boolean, scope: Scope | null) {
        const grant = yield* keys.grantOf(key)
        if (Option.isNone(grant)) return yield* new Unauthorised({ scheme: "Bearer" })
        const caller = callerOf(grant.value)
        if (grant.value.kind === "admin") return caller
        if (adminOnly) return yield* new Forbidden({ reason: "This needs the admin key." })
        const { tenant } = yield* HttpRouter.params
        if (tenant !== grant.value.tenant)
          return yield* new Forbidden({ reason: "This key belongs to another tenant." })
        if (scope !== null && !allows(caller, scope))
          return yield* new Forbidden({ reason: `This needs the admin key, or a key with the scope "${scope}".` })
        return caller
      })

      /** A question may be asked as often as one likes; a command happens once under its Idempotency-Key. */
      const onceOnly = <E, R>(
        handler: Effect.Effect<HttpServerResponse, E, R>,
        { method, annotations }: HttpApiEndpoint.Top,
        caller: Caller
      ) =>
        Effect.flatMap(HttpRouter.params, ({ tenant }) =>
          method === "GET" || !isTenant(tenant)
            ? handler
            : repeats.once(handler, { tenant, caller, answersRepeats: Context.get(annotations, AnswersRepeats) })
        )

      return {
        api_key: (handler, { credential, endpoint }) =>
          admitted(
            Redacted.value(credential),
            Context.get(endpoint.annotations, AdminOnly),
            Context.get(endpoint.annotations, NeedsScope)
          ).pipe(
            Effect.tapErrorTag(["Unauthorised", "Forbidden"], () => refusedAuth("key")),
            Effect.flatMap((caller) =>
              onceOnly(handler, endpoint, caller).pipe(
                Effect.provideService(CurrentCaller, caller),
                // Every command that the handler submits is the caller's.
                Effect.provideService(Author, caller.name)
              )
            )
          )
      }
    })
  )
}
