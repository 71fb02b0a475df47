/** A small world over the public surface of a real server: its accounts, and how its entities are looked up. */
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import type { World } from "./chapter.ts"

export const tenantId = "acme"
/** Accounts: the fixtures' own, one that sends, one whose chats are busy. */
export const accounts = {
  main: fixtureAccount,
  sender: "account-that-sends",
  busy: "account-of-busy-chats",
  linkedin: fixture("message_received.linkedin_inbound").account_id as string,
  instagram: fixture("message_received.instagram_inbound").account_id as string,
  telegram: fixture("message_received.telegram_inbound").account_id as string,
  mail: fixture("mail_received").account_id as string,
  messenger: "account-on-messenger",
  twitter: "account-on-twitter"
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
    patch: (path, body) => call("PATCH", path, body),
    hook: async (payload) => {
      const { json } = await server.webhook(tenant, payload)
      return json.outcome ?? Object.keys(json)[0]
    }
  }
}

/** An actor has no page of its own in the API for tenants and channels; looking into it shows the same fields. */
export const actor = async (w: World, kind: string, id: string) => (await w.get(`/actors/${kind}/${id}`)).context
export const channelOf = async (w: World, account: string) =>
  actor(w, "channel", (await w.get(`/connections/${account}`)).channel_id)
export const conversation = (w: World, chat: string) => w.get(`/conversations/${chat}`)
export const memberOf = async (w: World, chat: string, is: (member: any) => boolean) => {
  const { id, members } = await conversation(w, chat)
  return { conversation_id: id, ...members.find(is) }
}
export const messageOf = async (w: World, chat: string, external: string) => {
  const { items } = await w.get(`/conversations/${chat}/messages`)
  return items.find((item: any) => item.external_message_id === external)
}
export const isCalled = (person: any) => (member: any) => member.provider_participant_id === person.attendee_provider_id
export const personIn = async (w: World, chat: string, is: (member: any) => boolean) =>
  w.get(`/participants/${(await memberOf(w, chat, is)).participant_id}`)
export const notOwner = (member: any) => member.role !== "owner"

export const minutes = 60_000
