/** Tenants over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Redacted from "effect/Redacted"
import { Enrolment } from "../../tenants/enrolment.ts"
import { served } from "../api/api.ts"
import { TenantNaming } from "../api/tenants.ts"
import { bodyReader } from "../body.ts"

export const tenantHandlers = HttpApiBuilder.group(
  served,
  "tenants",
  Effect.fnUntraced(function* (handlers) {
    const enrolment = yield* Enrolment
    const readNaming = bodyReader(TenantNaming)

    return handlers.handleRaw(
      "put",
      Effect.fnUntraced(function* ({ params: { tenant }, request }) {
        const { name } = yield* readNaming(request)
        const { secrets, ...known } = yield* enrolment.enrol(tenant, name)
        if (secrets === null) return HttpServerResponse.jsonUnsafe(known)
        const { webhook_url, ...named } = known
        return HttpServerResponse.jsonUnsafe(
          {
            ...named,
            api_key: Redacted.value(secrets.apiKey),
            webhook_secret: Redacted.value(secrets.webhookSecret),
            webhook_url
          },
          { status: 201, headers: { "cache-control": "no-store" } }
        )
      })
    )
  })
)
