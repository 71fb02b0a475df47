/** Syncs of history: where the provider is asked, what is asked for, and how far it is (CONTRACT 2.11). */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as HttpApiSchema from "effect/http-api/HttpApiSchema"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { SyncJobStatus } from "../../../machines/vocabulary.ts"
import { Access } from "../access.ts"
import { entityInTenant, Id, inTenant, Limit } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { SyncJobWire } from "./wire.ts"

const base = "/v1/tenants/:tenant"
const User = Schema.NonEmptyString.check(Schema.isMaxLength(200))
const whole = (maximum: number) => Schema.Int.check(Schema.isBetween({ minimum: 0, maximum }))
const million = 1_000_000

/** The vocabulary of CONTRACT 2.11, and the first sync of an account, which it has no word for. */
export const triggerReasons =
  /^(Manual sync|Manual API trigger|Scheduled periodic sync|Bulk sync for pipeline .+|New record with communication identifiers|Identifier fields updated: .+|Account reconnected|Account registered)$/
export const TriggerReason = Schema.String.check(
  Schema.isMaxLength(255),
  Schema.isPattern(triggerReasons, {
    message:
      "must be one of Manual sync, Manual API trigger, Scheduled periodic sync, Bulk sync for pipeline <id>, New record with communication identifiers, Identifier fields updated: a, b, Account reconnected, Account registered"
  })
)

export const SyncWish = Schema.Struct({
  user_id: Schema.optionalKey(User).annotate({ description: "The CRM user who asks" }),
  forced: Schema.optionalKey(Schema.Boolean).annotate({ description: "The hour between two requests does not count" }),
  full: Schema.optionalKey(Schema.Boolean).annotate({
    description: "As far back as sync_historical_days, whatever was synced before"
  }),
  trigger_reason: Schema.optionalKey(TriggerReason)
})
export const ProviderAccessBody = Schema.Struct({
  base_url: Schema.NonEmptyString.check(Schema.isMaxLength(2_000)),
  api_key: Schema.NonEmptyString.check(Schema.isMaxLength(4_096))
})
export const Trigger = Schema.Struct({
  triggered_by: Schema.optionalKey(User),
  trigger_reason: Schema.optionalKey(TriggerReason)
})
export const Progress = Schema.Struct({
  progress_percentage: Schema.optionalKey(whole(100)),
  current_step: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(200))),
  accounts_synced: Schema.optionalKey(whole(million)),
  messages_found: Schema.optionalKey(whole(1_000 * million)),
  conversations_found: Schema.optionalKey(whole(1_000 * million)),
  new_links_created: Schema.optionalKey(whole(million))
})

const Shown = Schema.Struct({ base_url: Schema.NullOr(Schema.String), api_key: Schema.NullOr(Schema.Literal("••••")) })

const setAccess = HttpApiEndpoint.put("setAccess", `${base}/provider-access`, {
  params: inTenant,
  payload: ProviderAccessBody,
  success: Shown,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Where history is fetched, and with which key",
    description:
      "Sets provider_base_url (UniPile's DSN, such as https://api1.unipile.com:13111) and provider_api_key, which is sealed and never shown again. Audited. Accounts that run and have history to be fetched begin at once. An address that is not public is refused unless the operator allows it (SWITCHBOARD_OUTGOING_ALLOW)."
  })
)
const access = HttpApiEndpoint.get("access", `${base}/provider-access`, {
  params: inTenant,
  success: Shown,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({ summary: "Where history is fetched", description: "The key is masked. Sets nothing." })
)
const removeAccess = HttpApiEndpoint.delete("removeAccess", `${base}/provider-access`, {
  params: inTenant,
  success: Shown,
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Fetch no history any more",
    description:
      "Sets provider_base_url and provider_api_key to null. A job that is open fails at its next run. Audited."
  })
)

const job = SyncJobWire.pipe(HttpApiSchema.status(202))
const rules =
  "409 while a job of it is open, 429 with the seconds to wait within an hour of the last request unless forced. Answers the job; watch it as the feed's topic sync_job:{id}."

const syncRecord = HttpApiEndpoint.post("syncRecord", `${base}/records/:record_id/sync`, {
  params: { ...inTenant, record_id: Id.annotate({ description: "The CRM's id of the record" }) },
  payload: SyncWish,
  success: job,
  error: refusals(404, 409, 413, 422, 429)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Fetch the history of a record",
    description: `Starts a job that fetches what was said with the record's people, over every account that runs. ${rules}`
  })
)
const syncAccount = HttpApiEndpoint.post("syncAccount", `${base}/connections/:id/sync`, {
  params: entityInTenant,
  payload: SyncWish,
  success: job,
  error: refusals(404, 409, 413, 422, 429)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Fetch the history of an account",
    description: `Starts a job that fetches all of its chats or mails. ${rules}`
  })
)
const list = HttpApiEndpoint.get("list", `${base}/sync-jobs`, {
  params: inTenant,
  query: {
    status: Schema.optionalKey(SyncJobStatus),
    record: Schema.optionalKey(Id),
    account: Schema.optionalKey(Id),
    limit: Schema.optionalKey(Limit)
  },
  success: Schema.Struct({ items: Schema.Array(SyncJobWire) }),
  error: refusals(404)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Sync jobs, the newest first",
    description: "Kept for 30 days after their end. Sets nothing."
  })
)
const get = HttpApiEndpoint.get("get", `${base}/sync-jobs/:id`, {
  params: entityInTenant,
  success: SyncJobWire,
  error: refusals(404)
}).annotateMerge(OpenApi.annotations({ summary: "A sync job", description: "Sets nothing." }))
const cancel = HttpApiEndpoint.post("cancel", `${base}/sync-jobs/:id/cancel`, {
  params: entityInTenant,
  success: SyncJobWire,
  error: refusals(404, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "End a sync job",
    description: "What was fetched stays. Sets status and completed_at. One that has ended is refused."
  })
)
const setTrigger = HttpApiEndpoint.put("setTrigger", `${base}/sync-jobs/:id/trigger`, {
  params: entityInTenant,
  payload: Trigger,
  success: SyncJobWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Say why a job was made",
    description: "set_sync_job_trigger. Sets triggered_by and trigger_reason; what is left out stays."
  })
)
const updateProgress = HttpApiEndpoint.put("updateProgress", `${base}/sync-jobs/:id/progress`, {
  params: entityInTenant,
  payload: Progress,
  success: SyncJobWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Say how far a job is",
    description:
      "update_sync_job_progress. Sets what it names. The worker's next word replaces what it tells of itself: progress_percentage, current_step, accounts_synced, messages_found, conversations_found."
  })
)

export const syncJobs = HttpApiGroup.make("syncJobs")
  .add(setAccess, access, removeAccess, syncRecord, syncAccount, list, get, cancel, setTrigger, updateProgress)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "Fetching history from the provider." }))
