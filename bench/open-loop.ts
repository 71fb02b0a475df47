/**
 * Webhooks at a fixed rate whether or not the server keeps up, each timed from the instant at which it was due until its answer is
 * here, which says that it is durable. A process of its own: started by at-rate.ts.
 */
import type { AtRate, Heard } from "./at-rate.ts"
import { Lines } from "./lines.ts"
import { whatsappMessage } from "./messages.ts"
import { requestOf } from "./request.ts"

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const connections = 64

const run = async ({ url: address, headers, rate, from, chats }: AtRate, stopped: AbortSignal): Promise<Heard> => {
  const url = new URL(address)
  const lines = await Lines.open(url, connections)
  const answers: Array<{ readonly due: number; readonly ms: number }> = []
  process.send!("begun")
  const began = performance.now()
  let sent = 0
  const send = () => {
    const due = began + (sent / rate) * 1000
    const body = JSON.stringify(whatsappMessage(from + sent, chats))
    const request = requestOf(url.host, headers, { method: "POST", path: url.pathname, body })
    lines.send(request, () => answers.push({ due: performance.timeOrigin + due, ms: performance.now() - due }))
  }
  while (!stopped.aborted) {
    for (const due = ((performance.now() - began) / 1000) * rate; sent < due; sent++) send()
    await wait(1)
  }
  for (let n = 0; n < 600 && lines.answered < sent; n++) await wait(50)
  lines.close()
  return { answers, sent, failed: lines.failed }
}

const stop = new AbortController()

process.on("message", (order: AtRate | "stop") => {
  if (order === "stop") return stop.abort()
  run(order, stop.signal).then(
    (heard) => process.send!({ heard }),
    (error: unknown) => process.send!({ failure: String(error) })
  )
})
process.on("disconnect", () => process.exit(0))
