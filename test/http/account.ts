/** A registered, running WhatsApp account and its webhooks, through the public surface only. */
import { readFileSync } from "node:fs"
import type { Answer, Edge } from "./edge.ts"

export const fixture = (name: string): Record<string, any> =>
  JSON.parse(readFileSync(new URL(`../fixtures/unipile/${name}.json`, import.meta.url), "utf8"))

/** The account of the WhatsApp fixtures. */
export const accountId = "ryiNb5LlmAmAfGwuyo5X7A"
/** The chat of `message_received.whatsapp_direct`. */
export const chatId = "v4wOGRWJb704L5rikhXCig"

export type Tenant = Awaited<ReturnType<Edge["tenant"]>>

export const deliver = (edge: Edge, tenant: Tenant, payload: unknown): Promise<Answer> =>
  edge.call("POST", `/v1/tenants/${tenant.id}/webhooks/unipile`, {
    body: payload,
    headers: { "unipile-auth": tenant.secret }
  })

export const register = (edge: Edge, tenant: Tenant): Promise<Answer> =>
  edge.call("PUT", `/v1/tenants/${tenant.id}/connections/${accountId}`, {
    key: tenant.key,
    body: { channel_type: "whatsapp", account_name: "Sales", user_id: "user-1" }
  })

/** A tenant whose account is registered and active. */
export const tenantWithAccount = async (edge: Edge, id: string): Promise<Tenant> => {
  const tenant = await edge.tenant(id)
  await register(edge, tenant)
  await deliver(edge, tenant, fixture("account_status.ok"))
  return tenant
}
