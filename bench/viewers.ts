/**
 * Viewers and the sender of the latency scenario in one process, because they share a clock: each socket watches one conversation,
 * webhooks come at a fixed rate whether or not the server keeps up (open loop), and each is timed from the instant at which it was due
 * until its patch is here. A process of its own: started by watching.ts.
 */
import { WebSocket } from "ws"
import { Lines } from "./lines.ts"
import { whatsappMessage } from "./messages.ts"
import { requestOf } from "./request.ts"
import type { Watched, Watching } from "./watching.ts"

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** One conversation's viewer: when each of its messages was due, in order, and how long the patches took. */
class Viewer {
  readonly due: Array<number> = []
  readonly latencies: Array<number> = []
  readonly #seen: number
  #count: number

  constructor(count: number) {
    this.#seen = count
    this.#count = count
  }

  /** A patch says how many messages there are by now: whatever was due before that is here. */
  arrived(count: number): void {
    const now = performance.now()
    for (; this.#count < count; this.#count++) {
      const due = this.due[this.#count - this.#seen]
      if (due !== undefined) this.latencies.push(now - due)
    }
  }
}

const opened = async (feedUrl: string, chat: string): Promise<{ readonly ws: WebSocket; readonly viewer: Viewer }> => {
  const ws = new WebSocket(feedUrl, "switchboard.v1.json", { perMessageDeflate: false })
  await new Promise((resolve, reject) => ws.once("open", resolve).once("error", reject))
  return new Promise((resolve, reject) => {
    let viewer: Viewer | null = null
    ws.on("message", (raw) => {
      const frame = JSON.parse(String(raw))
      if (frame.type === "error") reject(new Error(frame.message))
      if (frame.type === "snapshot" && viewer === null)
        resolve({ ws, viewer: (viewer = new Viewer(frame.state.message_count)) })
      else if (frame.type === "snapshot") viewer!.arrived(frame.state.message_count)
      else if (frame.type === "patch" && frame.changes.message_count !== undefined)
        viewer!.arrived(frame.changes.message_count)
    })
    ws.send(JSON.stringify({ type: "subscribe", topic: `conversation:${chat}` }))
  })
}

const watch = async ({ url: address, headers, feedUrls, sockets, rate, seconds, from }: Watching): Promise<Watched> => {
  const url = new URL(address)
  const viewers: Array<Awaited<ReturnType<typeof opened>>> = []
  for (let n = 0; n < sockets; n += 50)
    viewers.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(50, sockets - n) }, (_, k) =>
          opened(feedUrls[(n + k) % feedUrls.length]!, `chat-${n + k}`)
        )
      ))
    )
  const lines = await Lines.open(url, 64)
  const total = rate * seconds
  const requests = Array.from({ length: total }, (_, n) =>
    requestOf(url.host, headers, {
      method: "POST",
      path: url.pathname,
      body: JSON.stringify(whatsappMessage(from + n, sockets))
    })
  )
  const began = performance.now()
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1000) * rate))
    for (; sent < due; sent++) {
      viewers[(from + sent) % sockets]!.viewer.due.push(began + (sent / rate) * 1000)
      lines.send(requests[sent]!)
    }
    await wait(1)
  }
  for (let n = 0; n < 200 && lines.answered < total; n++) await wait(50)
  await wait(200)
  const all = viewers.flatMap(({ viewer }) => viewer.latencies).sort((a, b) => a - b)
  for (const { ws } of viewers) ws.terminate()
  lines.close()
  const at = (share: number) => all[Math.min(all.length - 1, Math.floor(all.length * share))] ?? NaN
  return { sent: total, seen: all.length, failed: lines.failed, p50: at(0.5), p99: at(0.99), max: at(1) }
}

process.on("message", (order: Watching) => {
  watch(order).then(
    (watched) => process.send!({ watched }),
    (error: unknown) => process.send!({ failure: String(error) })
  )
})
process.on("disconnect", () => process.exit(0))
