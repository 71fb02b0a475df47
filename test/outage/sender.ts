/** Messages that are brought until they are taken, some at a time, as a provider does; it knows which were answered 200. */
import type { Reply, Server, Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import { chatName } from "./provider.ts"

const start = Date.UTC(2026, 4, 4)
/** Milliseconds that it waits for an answer; providers wait longer. */
const patience = 4_000
/** A tenant's conversations. */
export const senderChats = 5

export class Sender {
  /** Numbers of the messages that were answered 200, and when first, `performance.now()`. */
  readonly taken = new Map<number, number>()
  /** How often each refusal was met. */
  readonly refusals = new Map<string, number>()
  readonly #tenant: Tenant
  readonly #account: string
  readonly #text: (() => string) | undefined

  /** `text`: what the messages say, when that matters. */
  constructor(tenant: Tenant, account: string, text?: () => string) {
    this.#tenant = tenant
    this.#account = account
    this.#text = text
  }

  payload(n: number) {
    const chat = chatName(n % senderChats)
    const made = message({ chat, id: `${this.#tenant.id}-${n}`, at: start + n * 1000, account: this.#account })
    return this.#text === undefined ? made : { ...made, message: this.#text() }
  }

  /** One try; whether it was taken. */
  async try(server: Server, n: number): Promise<boolean> {
    const late = new Promise<null>((resolve) => setTimeout(resolve, patience, null))
    const asked = server.webhook(this.#tenant, this.payload(n)).catch(() => null)
    const reply: Reply | null = await Promise.race([asked, late])
    if (reply?.status === 200) {
      if (!this.taken.has(n)) this.taken.set(n, performance.now())
      return true
    }
    const why = reply === null ? "no answer" : `${reply.status} ${reply.json.code}`
    this.refusals.set(why, (this.refusals.get(why) ?? 0) + 1)
    return false
  }

  /** Brings the messages of these numbers, `inParallel` at once, each again and again until it is taken or the patience is over. */
  async bring(server: Server, numbers: ReadonlyArray<number>, inParallel = 4, tries = 300): Promise<void> {
    const queue = [...numbers]
    const one = async () => {
      for (let n = queue.shift(); n !== undefined; n = queue.shift())
        for (let left = tries; left > 0 && !(await this.try(server, n)); left--)
          await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await Promise.all(Array.from({ length: inParallel }, one))
  }

  /** What memory counts over the tenant's conversations. */
  async counted(server: Server): Promise<number> {
    let sum = 0
    for (let chat = 0; chat < senderChats; chat++) {
      const path = `/v1/tenants/${this.#tenant.id}/conversations/${chatName(chat)}`
      const { status, json } = await server.call("GET", path, this.#tenant.key)
      sum += status === 200 && json.message_count === json.unread_count ? (json.message_count as number) : NaN
    }
    return sum
  }
}

/** The number of a message, from its id. */
export const numberOf = (id: string): number => Number(id.slice(id.lastIndexOf("-") + 1))

/** The numbers from one to another, the last left out. */
export const numbers = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from }, (_, n) => from + n)
