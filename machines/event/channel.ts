/** What happens to a channel. */
import type { ChannelCommand } from "./base.ts"

export interface ChannelSyncSettingsSet extends ChannelCommand {
  readonly type: "channel_sync_settings_set"
  readonly sync_settings: Readonly<Record<string, unknown>>
}

export interface ChannelDescribed extends ChannelCommand {
  readonly type: "channel_described"
  readonly description: string
}

export interface ChannelActivitySet extends ChannelCommand {
  readonly type: "channel_activity_set"
  readonly is_active: boolean
}
