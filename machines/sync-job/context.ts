/** What a sync job's actor holds: the contract's fields, and how far the worker has come with each account. */
import type { SyncAccount, SyncLeg } from "../events.ts"
import { initialOf } from "../field.ts"
import type { SyncOpened } from "../told.ts"
import type { SyncJobFields } from "./fields.ts"
import { syncJobFields } from "./fields.ts"

export interface SyncJobFacts {
  readonly accounts: ReadonlyArray<SyncAccount>
  /** What happened before is not fetched, epoch milliseconds; null: everything is. */
  readonly since: number | null
  /** How far each account is, by its account_id. */
  readonly legs: Readonly<Record<string, SyncLeg>>
  /** The run of the worker that holds the lease, or held it last. */
  readonly worker: string | null
}

export interface SyncJobContext extends SyncJobFields {
  readonly id: string
  readonly facts: SyncJobFacts
}

/** What makes one; of an actor that is built again from its row only the fields are known. */
export type SyncJobInput = Partial<SyncOpened> & { readonly id: string; readonly received: number }

export const freshSyncJob = (input: SyncJobInput): SyncJobContext => ({
  ...initialOf(syncJobFields),
  id: input.id,
  record_id: input.record_id ?? null,
  profile_id: input.profile_id ?? null,
  account_id: input.account_id ?? null,
  job_type: input.job_type ?? "incremental",
  trigger_reason: input.trigger_reason ?? "",
  triggered_by: input.triggered_by ?? null,
  total_accounts_to_sync: input.accounts?.length ?? 0,
  created_at: input.received,
  updated_at: input.received,
  facts: { accounts: input.accounts ?? [], since: input.since ?? null, legs: {}, worker: null }
})
