/**
 * The provider: posts a webhook every few milliseconds, whatever becomes of the earlier ones, and keeps what was refused, to
 * send it again later. It knows what every conversation must count in the end.
 */
import type { Reply, Server, Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

/** Conversations of the load. */
export const chats = 20
/** Webhooks a second: what one busy account brings, and few enough for both ends to share two cores. */
export const perSecond = 50

interface Sent {
  readonly chat: number
  readonly payload: unknown
  /** `performance.now()`. */
  readonly postedAt: number
  answeredAt: number | null
  reply: Reply | null
}

const ordinary = new Set(["applied", "duplicate"])

export class Provider {
  readonly sent: Array<Sent> = []
  readonly #server: Server
  readonly #tenant: Tenant
  readonly #account: string
  readonly #start = Date.UTC(2026, 4, 4)
  readonly #open = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | null = null
  /** Answers that no webhook may get: neither taken nor refused with 503, mailbox_full and a Retry-After. */
  readonly odd: Array<string> = []
  resent = 0

  constructor(server: Server, tenant: Tenant, account: string) {
    this.#server = server
    this.#tenant = tenant
    this.#account = account
  }

  /** One message for every conversation, so that all of them live; answered before this returns. */
  async warmUp(): Promise<void> {
    for (let chat = 0; chat < chats; chat++) this.#post(chat)
    await this.settled()
  }

  begin(): void {
    this.#timer = setInterval(() => this.#post(this.sent.length % chats), 1000 / perSecond)
  }

  end(): void {
    if (this.#timer !== null) clearInterval(this.#timer)
  }

  /** Everything that was posted has its answer. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open)
  }

  get refused(): ReadonlyArray<Sent> {
    return this.sent.filter(({ reply }) => reply?.status === 503)
  }

  /** Sends what was refused again, as a provider does, until everything is taken. */
  async sendRefusedAgain(): Promise<void> {
    for (const each of this.refused) {
      for (;;) {
        const reply = await this.#server.webhook(this.#tenant, each.payload)
        this.resent++
        if (reply.status === 200) break
        if (reply.status !== 503) return void this.odd.push(`${reply.status} ${JSON.stringify(reply.json)} on a repeat`)
        await new Promise((resolve) => setTimeout(resolve, 100))
      }
    }
  }

  /** What each conversation must have in the end. */
  expected(chat: number): number {
    return this.sent.filter((each) => each.chat === chat).length
  }

  #post(chat: number): void {
    const index = this.sent.length
    const id = `${this.#tenant.id}-${index}`
    const payload = message({ chat: chatName(chat), id, at: this.#start + index * 1000, account: this.#account })
    const sent: Sent = { chat, payload, postedAt: performance.now(), answeredAt: null, reply: null }
    this.sent.push(sent)
    const answered = this.#server
      .webhook(this.#tenant, payload)
      .then((reply) => {
        sent.reply = reply
        sent.answeredAt = performance.now()
        if (!isFair(reply)) this.odd.push(`${reply.status} ${JSON.stringify(reply.json)}`)
      })
      .catch((error: unknown) => void this.odd.push(String(error)))
      .finally(() => this.#open.delete(answered))
    this.#open.add(answered)
  }
}

export const chatName = (chat: number): string => `chat-${chat}`

const isFair = ({ status, headers, json }: Reply): boolean =>
  (status === 200 && ordinary.has(json.outcome)) ||
  (status === 503 && json.code === "mailbox_full" && Number(headers.get("retry-after")) > 0)
