/**
 * Viewers and the sender of the latency scenario in one process, because they share a clock: each socket watches one conversation,
 * webhooks come at a fixed rate whether or not the server keeps up (open loop), and each is timed from the instant at which it was due
 * until its patch is here. A process of its own: started by watching.ts.
 */
import { connect, type Socket } from "node:net"
import { WebSocket } from "ws"
import { whatsappMessage } from "./messages.ts"
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

/** Keep-alive connections; an answer is only waited for so that the connection can be used again. */
class Lines {
  readonly #free: Array<Socket> = []
  readonly #waiting: Array<string> = []
  failed = 0
  answered = 0

  static async open(url: URL, count: number): Promise<Lines> {
    const lines = new Lines()
    for (let n = 0; n < count; n++) {
      const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject))
      socket.on("data", (chunk) => {
        const text = chunk.toString("latin1")
        if (!text.includes('"outcome"')) return
        if (!text.includes('"applied"')) lines.failed++
        lines.answered++
        const next = lines.#waiting.shift()
        if (next === undefined) lines.#free.push(socket)
        else socket.write(next)
      })
      lines.#free.push(socket)
    }
    return lines
  }

  send(request: string): void {
    const socket = this.#free.pop()
    if (socket === undefined) this.#waiting.push(request)
    else socket.write(request)
  }

  close(): void {
    for (const socket of this.#free) socket.destroy()
  }
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
  const head = `POST ${url.pathname} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: application/json\r\n${Object.entries(
    headers
  )
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join("")}`
  const requests = Array.from({ length: total }, (_, n) => {
    const body = JSON.stringify(whatsappMessage(from + n, sockets))
    return `${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  })
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
