/** What registrations, webhooks and the first commands populate. */
import { expect } from "vitest"
import { fixture } from "../../support/fixtures.ts"
import { message } from "../../support/whatsapp.ts"
import { type Chapter, claim, id, instant } from "../chapter.ts"
import {
  accounts,
  actor,
  channelOf,
  conversation,
  isCalled,
  memberOf,
  messageOf,
  minutes,
  notOwner,
  personIn,
  tenantId
} from "../world.ts"

const inbound = fixture("message_received.whatsapp_direct")
const echo = fixture("message_received.whatsapp_outbound_echo")
const image = fixture("message_received.whatsapp_image_attachment")
const group = fixture("message_received.whatsapp_group")
const linkedin = fixture("message_received.linkedin_inbound")
const instagram = fixture("message_received.instagram_inbound")
const telegram = fixture("message_received.telegram_inbound")
const avatar = "https://pictures.example/noor.jpg"

const registration = (channel_type: string, more: object = {}) => ({
  channel_type,
  account_name: `On ${channel_type}`,
  user_id: "user-1",
  ...more
})

/** A message of a network that has no fixture: the Instagram one under another name. */
const onNetwork = (account_type: string, account_id: string) => ({
  ...instagram,
  account_type,
  account_id,
  account_info: { type: account_type, user_id: "1" },
  chat_id: `chat-on-${account_type}`,
  message_id: `message-on-${account_type}`,
  provider_message_id: `provider-message-on-${account_type}`,
  provider_chat_id: `chat-on-${account_type}`
})

const busyChat = "a-busy-chat"
const deletedMessage = "busy-0"

