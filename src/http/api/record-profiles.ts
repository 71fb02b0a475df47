/** Record profiles (CONTRACT 2.9): how often a CRM record's communication is synced. */
import * as HttpApiEndpoint from "effect/http-api/HttpApiEndpoint"
import * as HttpApiGroup from "effect/http-api/HttpApiGroup"
import * as OpenApi from "effect/http-api/OpenApi"
import * as Schema from "effect/Schema"
import { Access } from "../access.ts"
import { Id, inTenant } from "./parameters.ts"
import { refusals } from "./refusals.ts"
import { RecordProfileWire } from "./wire.ts"

const base = "/v1/tenants/:tenant/records/:record_id"
const ofRecord = { ...inTenant, record_id: Id.annotate({ description: "The CRM's id of the record" }) }

export const AutoSync = Schema.Struct({
  auto_sync_enabled: Schema.optionalKey(Schema.Boolean),
  // A year: longer is as good as never, and 0 says never.
  sync_frequency_hours: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 8_760 }))),
  pipeline_id: Schema.optionalKey(Id),
  user_id: Schema.optionalKey(Schema.NonEmptyString.check(Schema.isMaxLength(200)))
})

const autoSync = HttpApiEndpoint.put("autoSync", `${base}/auto-sync`, {
  params: ofRecord,
  payload: AutoSync,
  success: RecordProfileWire,
  error: refusals(404, 413, 422)
}).annotateMerge(
  OpenApi.annotations({
    summary: "Say how often a record is synced",
    description:
      "The command schedule_auto_sync. Sets auto_sync_enabled, sync_frequency_hours (0: by hand only) and pipeline_id; the first time also record_id, created_by (user_id) and created_at. What is left out stays as it is."
  })
)

const profile = HttpApiEndpoint.get("profile", `${base}/profile`, {
  params: ofRecord,
  success: RecordProfileWire,
  error: refusals(404)
}).annotateMerge(OpenApi.annotations({ summary: "The profile of a record", description: "Sets nothing." }))

export const recordProfiles = HttpApiGroup.make("recordProfiles")
  .add(autoSync, profile)
  .middleware(Access)
  .annotateMerge(OpenApi.annotations({ description: "How the communication of CRM records is kept in sync." }))
