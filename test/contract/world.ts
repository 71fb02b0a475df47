/**
 * A small world over the public surface of a real server: scenarios that populate fields, and the specimens in which the
 * fields are then looked at. A scenario runs once; a claim names the scenario that populates its field.
 */
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import type { Entity } from "./contract-fields.ts"

export const tenantId = "acme"
/** Accounts: the fixtures' own, one that sends, one whose chats are busy. */
export const accounts = {
  main: fixtureAccount,
  sender: "account-that-sends",
  busy: "account-of-busy-chats",
  linkedin: fixture("message_received.linkedin_inbound").account_id as string,
  instagram: fixture("message_received.instagram_inbound").account_id as string,
  telegram: fixture("message_received.telegram_inbound").account_id as string,
  messenger: "account-on-messenger",
  twitter: "account-on-twitter"
}

const inbound = fixture("message_received.whatsapp_direct")
const echo = fixture("message_received.whatsapp_outbound_echo")
const image = fixture("message_received.whatsapp_image_attachment")
const group = fixture("message_received.whatsapp_group")
const linkedin = fixture("message_received.linkedin_inbound")
const instagram = fixture("message_received.instagram_inbound")
const telegram = fixture("message_received.telegram_inbound")
const avatar = "https://pictures.example/noor.jpg"

export interface World {
  readonly get: (path: string) => Promise<any>
  readonly post: (path: string, body?: unknown) => Promise<any>
  readonly put: (path: string, body: unknown) => Promise<any>
  /** A webhook of the provider; its outcome. */
  readonly hook: (payload: unknown) => Promise<string>
}

