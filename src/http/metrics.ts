/**
 * The figures of this process for Prometheus. Counters move where things happen; gauges are taken when somebody asks. Tenants
 * are summed up: names do not belong into a metric, and their number has no bound.
 */
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { memoryShares } from "../../actors/memory/memory-shares.ts"
import type { TenantStats } from "../../actors/views/tenant-stats.ts"
import type { Held } from "../../persistence/kept/room.ts"
import type { FieldFigure } from "../../persistence/figures/field-population.ts"

/** Counts one; `now` does it at once, without a fiber. */
interface Count {
  (value: string): Effect.Effect<void>
  now(value: string, context: Context.Context<never>): void
}

/** One counter per value of a label, made once. The values come from closed sets, so this is bounded. */
const countedBy = (name: string, label: string, description: string): Count => {
  const known = new Map<string, Metric.Counter<number>>()
  const counterOf = (value: string): Metric.Counter<number> => {
    let counter = known.get(value)
    if (counter === undefined) {
      counter = Metric.counter(name, { description, incremental: true, attributes: { [label]: value } })
      known.set(value, counter)
    }
    return counter
  }
  return Object.assign((value: string) => Metric.update(counterOf(value), 1), {
    now: (value: string, context: Context.Context<never>) => counterOf(value).updateUnsafe(1, context)
  })
}

/** An answer left, with this status. */
export const answered = countedBy("switchboard_http_responses_total", "status", "HTTP answers by status")
/** A webhook ended: applied, duplicate, quarantined, waiting; refused for good: too_large, not_json, too_deep. */
export const webhookEnded = countedBy("switchboard_webhooks_total", "outcome", "Authentic webhooks by outcome")
/** A request was not authenticated: `key` or `webhook`. */
export const refusedAuth = countedBy(
  "switchboard_auth_refused_total",
  "by",
  "Requests with wrong or missing credentials"
)

const gauge = (name: string, description: string) => Metric.gauge(`switchboard_${name}`, { description })

const gauges: Readonly<Record<string, readonly [Metric.Gauge<number>, (all: ReadonlyArray<TenantStats>) => number]>> = {
  tenants: [gauge("tenants_resident", "Tenants in memory"), (all) => all.length],
  waiting: [gauge("mailbox_events", "Events admitted and not yet durable"), (all) => sum(all, (one) => one.mailbox)],
  fullest: [
    gauge("mailbox_fill_ratio", "Fill of the fullest mailbox, 0 to 1"),
    (all) => Math.max(0, ...all.map((one) => one.mailbox / one.mailbox_limit))
  ],
  behind: [
    gauge("journal_behind_cut", "Journaled events that no cut holds yet"),
    (all) => sum(all, (one) => one.durable_seq - one.checkpoint_seq)
  ],
  uncut: [
    gauge("uncut_fill_ratio", "Events that no cut holds, of the most allowed, in the tenant that has most, 0 to 1"),
    (all) => Math.max(0, ...all.map((one) => one.snapshot_lag / one.snapshot_lag_limit))
  ],
  backlog: [
    gauge("uncut_characters", "What the events weigh that no cut holds, in characters, over all tenants"),
    (all) => sum(all, (one) => one.snapshot_lag_weight)
  ],
  residents: [
    gauge("actors_resident_bytes", "What actors that may sleep take of the heap, as it is estimated"),
    (all) => sum(all, (one) => one.residents_weight)
  ],
  settled: [
    gauge("settled_bytes", "What connections, channels and records take of the heap, as it is estimated"),
    (all) => sum(all, (one) => one.settled_weight)
  ],
  feed: [
    gauge("feed_bytes", "What feed topics and their patches take of the heap, as it is estimated"),
    (all) => sum(all, (one) => one.feed_weight)
  ],
  share: [
    gauge("uncut_share_ratio", "What a tenant's uncut events weigh, of what it may have, in the fullest, 0 to 1"),
    (all) =>
      Math.max(0, ...all.map((one) => Math.min(1, one.snapshot_lag_weight / Math.max(1, one.snapshot_lag_share))))
  ],
  errands: [
    gauge("events_looking_up", "Events that wait for a sleeping actor or for a look-up in the rows"),
    (all) => sum(all, (one) => one.looking_up)
  ],
  dirty: [gauge("actors_dirty", "Actors changed since their last cut"), (all) => sum(all, (one) => one.dirty)],
  applied: [
    gauge("events_applied", "Events applied by the tenants in memory"),
    (all) => sum(all, (one) => one.events_applied)
  ],
  duplicates: [
    gauge("events_duplicate", "Repeats seen by the tenants in memory"),
    (all) => sum(all, (one) => one.events_duplicate)
  ],
  cut: [
    gauge("last_cut_ms", "Slowest last cut, milliseconds"),
    (all) => Math.max(0, ...all.map((one) => one.last_cut_ms))
  ],
  topics: [gauge("feed_topics", "Feed topics that somebody follows"), (all) => sum(all, (one) => one.feed_topics)],
  subscribers: [gauge("feed_subscribers", "Feed subscriptions"), (all) => sum(all, (one) => one.feed_subscribers)]
}

