/** The fields of a tenant (CONTRACT 2.1), participant settings included: one actor, one row. */
import * as Schema from "effect/Schema"
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"
import { Announced, ReadOn } from "../vocabulary.ts"

/** One entry of the participant blacklist. */
export const BlacklistEntry = Schema.Struct({
  kind: Schema.Literals(["domain", "email", "email_pattern", "phone", "name_pattern"]),
  value: Schema.String
})
const ProviderPreferences = Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Unknown))

export const tenantFields = {
  name: F.required(F.text("What people call the tenant", "tenant creation")),
  webhook_secret: F.required(
    F.sensitive(F.text("The secret that the provider sends with every webhook, sealed", "tenant creation, rotation"))
  ),
  previous_webhook_secret: F.sensitive(
    F.optionalText("The webhook secret before, sealed; good until its time is over", "rotation")
  ),
  previous_webhook_secret_until: F.instant("Until when the webhook secret before is good", "rotation"),
  auto_create_contacts: F.flag(true)("Whether unknown people become contacts", "config"),
  default_contact_pipeline: F.optionalText("Pipeline of an auto-created contact", "config"),
  default_contact_status: F.textWith("new_lead")("Status of an auto-created contact", "config"),
  sync_historical_days: F.integer(30)(
    "How many days the first sync of an account goes back; 0: there is none",
    "config"
  ),
  enable_real_time_sync: F.flag(true)(
    "Whether the gap of an account that comes back is fetched; webhooks are always applied as they come",
    "config"
  ),
  max_api_calls_per_hour: F.audited(
    F.integer(1000)("Limit on our own calls of the provider's API in a rolling hour; 0: none are made", "config")
  ),
  provider_base_url: F.audited(
    F.optionalText("Where the provider's API answers; null: history cannot be fetched", "PUT …/provider-access")
  ),
  provider_api_key: F.sensitive(F.optionalText("The key of the provider's API, sealed", "PUT …/provider-access")),
  provider_preferences: F.audited(
    F.json(ProviderPreferences, {})(
      "Per provider; rate_limits bind sends and calls, auto_sync_enabled the syncs, features and auth method are only checked, the rest is only kept",
      "tenant creation; set_provider_preferences"
    )
  ),
  is_active: F.overrideAudited(F.flag(true)("Inactive tenants answer webhooks with 403", "config")),
  last_webhook_received: F.instant(
    "When the last authentic webhook came",
    "every authenticated webhook, whatever became of it"
  ),
  webhook_failures: F.count(
    "Authenticated webhooks in a row that could not be understood or applied",
    "failed webhooks; 0 on the next success"
  ),
  read_on: F.oneOf(ReadOn, "open")("What reads the owner's messages: opening, or replying too", "config"),
  auto_create_enabled: F.flag(false)("Master switch of contact creation from participants", "config"),
  creation_delay_hours: F.integer(0)("Hours to wait before a contact is created", "config"),
  min_messages_before_create: F.integer(1)("Messages needed before a contact is created", "config"),
  max_creates_per_hour: F.integer(100)("Cap on contacts created in an hour", "config"),
  auto_link_by_domain: F.flag(true)("Whether companies are linked by e-mail domain", "config"),
  duplicate_confidence_threshold: F.fraction(0.8)(
    "Confidence from which two people would count as one; kept, nothing reads it yet",
    "config"
  ),
  announced_events: F.json(Schema.Array(Announced), [])(
    "What any of the outgoing endpoints is told; contact.create_requested is announced without being named here",
    "outgoing endpoints"
  ),
  blacklist: F.json(Schema.Array(BlacklistEntry), [])("Who never becomes a contact", "config"),
  created_at: F.required(F.instant("When the tenant was created", "tenant creation")),
  updated_at: F.instant("When it last changed", "any change but webhook bookkeeping")
}

export type TenantFields = FieldsOf<typeof tenantFields>
