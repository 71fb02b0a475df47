/** Record profiles over HTTP. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Identity } from "../../../actors/memory/identity.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { served } from "../api/api.ts"
import { AutoSync } from "../api/record-profiles.ts"
import { bodyReader } from "../body.ts"

export const recordProfileHandlers = HttpApiBuilder.group(
  served,
  "recordProfiles",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const readAutoSync = bodyReader(AutoSync)

    const profile = (tenant: string, record_id: string) =>
      Effect.map(owner.view(tenant, "record", new Identity(tenant).record(record_id)), (view) =>
        HttpServerResponse.jsonUnsafe(view)
      )

    return handlers
      .handleRaw(
        "autoSync",
        Effect.fnUntraced(function* ({ params: { tenant, record_id }, request }) {
          const wish = yield* readAutoSync(request)
          yield* owner.submit(tenant, {
            type: "auto_sync_scheduled",
            received: yield* Clock.currentTimeMillis,
            via: "api",
            record_id,
            auto_sync_enabled: wish.auto_sync_enabled ?? null,
            sync_frequency_hours: wish.sync_frequency_hours ?? null,
            pipeline_id: wish.pipeline_id ?? null,
            user_id: wish.user_id ?? null
          })
          return yield* profile(tenant, record_id)
        })
      )
      .handleRaw("profile", ({ params: { tenant, record_id } }) => profile(tenant, record_id))
  })
)