const heldBodies = gauge("webhook_body_bytes", "Raw bodies of webhooks that are held until their answers leave")

/** Sets the gauge of what is held of raw bodies. */
export const bodiesMeasured = (bytes: number): Effect.Effect<void> => Metric.update(heldBodies, bytes)

const residents = gauge("actors_resident", "Actors in memory by kind")

/** What the figures in bytes are held against, on this machine. */
const limits = gauge("memory_limit_bytes", "What each part of memory may take of the heap")
const limitsMeasured = Effect.forEach(
  Object.entries(memoryShares()),
  ([part, bytes]) => Metric.update(Metric.withAttributes(limits, { part }), bytes),
  { discard: true }
)

const sum = (all: ReadonlyArray<TenantStats>, of: (one: TenantStats) => number) =>
  all.reduce((total, one) => total + of(one), 0)

/** Sets the gauges from the tenants that are in memory. */
export const measured = Effect.fnUntraced(function* (all: ReadonlyArray<TenantStats>) {
  for (const [metric, read] of Object.values(gauges)) yield* Metric.update(metric, read(all))
  yield* limitsMeasured
  const kinds = new Set(all.flatMap((one) => Object.keys(one.residents)))
  for (const kind of kinds) {
    const count = sum(all, (one) => one.residents[kind as keyof typeof one.residents])
    yield* Metric.update(Metric.withAttributes(residents, { kind }), count)
  }
})

const fieldRatio = gauge(
  "field_population_ratio",
  "Share of entities that have the field, 0 to 1, at the last hourly count"
)

/** Sets the field gauges from the newest count of each tenant; a kind of which there is none has no figure. */
export const fieldsMeasured = Effect.fnUntraced(function* (figures: ReadonlyArray<FieldFigure>) {
  const byField = Map.groupBy(figures, ({ entity, field }) => `${entity}.${field}`)
  for (const all of byField.values()) {
    const { entity, field } = all[0]!
    const entities = all.reduce((total, one) => total + one.entities, 0)
    const populated = all.reduce((total, one) => total + one.populated, 0)
    if (entities > 0) yield* Metric.update(Metric.withAttributes(fieldRatio, { entity, field }), populated / entities)
  }
})

const keptGauges = (room: string, what: string) => ({
  payloads: gauge(`${room}_payloads`, what),
  bytes: gauge(`${room}_bytes`, `Their bytes`),
  oldest: gauge(`${room}_oldest_age_seconds`, `Age of the oldest of them; 0 when there is none`)
})
const rooms = {
  quarantine: keptGauges("quarantine", "Payloads in quarantine that were not replayed"),
  waiting: keptGauges("waiting", "Payloads that wait for the registration of their account")
}

/** Sets the gauges of what is kept of payloads. `now` is epoch milliseconds. */
export const keptMeasured = Effect.fnUntraced(function* (room: keyof typeof rooms, held: Held, now: number) {
  const { payloads, bytes, oldest } = rooms[room]
  yield* Metric.update(payloads, held.payloads)
  yield* Metric.update(bytes, held.bytes)
  yield* Metric.update(oldest, held.oldest === null ? 0 : Math.max(0, (now - held.oldest) / 1000))
})
