/** Every migration by its number. A released one never changes; the next change is a new file. */
import crmRecords from "./0040_crm_records.ts"
import tables from "./0001_tables.ts"
import audit from "./0030_audit.ts"
import fieldPopulation from "./0060_field_population.ts"
import recordProfiles from "./0061_record_profiles.ts"
import keptPayloads from "./0075_kept_payloads.ts"
import writtenColumns from "./0076_written_columns.ts"
import messageScope from "./0081_message_scope.ts"
import keptAnswers from "./0083_kept_answers.ts"
import keyNames from "./0086_key_names.ts"
import machineStates from "./0087_machine_states.ts"
import journalJson from "./0088_journal_json.ts"
import outgoingDeliveries from "./0110_outgoing_deliveries.ts"
import syncJobs from "./0092_sync_jobs.ts"
import analytics from "./0050_analytics.ts"

export const migrations = {
  "0001_tables": tables,
  "0030_audit": audit,
  "0060_field_population": fieldPopulation,
  "0061_record_profiles": recordProfiles,
  "0075_kept_payloads": keptPayloads,
  "0076_written_columns": writtenColumns,
  "0081_message_scope": messageScope,
  "0083_kept_answers": keptAnswers,
  "0086_key_names": keyNames,
  "0087_machine_states": machineStates,
  "0088_journal_json": journalJson,
  "0110_outgoing_deliveries": outgoingDeliveries,
  "0092_sync_jobs": syncJobs,
  "0050_analytics": analytics,
  "0040_crm_records": crmRecords
}
