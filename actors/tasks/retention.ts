/**
 * Deletes what has been kept long enough (CONTRACT §6 retention): journal behind the cut, quarantine, waiting payloads, task
 * runs, sync jobs, announcements, answers to Idempotency-Keys, audit. A payload that nobody replayed or waited for in vain is lost then: that is counted and logged, never silent (I9).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import { Audit } from "../../persistence/registers/audit.ts"
import { Journal } from "../../persistence/journal/journal.ts"
import { KeptAnswers } from "../../persistence/kept/kept-answers.ts"
import { Outgoing } from "../../persistence/registers/outgoing.ts"
import { Quarantine } from "../../persistence/kept/quarantine.ts"
import { ProviderCalls } from "../../persistence/registers/provider-calls.ts"
import { ScheduleRuns } from "../../persistence/registers/schedule-runs.ts"
import { SyncJobs } from "../../persistence/registers/sync-jobs.ts"
import { Waiting } from "../../persistence/kept/waiting.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

const day = 24 * 3_600_000
const kept = {
  journal: 7 * day,
  quarantine: 30 * day,
  waiting: 30 * day,
  runs: 30 * day,
  outgoing: 30 * day,
  syncJobs: 30 * day,
  audit: 400 * day
}

const quarantineExpired = Metric.counter("switchboard_quarantine_expired_total", {
  description: "Payloads deleted from quarantine after 30 days; replayed=no: they were lost",
  incremental: true
})
const waitingExpired = Metric.counter("switchboard_waiting_expired_total", {
  description: "Payloads deleted after they had waited 30 days for the registration of their account: they were lost",
  incremental: true
})

const outgoingExpired = Metric.counter("switchboard_outgoing_expired_total", {
  description: "Announcements deleted after 30 days in which no CRM took them: they were lost",
  incremental: true
})

export const retention = Effect.fnUntraced(function* (runtime: TenantRuntime) {
  const journal = yield* Journal
  const runs = yield* ScheduleRuns
  const audit = yield* Audit
  const answers = yield* KeptAnswers
  const jobs = yield* SyncJobs
  const calls = yield* ProviderCalls
  const now = yield* Clock.currentTimeMillis
  const trimmed = yield* journal.trim(runtime.tenant, now - kept.journal)
  const payloads = yield* expirePayloads(runtime.tenant, now)
  const announced = yield* expireAnnouncements(runtime.tenant, now)
  const audited = yield* audit.expire(runtime.tenant, now - kept.audit)
  const answered = yield* answers.prune(runtime.tenant, now)
  const synced = yield* jobs.expire(runtime.tenant, now - kept.syncJobs)
  const called = yield* calls.expire(runtime.tenant, now)
  const ran = yield* runs.expire(runtime.tenant, now - kept.runs)
  return trimmed + payloads + announced + audited + answered + synced + called + ran
})

/**
 * Announcements that were not delivered for so long are useless to the CRM; their deletion is counted and logged (I9).
 */
const expireAnnouncements = Effect.fnUntraced(function* (tenant: string, now: number) {
  const outgoing = yield* Outgoing
  const { gone, untaken } = yield* outgoing.expire(tenant, now - kept.outgoing, now)
  yield* Metric.update(outgoingExpired, untaken)
  if (untaken > 0)
    yield* Effect.logWarning(`Tenant ${tenant}: ${untaken} announcements were not taken for 30 days and are gone`)
  return gone
})

/** Answers how many were deleted. The counters show 0 too, once this has run. */
const expirePayloads = Effect.fnUntraced(function* (tenant: string, now: number) {
  const quarantine = yield* Quarantine
  const waiting = yield* Waiting
  const { replayed, unreplayed } = yield* quarantine.expire(tenant, now - kept.quarantine, now)
  const waited = yield* waiting.expire(tenant, now - kept.waiting, now)
  yield* Metric.update(Metric.withAttributes(quarantineExpired, { replayed: "yes" }), replayed)
  yield* Metric.update(Metric.withAttributes(quarantineExpired, { replayed: "no" }), unreplayed)
  yield* Metric.update(waitingExpired, waited)
  if (unreplayed > 0)
    yield* Effect.logWarning(`Tenant ${tenant}: ${unreplayed} payloads left quarantine after 30 days without a replay`)
  if (waited > 0)
    yield* Effect.logWarning(`Tenant ${tenant}: ${waited} payloads waited 30 days for accounts that nobody registered`)
  return replayed + unreplayed + waited
})
