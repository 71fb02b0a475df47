/** Syncs in a turn: an account's missing history becomes a job where the tenant wants that, and who is concerned hears of its end. */
import { own } from "../../machines/own.ts"
import type { SyncRequested } from "../../machines/events.ts"
import type { SyncEnded, SyncOpened, SyncWanted } from "../../machines/told.ts"
import type { TenantContext } from "../../machines/tenant/context.ts"
import { contextOf } from "../memory/living.ts"
import type { Living } from "../memory/living.ts"
import type { Reach } from "./reach.ts"

const day = 24 * 3_600_000

/** Whether the tenant wants history of this account by itself; a new one's (`isNew`) goes by another setting than a gap. */
const isWanted = (tenant: TenantContext, channel_type: string, isNew: boolean): boolean => {
  const preferences = own(tenant.provider_preferences, channel_type)
  return (
    tenant.is_active &&
    (tenant.provider_api_key ?? null) !== null &&
    preferences?.["auto_sync_enabled"] !== false &&
    (isNew ? tenant.sync_historical_days > 0 : tenant.enable_real_time_sync)
  )
}

/** What is not wanted stays a gap, and is asked for again when the provider's key is set. */
export const syncWanted = (reach: Reach, from: Living, { account_id, since, received }: SyncWanted): void => {
  const tenant = reach.tenantContext
  const { channel_type, id } = contextOf(from, "connection")
  const isNew = since === null
  if (tenant === undefined || !isWanted(tenant, channel_type, isNew)) return
  const requested: SyncRequested = {
    type: "sync_requested",
    job_id: reach.identity.syncJob(`account:${account_id}:${received}`),
    record_id: null,
    account_id,
    job_type: isNew ? "full_history" : "auto_trigger",
    trigger_reason: isNew ? "Account registered" : "Account reconnected",
    triggered_by: null,
    is_manual: false,
    is_forced: false,
    accounts: [{ account_id, connection_id: id, channel_type }],
    since: since ?? received - tenant.sync_historical_days * day,
    received,
    via: "clock"
  }
  reach.deliver(from, requested)
}

export const syncOpened = (reach: Reach, told: SyncOpened): void => {
  const { job_id } = told
  // Another request of the same id would be the same one: its answer is kept under its Idempotency-Key.
  reach.send({ kind: "sync_job", id: job_id, input: { ...told, id: job_id } }, told)
}

/** The record or the account that it was about hears of it; and every account that it went through, that it runs. */
export const syncEnded = (reach: Reach, told: SyncEnded): void => {
  const { record_id, account_id, received: at, received } = told
  if (record_id !== null) reach.send({ kind: "record", id: reach.identity.record(record_id) }, told)
  if (account_id !== null) reach.send({ kind: "connection", id: reach.identity.connection(account_id) }, told)
  for (const leg of told.legs) {
    const isOwnFailure = told.status === "failed" && told.blames_account && told.account_id === leg.account_id
    if (leg.state !== "done" && !isOwnFailure) continue
    const error = leg.state === "done" ? null : told.error
    const synced = { type: "connection_synced", account_id: leg.account_id, at, error, received, via: "clock" } as const
    reach.send({ kind: "connection", id: leg.connection_id }, synced)
  }
}
