/** What the field manager's commands and the processors populate (CONTRACT §4, §5). */
import { expect } from "vitest"
import { fixture } from "../../support/fixtures.ts"
import { type Chapter, claim, instant } from "../chapter.ts"
import { accounts, channelOf, conversation } from "../world.ts"

const chat = fixture("message_received.whatsapp_direct").chat_id
const group = fixture("message_received.whatsapp_group").chat_id
const later = "2099-01-01T09:00:00.000Z"
const checkpoint_data = { kind: "code", sent_to: "phone" }

export const commands: Chapter = {
  scenarios: {
    set_provider_preferences: (w) => w.put("/provider-preferences/whatsapp", { notifications_enabled: false }),
    "auth event": (w) =>
      w.post("/events", {
        type: "auth",
        account: accounts.busy,
        status: "checkpoint_required",
        checkpoint_data,
        hosted_auth_url: "https://auth.example/1"
      }),
    "sync failure": (w) => w.post(`/connections/${accounts.telegram}/syncs`, { error: "timed out" }),
    set_description: (w) => w.put(`/channels/${accounts.main}/description`, { description: "For support" }),
    set_channel_sync_settings: (w) => w.put(`/channels/${accounts.main}/sync-settings`, { history_days: 7 }),
    update_conversation_sync_status: async (w) => {
      await w.put(`/conversations/${chat}/sync-status`, { sync_status: "synced" })
      await w.put(`/conversations/${group}/sync-status`, { sync_status: "failed", error: "rate limited" })
    },
    assign_conversation: (w) => w.put(`/conversations/${chat}/assigned-to`, { assigned_to: "anna" }),
    label_conversation: (w) => w.post(`/conversations/${chat}/labels`, { add: ["vip", "billing"] }),
    snooze_conversation: (w) => w.put(`/conversations/${group}/snooze`, { until: later }),
    mark_message_local_only: (w) => w.put(`/conversations/${chat}/local-messages/draft-1`, { content: "In a moment" })
  },
  specimens: {
    wishes: { entity: "tenant", look: async (w) => (await w.get("/actors/tenant/acme")).context },
    challenged: { entity: "connection", look: (w) => w.get(`/connections/${accounts.busy}`) },
    failing: { entity: "connection", look: (w) => w.get(`/connections/${accounts.telegram}`) },
    described: { entity: "channel", look: (w) => channelOf(w, accounts.main) },
    synced: { entity: "conversation", look: (w) => conversation(w, chat) },
    unsynced: { entity: "conversation", look: (w) => conversation(w, group) },
    draft: {
      entity: "message",
      look: async (w) => {
        const { items } = await w.get(`/conversations/${chat}/messages`)
        return items.find((item: any) => item.is_local_only)
      }
    }
  },
  claims: [
    ...claim("tenant", "wishes", "set_provider_preferences", {
      provider_preferences: expect.objectContaining({
        whatsapp: expect.objectContaining({ notifications_enabled: false })
      })
    }),
    ...claim("connection", "challenged", "auth event", { checkpoint_data, hosted_auth_url: "https://auth.example/1" }),
    ...claim("connection", "failing", "sync failure", { sync_error_count: 1, last_error: "timed out" }),
    ...claim("channel", "described", "set_description", { description: "For support" }),
    ...claim("channel", "described", "set_channel_sync_settings", { sync_settings: { history_days: 7 } }),
    ...claim("conversation", "synced", "update_conversation_sync_status", {
      sync_status: "synced",
      last_synced_at: instant
    }),
    ...claim("conversation", "synced", "assign_conversation", { assigned_to: "anna" }),
    ...claim("conversation", "synced", "label_conversation", { labels: ["billing", "vip"] }),
    ...claim("conversation", "unsynced", "snooze_conversation", { snoozed_until: later }),
    ...claim("conversation", "unsynced", "update_conversation_sync_status", {
      sync_error_count: 1,
      sync_error_message: "rate limited"
    }),
    ...claim("message", "draft", "mark_message_local_only", { is_local_only: true })
  ]
}
