/** Health and figures over HTTP. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as PrometheusMetrics from "effect/observability/PrometheusMetrics"
import { GroupCommit } from "../../../actors/journal/group-commit.ts"
import { cachedFor } from "../../../actors/owner/cached-for.ts"
import { promptly } from "../../../actors/owner/patience.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { Journal } from "../../../persistence/journal/journal.ts"
import { describe, inOurWords } from "../../../persistence/database/sql-state.ts"
import { FieldPopulation } from "../../../persistence/figures/field-population.ts"
import { Quarantine } from "../../../persistence/kept/quarantine.ts"
import { Waiting } from "../../../persistence/kept/waiting.ts"
import { served } from "../api/api.ts"
import { RawBodies } from "../../webhooks/raw-bodies.ts"
import { bodiesMeasured, fieldsMeasured, keptMeasured, measured } from "../metrics.ts"
import { processMeasured } from "../process-metrics.ts"
import { JournalStuck } from "../faults.ts"
import { refuse } from "../refuse.ts"

const fine = HttpServerResponse.jsonUnsafe({ status: "ok" })
/** Longer than this and a load balancer should look elsewhere. */
const patience = "2 seconds"
/** What is kept of payloads is counted in the database; scrapers that ask more often get the same figures. */
const keptFresh = 10_000
/** Between two looks at the database, however many ask whether it is there. */
const lookFresh = 250
const stuck = (why: string) => new JournalStuck({ why })

export const healthHandlers = HttpApiBuilder.group(
  served,
  "health",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const population = yield* FieldPopulation
    const quarantine = yield* Quarantine
    const waiting = yield* Waiting
    const journal = yield* Journal
    const commits = yield* GroupCommit
    const bodies = yield* RawBodies

    // What was last tried tells most; a look at the database tells of it when nothing has been tried for long. Strangers may ask
    // as often as they like: one look serves all who ask meanwhile, and it never stands before the journal more than once.
    const ready = yield* Effect.gen(function* () {
      const since = yield* commits.stuckSince
      if (since !== null) {
        const seconds = Math.round(((yield* Clock.currentTimeMillis) - since) / 1000)
        return yield* stuck(`the journal has not been written for ${seconds} s`)
      }
      if (!(yield* journal.isWritable)) return yield* stuck("the database is read-only")
    }).pipe(
      promptly,
      Effect.timeoutOrElse({ duration: patience, orElse: () => Effect.fail(stuck("the database does not answer")) }),
      Effect.catchTag("SqlError", (error) =>
        Effect.andThen(Effect.logWarning(`Not ready: ${describe(error)}`), Effect.fail(stuck(inOurWords(error))))
      ),
      Effect.matchCauseEffect({ onSuccess: () => Effect.succeed(fine), onFailure: refuse }),
      (look) => cachedFor(look, lookFresh)
    )

    // While the database is away these stay as they were; the others, which need none, are still told.
    const kept = yield* Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      yield* keptMeasured("quarantine", yield* quarantine.held, now)
      yield* keptMeasured("waiting", yield* waiting.held, now)
    }).pipe(
      Effect.timeout(patience),
      Effect.catchCause((cause) => Effect.logWarning("What is kept of payloads could not be counted", cause)),
      (look) => cachedFor(look, keptFresh)
    )

    const figures = Effect.gen(function* () {
      yield* measured(yield* owner.residentStats)
      yield* processMeasured
      yield* bodiesMeasured(yield* bodies.held)
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
