/** What of a page could not be read: counted with the job, and named in the log (I9). */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { identity } from "../providers/text.ts"
import type { Given } from "./give.ts"

const fetched = Metric.counter("switchboard_sync_objects_total", {
  description: "Messages and mails fetched from providers, by result: news, known, unreadable",
  incremental: true
})

/** Objects of one page that are named in the log. */
const named = 5

/** How many of the page's objects could not be read. */
export const concluded = Effect.fnUntraced(function* (
  tenant: string,
  account_id: string,
  items: ReadonlyArray<Readonly<Record<string, unknown>>>,
  given: ReadonlyArray<Given>
) {
  const odd = given.flatMap(({ problem }, n) => (problem === null ? [] : [`${identity(items[n]!["id"])}: ${problem}`]))
  const news = given.filter(({ isNews, problem }) => isNews && problem === null).length
  yield* Metric.update(Metric.withAttributes(fetched, { result: "news" }), news)
  yield* Metric.update(Metric.withAttributes(fetched, { result: "known" }), given.length - news - odd.length)
  yield* Metric.update(Metric.withAttributes(fetched, { result: "unreadable" }), odd.length)
  if (odd.length > 0)
    yield* Effect.logWarning(
      `Tenant ${tenant}, account ${account_id}: ${odd.length} fetched objects cannot be read: ${odd.slice(0, named).join("; ")}`
    )
  return odd.length
})
