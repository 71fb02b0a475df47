/** Asks for the syncs of records that are due (CONTRACT §6): the longest waiting first, ten at most in a run. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { TenantContext } from "../../machines/tenant/context.ts"
import { SyncJobs } from "../../persistence/registers/sync-jobs.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { syncableAccounts } from "../views/syncs.ts"
import { tell } from "./tell.ts"

const perRun = 10
/** What was said while the last sync ran is fetched once more: known messages change nothing. Milliseconds. */
const margin = 60 * 60_000
const day = 24 * 3_600_000

export const processScheduledSyncs = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>
) {
  const jobs = yield* SyncJobs
  const tenant: TenantContext | undefined = runtime.population.get("tenant", runtime.tenant)?.context
  if (tenant === undefined || !tenant.is_active || (tenant.provider_api_key ?? null) === null) return 0
  const accounts = syncableAccounts(runtime)
  if (accounts.length === 0) return 0
  // The rows say who is due.
  yield* cut
  const received = yield* Clock.currentTimeMillis
  const due = yield* jobs.due(runtime.tenant, received, perRun)
  const begun = yield* Effect.forEach(due, ({ record_id, last_full_sync }) =>
    tell(runtime, {
      type: "sync_requested",
      job_id: runtime.identity.syncJob(`record:${record_id}:${received}`),
      record_id,
      account_id: null,
      job_type: last_full_sync === null ? "full_history" : "incremental",
      trigger_reason: "Scheduled periodic sync",
      triggered_by: null,
      is_manual: false,
      is_forced: false,
      accounts,
      since: last_full_sync === null ? received - tenant.sync_historical_days * day : last_full_sync - margin,
      received,
      via: "clock"
    })
  )
  return begun.filter(Boolean).length
})
