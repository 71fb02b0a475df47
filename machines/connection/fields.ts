/** The fields of a connection (CONTRACT 2.2): one user's external account. */
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"
import { AccountStatus, AuthStatus, ChannelType } from "../vocabulary.ts"

export const connectionFields = {
  user_id: F.required(F.text("The CRM user who owns the account", "registration")),
  channel_id: F.required(F.id("The tenant's view of the account", "registration")),
  channel_type: F.required(F.oneOf(ChannelType, "whatsapp")("Which network it is on", "registration")),
  account_id: F.required(F.text("The provider's account id: unique per tenant, the key for routing", "registration")),
  account_name: F.text("What the account is called", "registration"),
  auth_status: F.overrideAudited(
    F.oneOf(AuthStatus, "pending")(
      "Whether the provider accepts our credentials",
      "account status, auth webhook, registration, first live message, token expiry, store_tokens"
    )
  ),
  account_status: F.overrideAudited(
    F.oneOf(AccountStatus, "pending")(
      "Whether the account runs",
      "account status, auth webhook, registration, first live message, sync results, token expiry, store_tokens"
    )
  ),
  access_token: F.sensitive(F.optionalText("Provider access token, sealed", "store_tokens")),
  refresh_token: F.sensitive(F.optionalText("Provider refresh token, sealed", "store_tokens")),
  token_expires_at: F.instant("When the access token expires", "store_tokens"),
  connection_config: F.map("Settings of the CRM for this account", "registration"),
  provider_config: F.map("What the provider says of the account", "registration, auth webhook"),
  checkpoint_data: F.map(
    "What the provider asks for at a checkpoint",
    "registration, auth webhook, hosted-auth notify"
  ),
  hosted_auth_url: F.optionalText("Where the user signs in again", "registration, auth webhook"),
  is_active: F.overrideAudited(F.flag(true)("Whether the CRM uses the account", "registration, command")),
  last_sync_at: F.instant("Last successful sync", "sync success"),
  sync_error_count: F.count("Failed syncs in a row", "sync failure; 0 on success and on becoming active"),
  last_error: F.text(
    "Text of the last failure, at most 1000 characters",
    "sync failure; empty on success and on becoming active"
  ),
  messages_sent_count: F.count("Accepted sends ever", "reservations and outbound echoes"),
  messages_sent_today: F.count(
    "Accepted sends of this UTC day",
    "reservations and outbound echoes; reset_daily_counters"
  ),
  messages_sent_this_hour: F.count(
    "Accepted sends of the rolling 60 minutes",
    "reservations and outbound echoes; time"
  ),
  rate_limit_per_hour: F.audited(
    F.integer(100)("Sends allowed in a rolling hour; 0 means none", "set_custom_rate_limit")
  ),
  rate_limit_per_day: F.audited(
    F.optionalInteger(
      "Sends allowed in a UTC day; null means no limit",
      "provider default at registration, lowered by set_provider_preferences"
    )
  ),
  last_rate_limit_reset: F.instant(
    "The last midnight (UTC) at which messages_sent_today began anew",
    "registration: the midnight before; reset_daily_counters"
  ),
  created_at: F.required(F.instant("When it was registered", "registration")),
  updated_at: F.instant("When it last changed", "any change")
}

export type ConnectionFields = FieldsOf<typeof connectionFields>
