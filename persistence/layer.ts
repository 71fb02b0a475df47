/** Everything that remembers, over one database client. The tables must be there: see migrated.ts. */
import * as Layer from "effect/Layer"
import { Analytics } from "./figures/analytics.ts"
import { ApiKeys } from "./registers/api-keys.ts"
import { Audit } from "./registers/audit.ts"
import { Conversations } from "./lists/conversations.ts"
import { FieldPopulation } from "./figures/field-population.ts"
import { CrmRecords } from "./registers/crm-records.ts"
import { Outgoing } from "./registers/outgoing.ts"
import { OutgoingEndpoints } from "./registers/outgoing-endpoints.ts"
import { Participants } from "./lists/participants.ts"
import { Journal } from "./journal/journal.ts"
import { KeptAnswers } from "./kept/kept-answers.ts"
import { Messages } from "./lists/messages.ts"
import { Quarantine } from "./kept/quarantine.ts"
import { Recounts } from "./figures/recounts.ts"
import { ProviderCalls } from "./registers/provider-calls.ts"
import { ScheduleRuns } from "./registers/schedule-runs.ts"
import { Snapshots } from "./cut/snapshots.ts"
import { SyncJobs } from "./registers/sync-jobs.ts"
import { TenantRows } from "./registers/tenants.ts"
import { layerFolding } from "./cut/unfolded-rows.ts"
import { Waiting } from "./kept/waiting.ts"

export const layer = Layer.mergeAll(
  Journal.layer,
  Snapshots.layer,
  Messages.layer,
  Conversations.layer,
  TenantRows.layer,
  Quarantine.layer,
  Waiting.layer,
  ApiKeys.layer,
  Audit.layer,
  ScheduleRuns.layer,
  FieldPopulation.layer,
  Analytics.layer,
  Recounts.layer,
  CrmRecords.layer,
  Participants.layer,
  Outgoing.layer,
  OutgoingEndpoints.layer,
  ProviderCalls.layer,
  SyncJobs.layer,
  KeptAnswers.layer,
  layerFolding
)
