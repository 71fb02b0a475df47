/** A server and a made-up UniPile that it may reach, both real processes and ports. */
import { eventually } from "../support/eventually.ts"
import type { Database } from "../support/fresh-databases.ts"
import type { Server, Tenant } from "../support/server.ts"
import { adminKey, startServer } from "../support/server.ts"
import type { Account } from "../unipile-server/content.ts"
import type { UniPileServer } from "../unipile-server/server.ts"

export const apiKey = "the-api-key-of-the-tests"

/** Loopback is where the made-up UniPile is. */
export const startReaching = (database: Database, settings: Readonly<Record<string, string>> = {}) =>
  startServer(database, { SWITCHBOARD_OUTGOING_ALLOW: "127.0.0.0/8", ...settings })

export const newTenant = async (server: Server, id: string, settings: object = {}): Promise<Tenant> => {
  const { json } = await server.call("PUT", `/v1/tenants/${id}`, adminKey, { name: id })
  await server.call("PATCH", `/v1/tenants/${id}`, json.api_key, settings)
  return { id, key: json.api_key, secret: json.webhook_secret }
}

export const atTenant = (server: Server, { id, key }: Tenant) => {
  const call = (method: string, path: string, body?: unknown) =>
    server.call(method, `/v1/tenants/${id}${path}`, key, body)
  const jobs = async (query = ""): Promise<ReadonlyArray<any>> =>
    (await call("GET", `/sync-jobs${query}`)).json.items ?? []
  return {
    call,
    jobs,
    access: (provider: UniPileServer, key = apiKey) =>
      call("PUT", "/provider-access", { base_url: provider.url, api_key: key }),
    register: (account_id: string, channel_type = "whatsapp", account_status = "active") =>
      call("PUT", `/connections/${account_id}`, {
        channel_type,
        account_name: "Support",
        user_id: "user-1",
        account_status
      }),
    /** The newest job once it has ended. */
    ended: async (query = "", count = 1): Promise<any> => {
      const all = await eventually(
        () => jobs(query).catch(() => []),
        (list) => list.length >= count && !["pending", "running"].includes(list[0].status),
        20_000
      )
      return all[0]
    },
    conversations: async (): Promise<ReadonlyArray<any>> => {
      const all: Array<any> = []
      for (let cursor: string | null = ""; cursor !== null;) {
        const { json } = await call("GET", `/conversations?limit=200${cursor === "" ? "" : `&cursor=${cursor}`}`)
        all.push(...json.items)
        cursor = json.next_cursor
      }
      return all
    }
  }
}

/** What each chat of an account has to show, by its id: messages and unread ones. */
export const told = ({ chats }: Account) =>
  Object.fromEntries(
    chats.map(({ chat, messages }) => [
      chat["id"],
      { message_count: messages.length, unread_count: chat["unread_count"], last: messages[0]!["timestamp"] }
    ])
  )

/** The same of what a tenant shows. */
export const shown = (conversations: ReadonlyArray<any>) =>
  Object.fromEntries(
    conversations.map(({ external_thread_id, message_count, unread_count, last_message_at }) => [
      external_thread_id,
      { message_count, unread_count, last: last_message_at }
    ])
  )

export const sumOf = ({ chats }: Account): number => chats.reduce((sum, { messages }) => sum + messages.length, 0)
