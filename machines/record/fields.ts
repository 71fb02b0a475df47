/** The fields of a record profile (CONTRACT 2.9): how one CRM record's communication is kept in sync. */
import * as Schema from "effect/Schema"
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"

const Identifiers = Schema.Record(Schema.String, Schema.Array(Schema.String))
const sync = "record sync"

export const recordFields = {
  record_id: F.required(F.text("The CRM's id of the record", "schedule_auto_sync")),
  pipeline_id: F.optionalText("The pipeline that the record is in", "schedule_auto_sync"),
  communication_identifiers: F.json(Identifiers, {})(
    "E-mail, phone, LinkedIn, domain and other identifiers",
    "records"
  ),
  identifier_fields: F.json(Schema.Array(Schema.String), [])("The record's fields that hold identifiers", "records"),
  sync_status: F.map("Per account: last sync, status, messages", sync),
  last_full_sync: F.instant("Last sync of all accounts", sync),
  last_sync_asked_at: F.instant("When a sync was last begun, whatever came of it", "POST …/sync, scheduled sync"),
  sync_in_progress: F.flag(false)("Whether a sync's worker holds the lease", sync),
  sync_lease_until: F.instant("Until when it holds it unless it says that it is alive; null: nobody does", sync),
  sync_error_count: F.count("Failed syncs in a row", sync),
  last_sync_error: F.text("Text of the last failure, at most 1000 characters", sync),
  total_conversations: F.count("Conversations of linked participants", "linked participants"),
  total_messages: F.count("Messages of linked participants", "linked participants"),
  total_unread: F.count("Unread messages of linked participants", "linked participants"),
  last_message_at: F.instant("Newest message of linked participants", "linked participants"),
  auto_sync_enabled: F.flag(true)("Whether the record is synced by itself", "schedule_auto_sync"),
  sync_frequency_hours: F.integer(24)("Hours between two syncs; 0 means by hand only", "schedule_auto_sync"),
  created_by: F.optionalText("The CRM user who made the profile", "schedule_auto_sync"),
  created_at: F.required(F.instant("When the profile was made", "schedule_auto_sync")),
  updated_at: F.instant("When it last changed", "any change")
}

export type RecordFields = FieldsOf<typeof recordFields>
