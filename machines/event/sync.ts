/** What happens to the syncs of history: they are asked for, a worker runs them, they end (CONTRACT 2.11). */
import type { Base } from "./base.ts"
import type { ChannelType, SyncJobType } from "../vocabulary.ts"

/** One account that a job goes through. */
export interface SyncAccount {
  readonly account_id: string
  readonly connection_id: string
  readonly channel_type: ChannelType
}

/**
 * A sync of a record or of an account is asked for; exactly one of `record_id` and `account_id` is there. Whether there is one is the
 * record's or the connection's to decide (../sync-desk.ts).
 */
export interface SyncRequested extends Base {
  readonly type: "sync_requested"
  /** Our id of the job that it becomes. */
  readonly job_id: string
  readonly record_id: string | null
  readonly account_id: string | null
  readonly job_type: SyncJobType
  readonly trigger_reason: string
  /** The CRM user who asked; null: nobody did. */
  readonly triggered_by: string | null
  /** A person asked: the pause between two such requests counts. Else the shorter one between automatic ones. */
  readonly is_manual: boolean
  /** The pause does not count; that none runs does. */
  readonly is_forced: boolean
  /** The accounts that are gone through, in order. */
  readonly accounts: ReadonlyArray<SyncAccount>
  /** What happened before is not fetched, epoch milliseconds; null: everything is. */
  readonly since: number | null
}

interface SyncJobEvent extends Base {
  readonly job_id: string
}

/** A worker takes the job, or takes it over after a lease that ran out. */
export interface SyncJobClaimed extends SyncJobEvent {
  readonly type: "sync_job_claimed"
  /** Of this one run of the worker: what another run says later is refused. */
  readonly worker: string
  readonly lease_until: number
}

/** How far a worker has come with one account: totals, not increments, so that a repeat changes nothing. */
export interface SyncLeg {
  readonly account_id: string
  readonly state: "running" | "done" | "failed"
  /** Where the worker goes on; its own business. Null: at the beginning. */
  readonly cursor: Readonly<Record<string, unknown>> | null
  readonly messages_found: number
  readonly conversations_found: number
  /** Objects of the provider that could not be read; they are named in the log. */
  readonly unreadable: number
  readonly error: string | null
}

/** The worker has come further, or is alive. Everything up to the cursor is durable. */
export interface SyncJobProgressed extends SyncJobEvent {
  readonly type: "sync_job_progressed"
  readonly worker: string
  readonly lease_until: number
  /** Absent: the worker only says that it is alive. */
  readonly leg?: SyncLeg
  readonly current_step?: string
}

/** The worker has come to the end. */
export interface SyncJobEnded extends SyncJobEvent {
  readonly type: "sync_job_ended"
  readonly worker: string
  readonly status: "completed" | "failed"
  readonly error_message: string
  readonly error_details: Readonly<Record<string, unknown>>
  /** The failure is the account's own (it is signed out, say), not ours and not the provider's as a whole. */
  readonly blames_account: boolean
}

export interface SyncJobCancelled extends SyncJobEvent {
  readonly type: "sync_job_cancelled"
}

/** set_sync_job_trigger: null leaves as it is. */
export interface SyncJobTriggerSet extends SyncJobEvent {
  readonly type: "sync_job_trigger_set"
  readonly triggered_by: string | null
  readonly trigger_reason: string | null
}

/** update_sync_job_progress: what the CRM says of the job; what is absent is not said. */
export interface SyncJobUpdated extends SyncJobEvent {
  readonly type: "sync_job_updated"
  readonly changes: {
    readonly progress_percentage?: number
    readonly current_step?: string
    readonly accounts_synced?: number
    readonly messages_found?: number
    readonly conversations_found?: number
    readonly new_links_created?: number
  }
}
