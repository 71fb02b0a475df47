/** The figures of one tenant: for the topic `ops`, `GET …/stats` and the metrics. One pass over the actors in memory. */
import { derivedOf } from "../../machines/connection/derived.ts"
import type { ActorKind } from "../../machines/events.ts"
import { isoInstant, toWire } from "../../machines/field.ts"
import { schedulerFields } from "../../machines/scheduler/fields.ts"
import type { Hub } from "../feed/hub.ts"
import type { AnyLiving, Living } from "../memory/living.ts"
import type { Memory } from "../memory/memory.ts"
import type { Figures } from "./figures.ts"
import type { Inbox } from "./inbox.ts"
import type { TenantStats } from "./tenant-stats.ts"
import { presentView } from "./entities.ts"

/** How many of the hottest actors are named. */
const hottestCount = 10
/** Most conversations whose presence is listed (I8). */
const presentLimit = 64
/** Kinds left out of `hottest`: nearly every event changes them. */
const always: ReadonlySet<string> = new Set(["tenant", "scheduler"])

/** What the figures are read from. */
export interface Measured extends Memory {
  readonly figures: Figures
  readonly hub: Hub
  readonly inbox: Inbox
  /** Events that were admitted and not answered yet. */
  readonly admitted: number
  readonly limits: { readonly mailbox: number; readonly backlog?: { readonly share: number } }
  /** The newest journal entry, the newest that is durable, and the one that the last cut holds. */
  readonly seq: number
  readonly durableSeq: number
  readonly checkpointSeq: number
  readonly uncut: number
  readonly mostUncut: number
  readonly uncutWeight: number
  readonly settled: { readonly weight: number }
}

/** The figures at this moment. */
export const statsOf = (runtime: Measured): TenantStats => {
  const { figures, population, hub, inbox } = runtime
  const now = performance.now()
  const { residents, dirty, present, hottest } = counted(population.all(), now)
  const { applied_per_s, duplicates_per_s, acknowledged_ms, lag_s } = figures.lately(now)
  const tenant = population.get("tenant", runtime.tenant)?.context
  const { conversations, archived, spam, deleted, snoozed } = inbox.totals
  const known = conversations + archived + spam + deleted + snoozed
  return {
    tenant: runtime.tenant,
    mailbox: runtime.admitted,
    mailbox_limit: runtime.limits.mailbox,
    seq: runtime.seq,
    durable_seq: runtime.durableSeq,
    checkpoint_seq: runtime.checkpointSeq,
    snapshot_lag: runtime.uncut,
    snapshot_lag_s: lag_s,
    snapshot_lag_limit: runtime.mostUncut,
    snapshot_lag_weight: runtime.uncutWeight,
    snapshot_lag_share: runtime.limits.backlog?.share ?? 0,
    looking_up: figures.errands(),
    residents,
    residents_weight: population.weight,
    settled_weight: runtime.settled.weight,
    sleeping: { conversation: Math.max(0, known - residents.conversation) },
    dirty,
    events_applied: figures.applied,
    events_duplicate: figures.duplicates,
    events_applied_per_s: applied_per_s,
    events_duplicate_per_s: duplicates_per_s,
    acknowledged_ms,
    cuts: figures.cuts,
    last_cut_ms: figures.lastCutMs,
    feed_topics: hub.topics,
    feed_subscribers: hub.subscribers,
    feed_patches: hub.patches,
    feed_weight: hub.weight,
    last_webhook_received: isoInstant(tenant?.last_webhook_received ?? null),
    webhook_failures: tenant?.webhook_failures ?? 0,
    connections: healthOf(population.ofKind("connection")),
    schedule: scheduleOf(population.ofKind("scheduler")),
    present,
    hottest
  }
}

/** Counts residents by kind and dirty ones; lists presence, and the actors that changed most in the last minute. */
const counted = (all: Iterable<AnyLiving>, now: number) => {
  const residents = {
    tenant: 0,
    connection: 0,
    channel: 0,
    conversation: 0,
    participant: 0,
    scheduler: 0,
    record: 0,
    sync_job: 0
  }
  let dirty = 0
  const present: Record<string, { readonly typists: ReadonlyArray<string>; readonly viewers: ReadonlyArray<string> }> =
    {}
  let occupied = 0
  const hottest: Array<{ readonly kind: ActorKind; readonly id: string; readonly events: number }> = []
  for (const living of all) {
    const { id, kept, heat } = living
    if (living.kind === "presence") {
      if (++occupied > presentLimit) continue
      const { typists, viewers } = presentView(living.context)
      present[id] = { typists: typists.map(nameOf), viewers: viewers.map(nameOf) }
      continue
    }
    const { kind } = living
    residents[kind]++
    if (kept !== "yes") dirty++
    const events = always.has(kind) ? 0 : Math.round(heat.sum(now))
    if (events === 0 || (hottest.length === hottestCount && events <= hottest.at(-1)!.events)) continue
    hottest.push({ kind, id, events })
    hottest.sort((a, b) => b.events - a.events)
    hottest.length = Math.min(hottest.length, hottestCount)
  }
  return { residents, dirty, present, hottest }
}

const nameOf = ({ name }: { readonly name: string }) => name

const healthOf = (connections: ReadonlyArray<Living<"connection">>): TenantStats["connections"] => {
  const account_status: Record<string, number> = {}
  const needs_action: Record<string, number> = {}
  for (const { context } of connections) {
    const action = derivedOf(context, 0).needs_action
    account_status[context.account_status] = (account_status[context.account_status] ?? 0) + 1
    if (action !== null) needs_action[action] = (needs_action[action] ?? 0) + 1
  }
  return { total: connections.length, account_status, needs_action }
}

const scheduleOf = ([scheduler]: ReadonlyArray<Living<"scheduler">>): TenantStats["schedule"] =>
  scheduler === undefined
    ? {}
    : (toWire(schedulerFields.tasks, scheduler.context.tasks) as unknown as TenantStats["schedule"])
