/**
 * From a webhook to the viewer's socket: 1,000 webhooks a second over 1,000 conversations, each watched by one socket. What it
 * measures is when the change is seen, not when the webhook is answered. A patch waits for its frame: 20 ms at the most.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { newPostgres } from "./postgres.ts"
import type { Report } from "./report.ts"
import { startSender } from "./sending.ts"
import { switchboard } from "./target.ts"
import { watched } from "./watching.ts"

const sockets = 1_000
const rate = 1_000
const users = 10
const frameMs = 20

export const benchLatency = async (quick: boolean, report: Report): Promise<void> => {
  const seconds = quick ? 5 : 20
  const rounds = quick ? 1 : 3
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  const postgres = await newPostgres()
  const ours = await switchboard({
    SWITCHBOARD_DATA_DIR: dataDir,
    DATABASE_URL: await postgres.database("switchboard")
  })
  try {
    const sender = startSender()
    const { url, headers } = ours
    await sender.post({
      url,
      headers,
      connections: 64,
      from: 0,
      count: 4 * sockets,
      what: { type: "messages", chats: sockets }
    })
    sender.stop()
    const feedUrls: Array<string> = []
    for (let n = 0; n < users; n++) {
      const { token } = await ours.call("POST", "/feed-tokens", { user_id: `user-${n}` })
      feedUrls.push(`${ours.server.url.replace("http", "ws")}/v1/feed?token=${token}`)
    }
    report.head(
      `From a webhook to its viewer: ${rate} webhooks/s, ${sockets} sockets, ${seconds} s, ${rounds} rounds; a frame is ${frameMs} ms`
    )
    for (let round = 0; round < rounds; round++) {
      report.step(`latency: round ${round + 1} of ${rounds}`)
      const from = 4 * sockets + round * rate * seconds
      const { sent, seen, failed, p50, p99, max } = await watched({
        url,
        headers,
        feedUrls,
        sockets,
        rate,
        seconds,
        from
      })
      report.line(
        `round ${round + 1}`,
        `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, longest ${max.toFixed(0)} ms; ${seen} of ${sent} seen, ${failed} refused`
      )
      report.keep("latency", `round ${round + 1}`, { p50: [p50], p99: [p99], max: [max] })
    }
  } finally {
    await ours.server.stop()
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
