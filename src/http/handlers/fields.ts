/** Fields and their population over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { definitionOf } from "../../../machines/field-definition.ts"
import { isoInstant } from "../../../machines/field.ts"
import { FieldPopulation } from "../../../persistence/figures/field-population.ts"
import { fieldEntities } from "../../../persistence/database/tables.ts"
import { served } from "../api/api.ts"
import { own } from "../../../machines/own.ts"

const json = HttpServerResponse.jsonUnsafe

export const fieldHandlers = HttpApiBuilder.group(
  served,
  "fields",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const population = yield* FieldPopulation

    return handlers
      .handleRaw(
        "list",
        Effect.fnUntraced(function* ({ params: { tenant }, query: { entity } }) {
          yield* owner.flush(tenant)
          const figures = yield* population.measure(tenant)
          const items = figures
            .filter((figure) => entity === undefined || figure.entity === entity)
            .map(({ entity, field, entities, populated, first_populated_at, last_populated_at }) => ({
              entity,
              field,
              ...definitionOf(own(own(fieldEntities, entity)!.fields, field)!),
              entities,
              populated,
              first_populated_at: isoInstant(first_populated_at),
              last_populated_at: isoInstant(last_populated_at)
            }))
          return json({ items })
        })
      )
      .handleRaw(
        "missing",
        Effect.fnUntraced(function* ({ params: { tenant } }) {
          yield* owner.flush(tenant)
          return json({ items: yield* population.missing(tenant) })
        })
      )
  })
)
