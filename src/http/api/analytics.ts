/** Daily analytics (CONTRACT 2.8). */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "../access.ts"
import { Id, inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { AnalyticsWire } from "./wire.ts"

const path = "/v1/tenants/:tenant/analytics"

const isDay = (text: string): boolean => {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN
  return !Number.isNaN(at) && text >= "0001-01-01" && new Date(at).toISOString().startsWith(text)
}
/** A UTC calendar day. */
export const Day = Schema.String.check(
  Schema.makeFilter((text: string) => (isDay(text) ? undefined : "must be a calendar day, YYYY-MM-DD"))
).annotate({ format: "date" })

/** Days that one answer may span. */
export const longestSpan = 366
/** Days that are answered when the request does not say. */
export const defaultSpan = 30

export const Creation = Schema.Struct({ date: Day })

const success = Schema.Struct({ items: Schema.Array(AnalyticsWire) })

const get = HttpApiEndpoint.get("get", path, {
  params: inTenant,
  query: {
    from: Schema.optionalKey(Day).annotate({ description: `First day; ${defaultSpan} days up to \`to\` if absent` }),
    to: Schema.optionalKey(Day).annotate({ description: `Last day, today if absent; at most ${longestSpan} days` }),
    channel: Schema.optionalKey(Id).annotate({
      description:
        "Our id of a channel or its account id; * for the tenant and every channel; the tenant alone if absent"
    })
  },
  success,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Figures by day",
    description:
      "As of now: today's row is live, and an earlier day that a late message changed is corrected before the answer. Days by event time, UTC. A day of which nothing is known has no row. Sets nothing."
  })
)

const create = HttpApiEndpoint.post("create", path, {
  params: inTenant,
  payload: Creation,
  success,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Calculate a day",
    description:
      "create_daily_analytics: sets messages_sent, messages_received, active_channels, response_rate, engagement_score and metadata of the day, for the tenant and every channel that was active by then, and answers with the rows. Figures are a function of the messages, so a repeat gives the same ones."
  })
)

export const analytics = HttpApiGroup.make("analytics")
  .add(get, create)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "What was sent, received and answered, by day." }))
