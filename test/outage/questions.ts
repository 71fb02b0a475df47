/** What people and providers ask in the middle of a fault, besides the load: each must end soon, and in a way that can be understood. */
import { fixture } from "../support/fixtures.ts"
import type { Reply, Server, Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import { chatName } from "./provider.ts"

/** Milliseconds after which an answer is none: longer than what the server allows itself for a query. */
const patience = 8_000

export interface Asked {
  readonly what: string
  /** A status, and the problem's code. "200", "503 database_unavailable", or "no answer in 8000 ms". */
  readonly answer: string
  readonly hasRetryAfter: boolean
  readonly ms: number
}

const timed = async (what: string, asked: Promise<Reply>): Promise<Asked> => {
  const before = performance.now()
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), patience)))
  const reply = await Promise.race([asked, tooLate])
  clearTimeout(timer)
  const ms = Math.round(performance.now() - before)
  if (reply === null) return { what, answer: `no answer in ${patience} ms`, hasRetryAfter: false, ms }
  const { status, headers, json } = reply
  const answer = status < 400 ? String(status) : `${status} ${json.code}`
  return { what, answer, hasRetryAfter: headers.has("retry-after"), ms }
}

/** A list from SQL; a conversation from memory; one that nobody knows, so that rows are looked up. */
export const askQueries = (server: Server, tenant: Tenant): Promise<ReadonlyArray<Asked>> => {
  const get = (path: string) => server.call("GET", `/v1/tenants/${tenant.id}/${path}`, tenant.key)
  return Promise.all([
    timed("the list of conversations", get("conversations")),
    timed("a conversation in memory", get(`conversations/${chatName(0)}`)),
    timed("a conversation that is nowhere", get("conversations/00000000-0000-4000-8000-000000000000")),
    timed("the audit trail", get("audit"))
  ])
}

export const unknownAccount = "a webhook of an unknown account"

/** Webhooks that are kept in tables: one that is not understood, one of an account that nobody registered. */
export const postToBeKept = (server: Server, tenant: Tenant): Promise<ReadonlyArray<Asked>> =>
  Promise.all([
    timed("a webhook for quarantine", server.webhook(tenant, { event: "nobody_knows", tenant: tenant.id })),
    timed(
      unknownAccount,
      server.webhook(tenant, {
        ...message({ chat: "early", id: "early", at: Date.UTC(2026, 4, 4), account: `early-${tenant.id}` }),
        account_info: fixture("message_received.whatsapp_direct").account_info
      })
    )
  ])
