/** A provider with steady traffic: what gets no 200 is sent again. And a viewer, who sees what happens while nothing is answered. */
import { setTimeout as sleep } from "node:timers/promises"
import type { Server, Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import { Client } from "../feed/client.ts"

/** Milliseconds between two tries of one payload. A real provider waits longer. */
const patience = 500
/** Chats that everybody knows before the fault comes; their actors are in memory. Every fifth message founds a chat of its own. */
const knownChats = 20
const foundEvery = 5

/** One webhook on its way. Its time is its own, so that a patch shows how far the feed is. */
export interface Sent {
  readonly chat: string
  readonly isKnown: boolean
  /** Epoch milliseconds, the message's own time. */
  readonly at: number
  readonly sentAt: number
  answeredAt: number | null
  shownAt: number | null
  refused: number
}

const topicOf = async (server: Server, tenant: Tenant): Promise<Client> => {
  const { json: pass } = await server.call("POST", `/v1/tenants/${tenant.id}/feed-tokens`, tenant.key, {
    user_id: "viewer"
  })
  const viewer = await new Client(`${server.url.replace("http", "ws")}/v1/feed?token=${pass.token}`).opened()
  const { type } = await viewer.ask({ type: "subscribe", topic: "inbox" })
  if (type !== "snapshot") throw new Error(`the feed answered ${type}`)
  return viewer
}

/** `name` keeps the chats of one run apart from those of another; `from` is the time of its first message. */
export const startSender = async (server: Server, tenant: Tenant, rate: number, name: string, from: number) => {
  const sent: Array<Sent> = []
  const byChat = new Map<string, Array<Sent>>()
  const underWay = new Set<Promise<void>>()
  const wrong: Array<string> = []
  let patches = 0

  const show = (chat: string, until: number): void => {
    for (const one of byChat.get(chat) ?? [])
      if (one.at <= until && one.refused === 0) one.shownAt ??= performance.now()
  }
  const chatOf = new Map<string, string>()
  const viewer = await topicOf(server, tenant)
  const watch = async (): Promise<never> => {
    for (;;) {
      const frame = await viewer.next()
      if (frame.type !== "patch") continue
      patches++
      for (const [id, summary] of Object.entries<any>(frame.changes.conversations ?? {})) {
        if (summary?.external_thread_id !== undefined) chatOf.set(id, summary.external_thread_id)
        if (summary?.last_message_at) show(chatOf.get(id) ?? "", Date.parse(summary.last_message_at))
      }
    }
  }
  void watch()

  const post = async (one: Sent): Promise<void> => {
    const payload = message({ chat: one.chat, id: `m-${name}-${one.at}`, at: one.at })
    for (;;) {
      const answer = await server.webhook(tenant, payload).catch(() => null)
      if (answer?.status === 200) {
        one.answeredAt = performance.now()
        return
      }
      one.refused++
      const isClear =
        answer?.status === 503 && Number(answer.headers.get("retry-after")) > 0 && typeof answer.json.code === "string"
      if (!isClear) wrong.push(answer === null ? "no answer at all" : `${answer.status} ${JSON.stringify(answer.json)}`)
      await sleep(patience)
    }
  }
  const send = (isKnown: boolean, chat: string): Promise<void> => {
    const one: Sent = {
      chat,
      isKnown,
      at: from + sent.length,
      sentAt: performance.now(),
      answeredAt: null,
      shownAt: null,
      refused: 0
    }
    sent.push(one)
    byChat.set(chat, [...(byChat.get(chat) ?? []), one])
    const work: Promise<void> = post(one).then(() => void underWay.delete(work))
    underWay.add(work)
    return work
  }
  await Promise.all(Array.from({ length: knownChats }, (_, index) => send(true, `${name}-${index}`)))
  const timer = setInterval(() => {
    const isKnown = sent.length % foundEvery !== 0
    void send(isKnown, isKnown ? `${name}-${sent.length % knownChats}` : `${name}-new-${sent.length}`)
  }, 1000 / rate)

  return {
    sent,
    wrong,
    patches: () => patches,
    /** How many messages each chat must have. */
    expected: (): ReadonlyMap<string, number> => new Map([...byChat].map(([chat, all]) => [chat, all.length])),
    /** No more; done when everything has its 200. */
    stop: async () => {
      clearInterval(timer)
      await Promise.all(underWay)
      viewer.ws.terminate()
    }
  }
}
export type Sender = Awaited<ReturnType<typeof startSender>>
