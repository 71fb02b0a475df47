/** Health and figures over HTTP. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { SqlClient } from "effect/sql/SqlClient"
import { GroupCommit } from "../../../actors/group-commit.ts"
import { TenantOwner } from "../../../actors/tenant-owner.ts"
import { FieldPopulation } from "../../../persistence/field-population.ts"
import { Quarantine } from "../../../persistence/quarantine.ts"
import { Waiting } from "../../../persistence/waiting.ts"
import { served } from "../api/api.ts"
import { fieldsMeasured, keptMeasured, measured } from "../metrics.ts"
import { processMeasured } from "../process-figures.ts"
import { problemResponse } from "../problem.ts"
import { DatabaseSilent, JournalStuck } from "../faults.ts"

const fine = HttpServerResponse.jsonUnsafe({ status: "ok" })
/** Longer than this and a load balancer should look elsewhere. */
const patience = "2 seconds"
/** What is kept of payloads is counted in the database; scrapers that ask more often get the same figures. */
const keptFresh = "10 seconds"

export const healthHandlers = HttpApiBuilder.group(
  served,
  "health",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const population = yield* FieldPopulation
    const commits = yield* GroupCommit
    const quarantine = yield* Quarantine
    const waiting = yield* Waiting
    const sql = yield* SqlClient

    /** What keeps events from becoming durable, although the database answers. */
    const hindrance = (readOnly: string | undefined): string | null =>
      commits.stuck()?.problem ?? (readOnly === "on" ? "it is read-only" : null)

    // Whatever keeps the database from answering, the server is not ready; why is the business of those who needed it.
    const ready = sql<{ readonly read_only: string }>`
      select current_setting('transaction_read_only') as read_only`.pipe(
      Effect.timeout(patience),
      Effect.matchCause({
        onSuccess: ([row]) => {
          const problem = hindrance(row?.read_only)
          return problem === null ? fine : problemResponse(new JournalStuck({ problem }))
        },
        onFailure: () => problemResponse(new DatabaseSilent({}))
      })
    )

    // While the database is away these stay as they were; the others, which need none, are still told.
    const kept = yield* Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      yield* keptMeasured("quarantine", yield* quarantine.held, now)
      yield* keptMeasured("waiting", yield* waiting.held, now)
    }).pipe(
      Effect.timeout(patience),
      Effect.catchCause((cause) => Effect.logWarning("What is kept of payloads could not be counted", cause)),
      Effect.cachedWithTTL(keptFresh)
    )

    const figures = Effect.gen(function* () {
      yield* measured(yield* owner.residentStats)
      yield* processMeasured
      yield* kept
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
