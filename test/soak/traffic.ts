/**
 * An inbox that is used all day, at a steady rate: messages in both directions, receipts, repeats, typing, sends, viewers that come
 * and go, payloads that nobody can read. The chats that are spoken in move on slowly, so that actors wake and sleep all the time.
 */
import { WebSocket } from "ws"
import { random } from "../support/seeded.ts"
import type { Server, Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

export interface TrafficOptions {
  /** Chats that exist; they have been founded before. */
  readonly known: number
  /** Chats that are spoken in at a time. */
  readonly active: number
  /** Webhooks a second. */
  readonly rate: number
  /** After so many webhooks the window of active chats moves on by one. */
  readonly moveEvery: number
}

/** Webhooks under way at once; past it the sender waits, as a provider's would. */
const inParallel = 32
/** Milliseconds that a viewer stays. */
const viewerStays = 15_000

/** What was sent and answered. `expected` counts the distinct messages of a chat. */
export interface Traffic {
  readonly expected: ReadonlyMap<string, number>
  readonly answered: () => number
  readonly failed: () => ReadonlyArray<string>
  /** Stops, and waits for what is under way. */
  stop(): Promise<void>
}

export const chatName = (index: number): string => `chat-${index}`
/** Each chat is founded with one message. */
export const foundingMessage = (index: number, at: number) =>
  message({ chat: chatName(index), id: `founding-${index}`, at })

export const startTraffic = (server: Server, tenant: Tenant, options: TrafficOptions): Traffic => {
  const next = random("soak")
  const started = Date.now()
  const expected = new Map<string, number>()
  const failed: Array<string> = []
  const underWay = new Set<Promise<void>>()
  const viewers = new Set<WebSocket>()
  let [sent, answered] = [0, 0]

  const post = async (payload: unknown, wanted: ReadonlyArray<string>): Promise<void> => {
    const { status, json } = await server.webhook(tenant, payload)
    if (status === 200 && wanted.includes(json.outcome)) answered++
    else failed.push(`${status} ${JSON.stringify(json)}`)
  }

  const chatNow = () => {
    const first = Math.floor(sent / options.moveEvery)
    return chatName((first + Math.floor(next() * options.active)) % options.known)
  }

  const one = async (): Promise<void> => {
    const [chat, id, at] = [chatNow(), `m-${++sent}`, Date.now()]
    const kind = next()
    if (kind < 0.02) return post({ event: "a kind that nobody knows", account_id: id }, ["quarantined"])
    const made = message({ chat, id, at, outbound: kind > 0.8 })
    expected.set(chat, (expected.get(chat) ?? 0) + 1)
    await post(made, ["applied"])
    if (kind < 0.1) await post(made, ["duplicate"])
    if (kind > 0.9)
      await post(message({ chat, id, at, outbound: true, event: "message_read" }), ["applied", "duplicate"])
  }

  const call = (method: string, path: string, body?: unknown) =>
    server.call(method, `/v1/tenants/${tenant.id}/${path}`, tenant.key, body).then(
      ({ status, json }) => (status < 500 ? json : (failed.push(`${path}: ${status}`), json)),
      (error: unknown) => void failed.push(`${path}: ${String(error)}`)
    )

  const viewer = async () => {
    const pass = await call("POST", "feed-tokens", { user_id: `user-${sent}` })
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/v1/feed?token=${pass.token}`)
    viewers.add(socket)
    socket.on("error", () => {})
    socket.on("close", () => viewers.delete(socket))
    socket.on("open", () => {
      for (const topic of ["inbox", `conversation:${chatNow()}`])
        socket.send(JSON.stringify({ type: "subscribe", topic }))
      setTimeout(() => socket.close(), viewerStays)
    })
  }

  const track = (work: Promise<void>): void => {
    const settled: Promise<void> = work
      .catch((error: unknown) => void failed.push(String(error)))
      .then(() => void underWay.delete(settled))
    underWay.add(settled)
  }
  const sender = setInterval(() => {
    const due = Math.floor(((Date.now() - started) / 1000) * options.rate) - sent
    for (let count = Math.min(due, inParallel - underWay.size); count > 0; count--) track(one())
  }, 10)
  const others = setInterval(() => {
    track(call("POST", "events", { type: "typing", conversation: chatNow(), user_id: "user-1", is_typing: true }))
    track(call("POST", `conversations/${chatNow()}/read`, { user_id: "user-1" }))
    track(viewer())
  }, 1000)

  return {
    expected,
    answered: () => answered,
    failed: () => failed,
    stop: async () => {
      clearInterval(sender)
      clearInterval(others)
      await Promise.all(underWay)
      for (const socket of viewers) socket.terminate()
    }
  }
}