export const worldOn = (server: Server, tenant: Tenant): World => {
  const call = async (method: string, path: string, body?: unknown) => {
    const reply = await server.call(method, `/v1/tenants/${tenantId}${path}`, tenant.key, body)
    if (reply.status >= 300) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.json)}`)
    return reply.json
  }
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
    hook: async (payload) => {
      const { json } = await server.webhook(tenant, payload)
      return json.outcome ?? Object.keys(json)[0]
    }
  }
}

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

export const busyChat = "a-busy-chat"
export const deletedMessage = "busy-0"
export const minutes = 60_000

/** In this order. Each one leaves fields behind; none undoes what another one populated. */
export const scenarios = {
  registration: async (w: World) => {
    const more = { connection_config: { pipeline: "sales" }, provider_config: { region: "eu" } }
    await w.put(`/connections/${accounts.main}`, registration("whatsapp", { account_name: "Support", ...more }))
    await w.put(`/connections/${accounts.sender}`, registration("whatsapp"))
    await w.put(`/connections/${accounts.busy}`, registration("whatsapp", { is_active: false }))
    for (const network of ["linkedin", "instagram", "telegram", "messenger", "twitter"] as const) {
      await w.put(`/connections/${accounts[network]}`, registration(network))
    }
  },
  "account status": async (w: World) => {
    for (const [account_id, status] of [
      [accounts.main, "SYNC_SUCCESS"],
      [accounts.sender, "OK"],
      [accounts.busy, "CREDENTIALS"],
      [accounts.linkedin, "DELETED"]
    ]) {
      await w.hook({ AccountStatus: { account_id, message: status, account_type: "WHATSAPP" } })
    }
  },
  "message events": async (w: World) => {
    for (const payload of [inbound, echo, image, group, linkedin]) await w.hook(payload)
    const shown = { ...instagram.sender, attendee_profile_picture_url: avatar }
    await w.hook({ ...instagram, attendees: [shown], sender: shown })
    await w.hook(telegram)
    await w.hook(onNetwork("MESSENGER", accounts.messenger))
    await w.hook(onNetwork("TWITTER", accounts.twitter))
  },
  receipts: async (w: World) => {
    await w.hook(fixture("message_delivered"))
    await w.hook(fixture("message_read"))
  },
  "reaction events": (w: World) => w.hook(fixture("message_reaction_added")),
  "edit events": (w: World) => w.hook(fixture("message_edited")),
  "delete events": async (w: World) => {
    const at = Date.now() - 30 * minutes
    await w.hook(message({ account: accounts.busy, chat: busyChat, id: deletedMessage, at }))
    await w.hook(message({ account: accounts.busy, chat: busyChat, id: deletedMessage, at, event: "message_deleted" }))
  },
  "ten messages in a day": async (w: World) => {
    for (let n = 1; n <= 10; n++) {
      const at = Date.now() - (20 - n) * minutes
      await w.hook(message({ account: accounts.busy, chat: busyChat, id: `busy-${n}`, at }))
    }
  },
  "read mark": (w: World) =>
    w.post(`/conversations/${inbound.chat_id}/read`, { user_id: "anna", message_id: inbound.message_id }),
  participant_left: (w: World) =>
    w.post("/events", {
      type: "participant_left",
      conversation: group.chat_id,
      participant: group.sender.attendee_provider_id,
      at: "2026-05-05T09:00:00.000Z"
    }),
  set_conversation_priority: (w: World) => w.put(`/conversations/${group.chat_id}/priority`, { priority: "urgent" }),
  "conversation status command": (w: World) => w.put(`/conversations/${group.chat_id}/status`, { status: "archived" }),
  set_custom_rate_limit: (w: World) => w.put(`/connections/${accounts.sender}/rate-limit`, { rate_limit_per_hour: 40 }),
  "reserved sends": (w: World) => w.post(`/connections/${accounts.sender}/sends`, { count: 2 }),
  reset_daily_counters: async (w: World) => {
    await w.post("/schedule/reset_daily_counters/run")
    for (;;) {
      const { runs } = await w.get("/schedule")
      if (runs.some((run: any) => run.task === "reset_daily_counters")) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  },
  // Last: the next webhook that is understood sets the failures back to 0.
  "failed webhooks": (w: World) => w.hook({ event: "message_received", account_id: accounts.main })
} satisfies Record<string, (w: World) => Promise<unknown>>

export type Scenario = keyof typeof scenarios

/** An actor has no page of its own in the API for tenants and channels; looking into it shows the same fields. */
const actor = async (w: World, kind: string, id: string) => (await w.get(`/actors/${kind}/${id}`)).context
const channelOf = async (w: World, account: string) =>
  actor(w, "channel", (await w.get(`/connections/${account}`)).channel_id)
const conversation = (w: World, chat: string) => w.get(`/conversations/${chat}`)
const memberOf = async (w: World, chat: string, is: (member: any) => boolean) => {
  const { id, members } = await conversation(w, chat)
  return { conversation_id: id, ...members.find(is) }
}
const messageOf = async (w: World, chat: string, external: string) => {
  const { items } = await w.get(`/conversations/${chat}/messages`)
  return items.find((item: any) => item.external_message_id === external)
}
const isCalled = (person: any) => (member: any) => member.provider_participant_id === person.attendee_provider_id
const personIn = async (w: World, chat: string, is: (member: any) => boolean) =>
  w.get(`/participants/${(await memberOf(w, chat, is)).participant_id}`)
const notOwner = (member: any) => member.role !== "owner"

/** The things that claims look at: each is one entity as the API shows it. */
export const specimens = {
  tenant: { entity: "tenant", look: (w: World) => actor(w, "tenant", tenantId) },
  account: { entity: "connection", look: (w: World) => w.get(`/connections/${accounts.main}`) },
  sender: { entity: "connection", look: (w: World) => w.get(`/connections/${accounts.sender}`) },
  busyAccount: { entity: "connection", look: (w: World) => w.get(`/connections/${accounts.busy}`) },
  goneAccount: { entity: "connection", look: (w: World) => w.get(`/connections/${accounts.linkedin}`) },
  channel: { entity: "channel", look: (w: World) => channelOf(w, accounts.main) },
  busyChannel: { entity: "channel", look: (w: World) => channelOf(w, accounts.busy) },
  goneChannel: { entity: "channel", look: (w: World) => channelOf(w, accounts.linkedin) },
  chat: { entity: "conversation", look: (w: World) => conversation(w, inbound.chat_id) },
  group: { entity: "conversation", look: (w: World) => conversation(w, group.chat_id) },
  busyChat: { entity: "conversation", look: (w: World) => conversation(w, busyChat) },
  customer: { entity: "member", look: (w: World) => memberOf(w, inbound.chat_id, isCalled(inbound.sender)) },
  owner: { entity: "member", look: (w: World) => memberOf(w, inbound.chat_id, (member) => member.role === "owner") },
  leaver: { entity: "member", look: (w: World) => memberOf(w, group.chat_id, isCalled(group.sender)) },
  danaThere: { entity: "member", look: (w: World) => memberOf(w, linkedin.chat_id, notOwner) },
  inbound: { entity: "message", look: (w: World) => messageOf(w, inbound.chat_id, inbound.message_id) },
  echo: { entity: "message", look: (w: World) => messageOf(w, inbound.chat_id, echo.message_id) },
  image: { entity: "message", look: (w: World) => messageOf(w, inbound.chat_id, image.message_id) },
  deleted: { entity: "message", look: (w: World) => messageOf(w, busyChat, deletedMessage) },
  inmail: { entity: "message", look: (w: World) => messageOf(w, linkedin.chat_id, linkedin.message_id) },
  ben: { entity: "participant", look: (w: World) => personIn(w, inbound.chat_id, isCalled(inbound.sender)) },
  dana: { entity: "participant", look: (w: World) => personIn(w, linkedin.chat_id, notOwner) },
  noor: { entity: "participant", look: (w: World) => personIn(w, instagram.chat_id, notOwner) },
  yuri: { entity: "participant", look: (w: World) => personIn(w, telegram.chat_id, notOwner) },
  onMessenger: { entity: "participant", look: (w: World) => personIn(w, "chat-on-MESSENGER", notOwner) },
  onTwitter: { entity: "participant", look: (w: World) => personIn(w, "chat-on-TWITTER", notOwner) }
} satisfies Record<string, { readonly entity: Entity; readonly look: (w: World) => Promise<any> }>

export type Specimen = keyof typeof specimens
