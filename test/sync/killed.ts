/**
 * A history that is fetched while webhooks of the same chats come in, by a process that is killed with -9 again and again: what the
 * tenant shows in the end has to be what the provider holds, and each message once.
 */
import type { Database } from "../support/fresh-databases.ts"
import { generatorOf } from "../support/seeded.ts"
import type { Account } from "../unipile-server/content.ts"
import { whatsapp } from "../unipile-server/content.ts"
import { startUniPile } from "../unipile-server/server.ts"
import { arrives, webhookOf } from "../unipile-server/webhook.ts"
import { apiKey, atTenant, newTenant, shown, startReaching, sumOf, told } from "./house.ts"

export interface Plan {
  readonly seed: number
  /** The chats are shared out among them: the budget of one is 800 calls an hour. */
  readonly accounts: number
  /** Of each account. */
  readonly chats: number
  /** Of each chat, on average. */
  readonly messages: number
  readonly kills: number
  /** Webhooks of messages that the provider holds, and of new ones, while the history is fetched. */
  readonly repeats: number
  readonly late: number
}

export interface Outcome {
  readonly jobs: ReadonlyArray<any>
  /** What each chat shows, and what it should. */
  readonly shown: Record<string, unknown>
  readonly told: Record<string, unknown>
  /** Messages that the provider held at the beginning. */
  readonly held: number
  readonly calls: number
  readonly seconds: number
}

export const killedHistory = async (database: Database, plan: Plan, say: (line: string) => void): Promise<Outcome> => {
  const next = generatorOf(plan.seed)
  const below = (limit: number) => Math.floor(next() * limit)
  const newest = Date.now() - 3_600_000
  const accounts: ReadonlyArray<Account> = Array.from({ length: plan.accounts }, (_, n) =>
    whatsapp({ seed: plan.seed + n, account_id: `wa-${n}`, chats: plan.chats, messages: plan.messages, newest })
  )
  const held = accounts.reduce((sum, account) => sum + sumOf(account), 0)
  const chats = accounts.flatMap((account) => account.chats)
  const expectedCalls = 2 * chats.length
  const killAt = Array.from({ length: plan.kills }, (_, n) => Math.floor(((n + 1) * expectedCalls) / (plan.kills + 1)))
  const begun = performance.now()

  let killed = () => {}
  let wantsKill = new Promise<void>((resolve) => (killed = resolve))
  const provider = await startUniPile({
    api_key: apiKey,
    accounts,
    mishap: ({ n }) => {
      if (killAt[0] !== undefined && n >= killAt[0]) {
        killAt.shift()
        killed()
      }
      // Now and then the provider has troubles of its own.
      return n % 97 === 96 ? { status: 500 } : n % 131 === 130 ? { status: 429, headers: { "retry-after": "1" } } : null
    }
  })
  const server = await startReaching(database)
  try {
    const made = await newTenant(server, "acme", { max_api_calls_per_hour: 1_000_000 })
    const tenant = atTenant(server, made)
    for (const { account } of accounts) await tenant.register(account["id"])
    await tenant.access(provider)

    /** Webhooks of the same chats, as long as the history is fetched; one that is not answered is sent again. */
    const told200 = async (payload: unknown) => {
      for (;;) {
        const status = await server.webhook(made, payload).then(
          (reply) => reply.status,
          () => 0
        )
        if (status === 200) return
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    }
    const telling = (async () => {
      for (let n = 0; n < plan.repeats + plan.late; n++) {
        const chat = chats[below(chats.length)]!
        const isLate = n % Math.ceil((plan.repeats + plan.late) / Math.max(1, plan.late)) === 0
        await told200(
          isLate ? arrives(chat, n, Date.now()) : webhookOf(chat, chat.messages[below(chat.messages.length)]!)
        )
      }
    })()

    for (let n = 1; n <= plan.kills; n++) {
      await wantsKill
      await server.kill()
      say(`killed ${n} of ${plan.kills} after ${provider.asked.length} calls, ${seconds(begun)} s`)
      wantsKill = new Promise<void>((resolve) => (killed = resolve))
      await server.restart()
    }
    await telling
    for (;;) {
      const jobs = await tenant.jobs().catch(() => [])
      const open = jobs.filter(({ status }) => status === "pending" || status === "running")
      const found = jobs.reduce((sum, { messages_found }) => sum + messages_found, 0)
      say(`${found} of ${held} messages, ${provider.asked.length} calls, ${open.length} jobs open, ${seconds(begun)} s`)
      if (jobs.length >= plan.accounts && open.length === 0)
        return {
          jobs,
          shown: shown(await tenant.conversations()),
          told: Object.assign({}, ...accounts.map(told)),
          held,
          calls: provider.asked.length,
          seconds: seconds(begun)
        }
      await new Promise((resolve) => setTimeout(resolve, 2_000))
    }
  } finally {
    await server.close()
    await provider.close()
  }
}

const seconds = (since: number): number => Math.round((performance.now() - since) / 1_000)

/** What differs between what is shown and what the provider holds. */
export const differences = ({ shown: seen, told: right }: Outcome): ReadonlyArray<string> =>
  [...new Set([...Object.keys(seen), ...Object.keys(right)])]
    .filter((chat) => JSON.stringify(seen[chat]) !== JSON.stringify(right[chat]))
    .map((chat) => `${chat}: shown ${JSON.stringify(seen[chat])}, held ${JSON.stringify(right[chat])}`)
