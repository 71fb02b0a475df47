/** The fields of a sync job (CONTRACT 2.11): one run over the history of a record or of an account. */
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"
import { SyncJobStatus, SyncJobType } from "../vocabulary.ts"

const asked = "POST …/sync, scheduled sync, reconnected account"
const worker = "the sync's worker"

export const syncJobFields = {
  record_id: F.optionalText("The CRM record whose communication is synced; null: an account is", asked),
  profile_id: F.optionalId("The record's profile", asked),
  account_id: F.optionalText("The provider's account that is synced; null: a record is, over all accounts", asked),
  job_type: F.oneOf(SyncJobType, "incremental")("How far it goes and what made it", asked),
  status: F.oneOf(SyncJobStatus, "pending")("Where the job stands", `${worker}; cancel`),
  progress_percentage: F.count("0 to 100: the share of accounts and chats gone through", worker),
  current_step: F.text("What the worker is about", worker),
  total_accounts_to_sync: F.count("Accounts that the job goes through", asked),
  accounts_synced: F.count("Accounts gone through to their end", worker),
  messages_found: F.count("Messages and mails that the provider showed, known ones included", worker),
  conversations_found: F.count("Chats and threads of mails that were gone through", worker),
  new_links_created: F.count(
    "Links of the record that are there since the job began",
    "links; update_sync_job_progress"
  ),
  error_message: F.text("Why it failed, at most 1000 characters", worker),
  error_details: F.map("The failure's kind, and what failed account by account", worker),
  started_at: F.instant("When a worker first took it", worker),
  completed_at: F.instant("When it came to its end, whichever", `${worker}; cancel`),
  lease_until: F.instant("Until when its worker must say that it is alive; null: nobody has it", worker),
  times_resumed: F.count("How often another worker took it over", worker),
  triggered_by: F.optionalText("The CRM user who asked for it; null: nobody did", `${asked}; set_sync_job_trigger`),
  trigger_reason: F.required(F.text("Why it was made, at most 255 characters", `${asked}; set_sync_job_trigger`)),
  created_at: F.required(F.instant("When it was asked for", asked)),
  updated_at: F.instant("When it last changed", "any change")
}

export type SyncJobFields = FieldsOf<typeof syncJobFields>
