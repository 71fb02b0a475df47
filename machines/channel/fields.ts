/** The fields of a channel (CONTRACT 2.3): the tenant's view of one provider account. */
import * as F from "../field.ts"
import type { FieldsOf } from "../field.ts"
import { AuthStatus, ChannelType } from "../vocabulary.ts"

export const channelFields = {
  name: F.text("Name, at most 100 characters", "registration: account_name"),
  description: F.text("What the channel is for", "set_description"),
  channel_type: F.required(F.oneOf(ChannelType, "whatsapp")("Which network it is on", "registration, first event")),
  account_id: F.required(F.text("The provider's account id", "registration, first event")),
  auth_status: F.oneOf(AuthStatus, "pending")("Follows its connection", "account status"),
  connection_config: F.map("Settings of the CRM for this account", "registration"),
  sync_settings: F.map("How it is synced", "set_channel_sync_settings"),
  is_active: F.flag(true)("Whether it is in use", "registration, command"),
  created_by: F.optionalText("The CRM user who connected it", "registration"),
  message_count: F.count("Messages that count in its conversations", "message events"),
  last_message_at: F.instant("Newest message, by event time", "message events"),
  last_sync_at: F.instant("Last sync; a message is not a sync", "sync success"),
  created_at: F.required(F.instant("When it was first seen", "registration, first event")),
  updated_at: F.instant("When it last changed", "any change")
}

export type ChannelFields = FieldsOf<typeof channelFields>
