/** Everything that remembers, over one database client. The tables must be there: see migrated.ts. */
import * as Layer from "effect/Layer"
import { Analytics } from "./analytics.ts"
import { ApiKeys } from "./api-keys.ts"
import { Audit } from "./audit.ts"
import { Conversations } from "./conversations.ts"
import { FieldPopulation } from "./field-population.ts"
import { CrmRecords } from "./crm-records.ts"
import { Outgoing } from "./outgoing.ts"
import { Participants } from "./participants.ts"
import { Journal } from "./journal.ts"
import { KeptAnswers } from "./kept-answers.ts"
import { Messages } from "./messages.ts"
import { Quarantine } from "./quarantine.ts"
import { Recounts } from "./recounts.ts"
import { ScheduleRuns } from "./schedule-runs.ts"
import { Snapshots } from "./snapshots.ts"
import { TenantRows } from "./tenants.ts"
import { layerFolding } from "./unfolded-rows.ts"
import { Waiting } from "./waiting.ts"

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
  KeptAnswers.layer,
  layerFolding
)
