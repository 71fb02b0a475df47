/** Daily analytics over HTTP: a cut first, then stale days are calculated, then rows are read. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Option from "effect/Option"
import { refreshAnalytics } from "../../../actors/cut/analytics-upkeep.ts"
import { ActorUnknown } from "../../../actors/errors.ts"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { type AnalyticsFields, analyticsFields } from "../../../machines/analytics/fields.ts"
import { wireOf } from "../../../machines/field.ts"
import { Analytics } from "../../../persistence/figures/analytics.ts"
import { Creation, defaultSpan, longestSpan } from "../api/analytics.ts"
import { served } from "../api/api.ts"
import { bodyReader } from "../body.ts"
import { BodyInvalid, ParameterInvalid } from "../faults.ts"

const day = 24 * 3_600_000

const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
const startOf = (date: string): number => Date.parse(`${date}T00:00:00Z`)

const answer = (rows: ReadonlyArray<AnalyticsFields>) =>
  HttpServerResponse.jsonUnsafe({ items: rows.map((row) => wireOf(analyticsFields, row)) })

export const analyticsHandlers = HttpApiBuilder.group(
  served,
  "analytics",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const analytics = yield* Analytics
    const readCreation = bodyReader(Creation)

    const channelOf = Effect.fnUntraced(function* (tenant: string, name: string | undefined) {
      if (name === "*") return {}
      if (name === undefined) return { channel: null }
      const id = yield* analytics.channel(tenant, name)
      if (Option.isNone(id)) return yield* new ActorUnknown({ kind: "channel", id: name })
      return { channel: id.value }
    })

    return handlers
      .handleRaw(
        "get",
        Effect.fnUntraced(function* ({ params: { tenant }, query }) {
          const to = query.to ?? dayOf(yield* Clock.currentTimeMillis)
          const from = query.from ?? dayOf(startOf(to) - (defaultSpan - 1) * day)
          if (from > to) return yield* new ParameterInvalid({ field: "from", rule: "must not be after to" })
          if (startOf(to) - startOf(from) >= longestSpan * day)
            return yield* new ParameterInvalid({ field: "to", rule: `must be within ${longestSpan} days of from` })
          yield* owner.flush(tenant)
          const channel = yield* channelOf(tenant, query.channel)
          yield* refreshAnalytics(tenant)
          return answer(yield* analytics.list(tenant, { from, to, ...channel }))
        })
      )
      .handleRaw(
        "create",
        Effect.fnUntraced(function* ({ params: { tenant }, request }) {
          const { date } = yield* readCreation(request)
          const now = yield* Clock.currentTimeMillis
          if (date > dayOf(now)) return yield* new BodyInvalid({ field: "date", rule: "must not be in the future" })
          yield* owner.flush(tenant)
          yield* analytics.create(tenant, date, now)
          return answer(yield* analytics.list(tenant, { from: date, to: date }))
        })
      )
  })
)