const scenarios: Chapter["scenarios"] = {
  registration: async (w) => {
    const more = { connection_config: { pipeline: "sales" }, provider_config: { region: "eu" } }
    await w.put(`/connections/${accounts.main}`, registration("whatsapp", { account_name: "Support", ...more }))
    await w.put(`/connections/${accounts.sender}`, registration("whatsapp"))
    await w.put(`/connections/${accounts.busy}`, registration("whatsapp", { is_active: false }))
    for (const network of ["linkedin", "instagram", "telegram", "messenger", "twitter"] as const) {
      await w.put(`/connections/${accounts[network]}`, registration(network))
    }
  },
  "account status": async (w) => {
    for (const [account_id, status] of [
      [accounts.main, "SYNC_SUCCESS"],
      [accounts.sender, "OK"],
      [accounts.busy, "CREDENTIALS"],
      [accounts.linkedin, "DELETED"]
    ]) {
      await w.hook({ AccountStatus: { account_id, message: status, account_type: "WHATSAPP" } })
    }
  },
  "message events": async (w) => {
    for (const payload of [inbound, echo, image, group, linkedin]) await w.hook(payload)
    const shown = { ...instagram.sender, attendee_profile_picture_url: avatar }
    await w.hook({ ...instagram, attendees: [shown], sender: shown })
    await w.hook(telegram)
    await w.hook(onNetwork("MESSENGER", accounts.messenger))
    await w.hook(onNetwork("TWITTER", accounts.twitter))
  },
  receipts: async (w) => {
    await w.hook(fixture("message_delivered"))
    await w.hook(fixture("message_read"))
  },
  "reaction events": (w) => w.hook(fixture("message_reaction_added")),
  "edit events": (w) => w.hook(fixture("message_edited")),
  "delete events": async (w) => {
    const at = Date.now() - 30 * minutes
    await w.hook(message({ account: accounts.busy, chat: busyChat, id: deletedMessage, at }))
    await w.hook(message({ account: accounts.busy, chat: busyChat, id: deletedMessage, at, event: "message_deleted" }))
  },
  "ten messages in a day": async (w) => {
    for (let n = 1; n <= 10; n++) {
      const at = Date.now() - (20 - n) * minutes
      await w.hook(message({ account: accounts.busy, chat: busyChat, id: `busy-${n}`, at }))
    }
  },
  "read mark": (w) =>
    w.post(`/conversations/${inbound.chat_id}/read`, { user_id: "anna", message_id: inbound.message_id }),
  participant_left: (w) =>
    w.post("/events", {
      type: "participant_left",
      conversation: group.chat_id,
      participant: group.sender.attendee_provider_id,
      at: "2026-05-05T09:00:00.000Z"
    }),
  set_conversation_priority: (w) => w.put(`/conversations/${group.chat_id}/priority`, { priority: "urgent" }),
  "conversation status command": (w) => w.put(`/conversations/${group.chat_id}/status`, { status: "archived" }),
  set_custom_rate_limit: (w) => w.put(`/connections/${accounts.sender}/rate-limit`, { rate_limit_per_hour: 40 }),
  "reserved sends": (w) => w.post(`/connections/${accounts.sender}/sends`, { count: 2 }),
  reset_daily_counters: async (w) => {
    await w.post("/schedule/reset_daily_counters/run")
    for (;;) {
      const { runs } = await w.get("/schedule")
      if (runs.some((run: any) => run.task === "reset_daily_counters")) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

const specimens: Chapter["specimens"] = {
  tenant: { entity: "tenant", look: (w) => actor(w, "tenant", tenantId) },
  account: { entity: "connection", look: (w) => w.get(`/connections/${accounts.main}`) },
  sender: { entity: "connection", look: (w) => w.get(`/connections/${accounts.sender}`) },
  busyAccount: { entity: "connection", look: (w) => w.get(`/connections/${accounts.busy}`) },
  goneAccount: { entity: "connection", look: (w) => w.get(`/connections/${accounts.linkedin}`) },
  channel: { entity: "channel", look: (w) => channelOf(w, accounts.main) },
  busyChannel: { entity: "channel", look: (w) => channelOf(w, accounts.busy) },
  goneChannel: { entity: "channel", look: (w) => channelOf(w, accounts.linkedin) },
  chat: { entity: "conversation", look: (w) => conversation(w, inbound.chat_id) },
  group: { entity: "conversation", look: (w) => conversation(w, group.chat_id) },
  busyChat: { entity: "conversation", look: (w) => conversation(w, busyChat) },
  customer: { entity: "member", look: (w) => memberOf(w, inbound.chat_id, isCalled(inbound.sender)) },
  owner: { entity: "member", look: (w) => memberOf(w, inbound.chat_id, (member) => member.role === "owner") },
  leaver: { entity: "member", look: (w) => memberOf(w, group.chat_id, isCalled(group.sender)) },
  danaThere: { entity: "member", look: (w) => memberOf(w, linkedin.chat_id, notOwner) },
  inbound: { entity: "message", look: (w) => messageOf(w, inbound.chat_id, inbound.message_id) },
  echo: { entity: "message", look: (w) => messageOf(w, inbound.chat_id, echo.message_id) },
  image: { entity: "message", look: (w) => messageOf(w, inbound.chat_id, image.message_id) },
  deleted: { entity: "message", look: (w) => messageOf(w, busyChat, deletedMessage) },
  inmail: { entity: "message", look: (w) => messageOf(w, linkedin.chat_id, linkedin.message_id) },
  ben: { entity: "participant", look: (w) => personIn(w, inbound.chat_id, isCalled(inbound.sender)) },
  dana: { entity: "participant", look: (w) => personIn(w, linkedin.chat_id, notOwner) },
  noor: { entity: "participant", look: (w) => personIn(w, instagram.chat_id, notOwner) },
  yuri: { entity: "participant", look: (w) => personIn(w, telegram.chat_id, notOwner) },
  onMessenger: { entity: "participant", look: (w) => personIn(w, "chat-on-MESSENGER", notOwner) },
  onTwitter: { entity: "participant", look: (w) => personIn(w, "chat-on-TWITTER", notOwner) }
}

const claims = [
  ...claim("tenant", "tenant", "registration", { webhook_secret: "••••" }, "secret"),
  ...claim("tenant", "tenant", "registration", { created_at: instant, updated_at: instant }),
  ...claim("tenant", "tenant", "message events", { last_webhook_received: instant }),

  ...claim("connection", "account", "registration", {
    user_id: "user-1",
    account_id: "ryiNb5LlmAmAfGwuyo5X7A",
    account_name: "Support",
    connection_config: { pipeline: "sales" },
    provider_config: { region: "eu" },
    rate_limit_per_day: 1000,
    created_at: instant,
    updated_at: instant
  }),
  ...claim("connection", "busyAccount", "registration", { is_active: false }),
  ...claim("connection", "goneAccount", "registration", { channel_type: "linkedin" }),
  ...claim("connection", "account", "account status", {
    auth_status: "authenticated",
    account_status: "active",
    last_sync_at: instant
  }),
  ...claim("connection", "account", "account status", { can_send: true }, "derived"),
  ...claim("connection", "busyAccount", "account status", { needs_action: "checkpoint" }, "derived"),
  ...claim("connection", "goneAccount", "account status", { needs_reconnection: true }, "derived"),
  ...claim("connection", "sender", "set_custom_rate_limit", { rate_limit_per_hour: 40 }),
  ...claim("connection", "sender", "reserved sends", {
    messages_sent_count: 2,
    messages_sent_today: 2,
    messages_sent_this_hour: 2
  }),
  ...claim("connection", "sender", "reset_daily_counters", {
    last_rate_limit_reset: expect.stringMatching(/T00:00:00\.000Z$/)
  }),

  ...claim("channel", "channel", "registration", {
    name: "Support",
    account_id: "ryiNb5LlmAmAfGwuyo5X7A",
    connection_config: { pipeline: "sales" },
    created_by: "user-1",
    created_at: instant,
    updated_at: instant
  }),
  ...claim("channel", "busyChannel", "registration", { is_active: false }),
  ...claim("channel", "goneChannel", "registration", { channel_type: "linkedin" }),
  ...claim("channel", "channel", "account status", { auth_status: "authenticated", last_sync_at: instant }),
  ...claim("channel", "channel", "message events", { message_count: 4, last_message_at: "2026-05-05T08:00:10.000Z" }),

  ...claim("conversation", "chat", "message events", {
    external_thread_id: "v4wOGRWJb704L5rikhXCig",
    message_count: 3,
    last_message: {
      id: expect.any(String),
      direction: expect.stringMatching(/bound$/),
      status: expect.any(String),
      preview: expect.any(String),
      sender: expect.any(String),
      at: "2026-05-04T09:20:00.000Z"
    },
    last_message_at: "2026-05-04T09:20:00.000Z",
    metadata: expect.objectContaining({ folder: ["INBOX"] }),
    created_at: instant
  }),
  ...claim("conversation", "group", "message events", { subject: "Launch crew", conversation_type: "group" }),
  ...claim("conversation", "group", "participant_left", { participant_count: 3 }),
  ...claim("conversation", "group", "conversation status command", { status: "archived" }),
  ...claim("conversation", "group", "set_conversation_priority", { priority: "urgent" }),
  ...claim("conversation", "chat", "read mark", { unread_count: 1 }),
  ...claim("conversation", "chat", "read mark", { last_accessed_at: instant, updated_at: instant }, "moves"),
  ...claim("conversation", "busyChat", "ten messages in a day", { is_hot: true }),

  ...claim("member", "owner", "message events", { role: "owner" }),
  ...claim("member", "customer", "message events", {
    provider_participant_id: "447700900123@s.whatsapp.net",
    joined_at: "2026-05-04T09:15:27.000Z",
    message_count: 2,
    last_message_at: "2026-05-04T09:20:00.000Z",
    created_at: instant,
    updated_at: instant
  }),
  ...claim("member", "danaThere", "message events", {
    metadata: {
      occupation: "Head of Ops at Northbridge Labs",
      network_distance: "DISTANCE_1",
      is_company: false,
      profile_url: "https://www.linkedin.com/in/ACoAALJ4KJYXcdAZYmjck8AJ4EVBuDxM3JjA6FQ"
    }
  }),
  ...claim("member", "leaver", "participant_left", { left_at: "2026-05-05T09:00:00.000Z", is_active: false }),
  ...claim("member", "customer", "receipts", { last_read_at: "2026-05-04T09:16:02.000Z" }),
  ...claim("member", "owner", "read mark", { unread_count: 1 }),

  ...claim("message", "inbound", "message events", {
    external_message_id: "yg3yyVqhRMHQ_y_zyPln_Q",
    provider_message_id: "3EB0CA0DF2C95AA144C1D0",
    channel_id: id,
    conversation_id: id,
    sender_participant_id: id,
    contact_phone: "+447700900123",
    received_at: "2026-05-04T09:15:27.000Z",
    sync_status: "synced",
    last_synced_at: instant,
    created_at: instant,
    updated_at: instant
  }),
  ...claim("message", "echo", "message events", { direction: "outbound", sent_at: "2026-05-04T09:16:02.000Z" }),
  ...claim("message", "image", "message events", { attachments: [expect.objectContaining({ mime: "image/jpeg" })] }),
  ...claim("message", "inmail", "message events", { metadata: expect.objectContaining({ message_type: "MESSAGE" }) }),
  ...claim("message", "echo", "receipts", { status: "read", read_at: "2026-05-04T09:17:30.000Z" }),
  ...claim("message", "echo", "reaction events", { reactions: [expect.objectContaining({ value: "👍" })] }),
  ...claim("message", "inbound", "edit events", {
    content: "Hi, is the demo still on for Friday?",
    edited_at: "2026-05-04T09:28:00.000Z"
  }),
  ...claim("message", "deleted", "delete events", { deleted_at: instant }),

  ...claim("participant", "ben", "message events", {
    phone: "+447700900123",
    name: "Ben Okafor",
    first_seen: "2026-05-04T09:15:27.000Z",
    total_conversations: 2,
    total_messages: 2
  }),
  ...claim("participant", "ben", "reaction events", { last_seen: "2026-05-04T09:20:00.000Z" }),
  ...claim("participant", "dana", "message events", { linkedin_member_urn: "urn:li:member:900000010" }),
  ...claim("participant", "noor", "message events", {
    instagram_username: "noor.makes",
    avatar_url: "https://pictures.example/noor.jpg"
  }),
  ...claim("participant", "yuri", "message events", { telegram_id: "610000001" }),
  ...claim("participant", "onMessenger", "message events", { facebook_id: "17840000000000123" }),
  ...claim("participant", "onTwitter", "message events", { twitter_handle: "noor.makes" })
]

export const messaging: Chapter = { scenarios, specimens, claims }
