/** Health and figures over HTTP. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { SqlClient } from "effect/sql/SqlClient"
import { TenantOwner } from "../../../actors/tenant-owner.ts"
import { FieldPopulation } from "../../../persistence/field-population.ts"
import { served } from "../api/api.ts"
import { fieldsMeasured, measured } from "../metrics.ts"
import { processMeasured } from "../process-metrics.ts"
import { problemResponse } from "../problem.ts"
import { DatabaseSilent } from "../faults.ts"

const fine = HttpServerResponse.jsonUnsafe({ status: "ok" })
/** Longer than this and a load balancer should look elsewhere. */
const patience = "2 seconds"

export const healthHandlers = HttpApiBuilder.group(
  served,
  "health",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const population = yield* FieldPopulation
    const sql = yield* SqlClient

    // Whatever keeps the database from answering, the server is not ready; why is the business of those who needed it.
    const ready = sql`select 1`.pipe(
      Effect.timeout(patience),
      Effect.matchCause({ onSuccess: () => fine, onFailure: () => problemResponse(new DatabaseSilent({})) })
    )

    const figures = Effect.gen(function* () {
      yield* measured(yield* owner.residentStats)
      yield* processMeasured
      yield* fieldsMeasured(yield* population.measured)
      const body = yield* PrometheusMetrics.format()
      return HttpServerResponse.text(body, { contentType: "text/plain; version=0.0.4; charset=utf-8" })
    })

    return handlers
      .handleRaw("livez", () => Effect.succeed(fine))
      .handleRaw("readyz", () => ready)
      .handleRaw("metrics", () => figures)
  })
)
