/**
 * Posts webhooks over raw sockets, each with one request under way, and says how fast they were answered. A process of its own:
 * started by sending.ts, asked by messages. No HTTP client stands between, so that the sender costs as little as it can.
 */
import { connect, type Socket } from "node:net"
import { groupMessage, whatsappMessage } from "./messages.ts"
import { requestOf } from "./request.ts"
import type { Call } from "./request.ts"
import type { Posting, Posted } from "./sending.ts"

/** One answer taken from the front of the bytes: its status and body, and how many bytes it was; null: not all of it is here. */
const answerIn = (bytes: Buffer): { readonly status: number; readonly body: string; readonly size: number } | null => {
  const end = bytes.indexOf("\r\n\r\n")
  if (end === -1) return null
  const head = bytes.toString("latin1", 0, end)
  const status = Number(head.slice(9, 12))
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)
  if (length !== null) {
    const size = end + 4 + Number(length[1])
    return bytes.length < size ? null : { status, body: bytes.toString("utf8", end + 4, size), size }
  }
  const last = bytes.indexOf("0\r\n\r\n", end + 4)
  return last === -1 ? null : { status, body: bytes.toString("utf8", end + 4, last), size: last + 5 }
}

/** The nth of a posting. */
const callOf = ({ from, what }: Posting, path: string): ((n: number) => Call) => {
  const webhook = (message: object): Call => ({ method: "POST", path, body: JSON.stringify(message) })
  switch (what.type) {
    case "messages":
      return (n) => webhook(whatsappMessage(from + n, what.chats, what.first))
    case "group messages":
      return (n) => webhook(groupMessage(from + n, what.members, what.isTurned))
    case "priorities":
      return (n) => ({
        method: "PUT",
        path: `${path}/chat-${from + n}/priority`,
        body: JSON.stringify({ priority: what.priority })
      })
  }
}

const post = async (posting: Posting): Promise<Posted> => {
  const { url: address, headers, connections, count, what } = posting
  const url = new URL(address)
  const call = callOf(posting, url.pathname)
  const said = what.type === "priorities" ? `"priority":"${what.priority}"` : '"applied"'
  const requests = Array.from({ length: count }, (_, n) => requestOf(url.host, headers, call(n)))
  const latencies: Array<number> = []
  let next = 0
  const line = () =>
    new Promise<void>((resolve, reject) => {
      const socket: Socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
      let pending: Buffer = Buffer.alloc(0)
      let sent = 0
      const send = () => {
        if (next >= requests.length) return void socket.end(resolve)
        sent = performance.now()
        socket.write(requests[next++]!)
      }
      socket.once("connect", send)
      socket.on("error", reject)
      socket.on("close", () => resolve())
      socket.on("data", (chunk) => {
        pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
        const answer = answerIn(pending)
        if (answer === null) return
        pending = pending.subarray(answer.size)
        if (answer.status !== 200 || !answer.body.includes(said)) {
          socket.destroy()
          return reject(new Error(`answered ${answer.status}: ${answer.body.slice(0, 300)}`))
        }
        latencies.push(performance.now() - sent)
        send()
      })
    })
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, line))
  const seconds = (performance.now() - started) / 1000
  if (latencies.length !== count) throw new Error(`${latencies.length} of ${count} were answered`)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.min(count - 1, Math.floor(count * share))]!
  return { rate: count / seconds, p50: at(0.5), p99: at(0.99) }
}

process.on("message", (posting: Posting) => {
  post(posting).then(
    (posted) => process.send!({ posted }),
    (error: unknown) => process.send!({ failure: String(error) })
  )
})
process.on("disconnect", () => process.exit(0))
