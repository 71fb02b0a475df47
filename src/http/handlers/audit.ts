/** The audit trail over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { isoInstant } from "../../../machines/field.ts"
import { Audit } from "../../../persistence/registers/audit.ts"
import { served } from "../api/api.ts"
import { defaultLimit } from "../api/parameters.ts"

export const auditHandlers = HttpApiBuilder.group(
  served,
  "audit",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const audit = yield* Audit

    /** Our id of the entity; a name that no entity has is looked for as it is. */
    const entityOf = (tenant: string, entity: string) =>
      owner.resolve(tenant, "connection", entity).pipe(
        Effect.catchTag("ActorUnknown", () => owner.resolve(tenant, "conversation", entity)),
        Effect.catchTag("ActorUnknown", () => Effect.succeed(entity))
      )

    return handlers.handleRaw(
      "list",
      Effect.fnUntraced(function* ({ params: { tenant }, query }) {
        // Lines are written with the cut.
        yield* owner.flush(tenant)
        const { items, next_cursor } = yield* audit.list(tenant, {
          entity: query.entity && (yield* entityOf(tenant, query.entity)),
          field: query.field,
          limit: query.limit ?? defaultLimit,
          cursor: query.cursor
        })
        return HttpServerResponse.jsonUnsafe({
          items: items.map((line) => ({ ...line, at: isoInstant(line.at) })),
          next_cursor
        })
      })
    )
  })
)
