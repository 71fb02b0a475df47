/** What the syncs' worker asks of a tenant: which accounts can be asked for history, and which jobs are open. Pure reading. */
import type { SyncAccount } from "../../machines/events.ts"
import { isProvider } from "../../machines/provider-defaults.ts"
import type { SyncJobContext } from "../../machines/sync-job/context.ts"
import { isOpen } from "../../machines/sync-job/machine.ts"
import type { TenantContext } from "../../machines/tenant/context.ts"
import type { Memory } from "../memory/memory.ts"

/** Accounts that run and have messages, by the instant of their registration. */
export const syncableAccounts = ({ population }: Pick<Memory, "population">): ReadonlyArray<SyncAccount> =>
  population
    .ofKind("connection")
    .map(({ context }) => context)
    .filter(({ account_status, is_active, channel_type }) =>
      Boolean(account_status === "active" && is_active && isProvider(channel_type))
    )
    .toSorted((a, b) => (a.created_at ?? 0) - (b.created_at ?? 0) || (a.id < b.id ? -1 : 1))
    .map(({ id, account_id, channel_type }) => ({ connection_id: id, account_id, channel_type }))

/** Jobs that a worker has to do with, the oldest first. */
export const openSyncJobs = ({ population }: Pick<Memory, "population">): ReadonlyArray<SyncJobContext> =>
  population
    .ofKind("sync_job")
    .map(({ context }) => context)
    .filter(isOpen)
    .toSorted((a, b) => (a.created_at ?? 0) - (b.created_at ?? 0) || (a.id < b.id ? -1 : 1))

/** Where and how the provider is asked; the key is sealed. Null: the tenant has set none. */
export interface ProviderAccess {
  readonly base_url: string
  readonly api_key: string
  readonly max_api_calls_per_hour: number
  readonly provider_preferences: TenantContext["provider_preferences"]
}

export const providerAccessOf = (tenant: TenantContext | undefined): ProviderAccess | null => {
  // The context of an earlier version has neither.
  const { provider_base_url = null, provider_api_key = null } = tenant ?? {}
  if (tenant === undefined || provider_base_url === null || provider_api_key === null) return null
  const { max_api_calls_per_hour, provider_preferences } = tenant
  return { base_url: provider_base_url, api_key: provider_api_key, max_api_calls_per_hour, provider_preferences }
}
