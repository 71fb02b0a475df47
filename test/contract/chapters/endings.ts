/** What has to come last: webhooks that fail, because the next good one sets that back; and an inactive tenant, which takes none. */
import { type Chapter, claim } from "../chapter.ts"
import { accounts, actor, tenantId } from "../world.ts"

const config = {
  auto_create_contacts: false,
  default_contact_pipeline: "sales",
  default_contact_status: "to_call",
  sync_historical_days: 7,
  enable_real_time_sync: false,
  max_api_calls_per_hour: 500,
  is_active: false,
  auto_create_enabled: true,
  creation_delay_hours: 2,
  min_messages_before_create: 3,
  max_creates_per_hour: 10,
  auto_link_by_domain: false,
  duplicate_confidence_threshold: 0.9,
  blacklist: [{ kind: "domain", value: "spam.example" }]
}

export const failures: Chapter = {
  scenarios: { "failed webhooks": (w) => w.hook({ event: "message_received", account_id: accounts.main }) },
  specimens: { failed: { entity: "tenant", look: (w) => actor(w, "tenant", tenantId) } },
  claims: claim("tenant", "failed", "failed webhooks", { webhook_failures: 1 })
}

export const configuration: Chapter = {
  scenarios: { config: (w) => w.patch("", config) },
  specimens: { configured: { entity: "tenant", look: (w) => actor(w, "tenant", tenantId) } },
  claims: claim("tenant", "configured", "config", config)
}
