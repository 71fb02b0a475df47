/** Looking into a tenant over HTTP. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { Identity } from "../../../actors/memory/identity.ts"
import { statechartOf } from "../../../actors/views/statechart.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { isoInstant } from "../../../machines/field.ts"
import { ScheduleRuns } from "../../../persistence/registers/schedule-runs.ts"
import { served } from "../api/api.ts"
import { defaultLimit } from "../api/parameters.ts"

const json = HttpServerResponse.jsonUnsafe

export const inspectionHandlers = HttpApiBuilder.group(
  served,
  "inspection",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const scheduleRuns = yield* ScheduleRuns

    return handlers
      .handleRaw("participant", ({ params: { tenant, id } }) =>
        Effect.map(owner.view(tenant, "participant", id), (view) => json(view))
      )
      .handleRaw("actor", ({ params: { tenant, kind, id } }) =>
        Effect.map(owner.inspect(tenant, kind, id), (inspection) => json(inspection))
      )
      .handleRaw("statechart", ({ params: { tenant, kind } }) =>
        Effect.as(owner.gate(tenant), json(statechartOf(kind)))
      )
      .handleRaw(
        "schedule",
        Effect.fnUntraced(function* ({ params: { tenant }, query: { limit = defaultLimit } }) {
          const scheduler = yield* owner.view(tenant, "scheduler", new Identity(tenant).scheduler())
          const runs = yield* scheduleRuns.list(tenant, limit)
          return json({
            scheduler,
            runs: runs.map(({ task, due, started, took_ms, touched, error }) => ({
              task,
              due: isoInstant(due),
              started: isoInstant(started),
              took_ms,
              touched,
              error
            }))
          })
        })
      )
      .handleRaw(
        "runTask",
        Effect.fnUntraced(function* ({ params: { tenant, task } }) {
          const received = yield* Clock.currentTimeMillis
          const { outcome } = yield* owner.submit(tenant, { type: "task_requested", received, via: "api", task })
          return json({ outcome })
        })
      )
      .handleRaw("stats", ({ params: { tenant } }) => Effect.map(owner.stats(tenant), (stats) => json(stats)))
  })
)
