/**
 * The machine's clock is set, an hour and a month, in both directions, under a running process, and set right again. While it is
 * wrong everything goes on; once it is right nothing waits for the time that it had shown.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { WebSocket } from "ws"
import type { Database } from "../support/databases.ts"
import { eventually } from "../support/eventually.ts"
import { type Reply, startServer } from "../support/server.ts"
import { mustBe } from "./fault.ts"
import { chatName } from "./provider.ts"
import { numbers, Sender, senderChats } from "./sender.ts"

const hour = 3_600_000
const month = 31 * 24 * hour
/** Where the clock stands, milliseconds ahead of the real time, one after the other. */
const steps = [0, hour, 0, -hour, 0, month, 0, -month, 0]
const perStep = 10

export interface ClockStepsReport {
  readonly proof: string
  readonly violations: ReadonlyArray<string>
}

const preload = fileURLToPath(new URL("../support/shifted-clock.mjs", import.meta.url))

export const runClockSteps = async (database: Database): Promise<ClockStepsReport> => {
  const violations: Array<string> = []
  const folder = await mkdtemp(join(tmpdir(), "switchboard-clock-"))
  const file = join(folder, "offset")
  await writeFile(file, "0")
  const server = await startServer(database, {
    NODE_OPTIONS: `--import ${preload}`,
    SHIFTED_CLOCK: file,
    SWITCHBOARD_SNAPSHOT_INTERVAL: "300 millis"
  })
  try {
    const tenant = await server.tenant("clock", "account")
    const sender = new Sender(tenant, "account")
    const call = (method: string, path: string, body?: unknown): Promise<Reply> =>
      server.call(method, `/v1/tenants/clock/${path}`, tenant.key, body)
    const shownClocks: Array<number> = []
    let brought = 0
    let reserved = 0

    for (const [step, offset] of steps.entries()) {
      const where = `step ${step} (${offset / hour} h)`
      const claim = (holds: boolean, otherwise: () => string): void => {
        if (!holds) violations.push(`${where}: ${otherwise()}`)
      }
      const worked = (what: string, { status, json }: Reply): Reply => {
        claim(status === 200 || status === 201, () => `${what} was answered ${status} ${JSON.stringify(json)}`)
        return { status, headers: new Headers(), json }
      }
      await writeFile(file, String(offset))
      await new Promise((resolve) => setTimeout(resolve, 100))
      await sender.bring(server, numbers(brought, brought + perStep), 4, 20)
      brought += perStep
      claim(sender.taken.size === brought, () => `${brought - sender.taken.size} messages were not taken`)

      for (let chat = 0; chat < senderChats; chat++) {
        worked("a reading", await call("POST", `conversations/${chatName(chat)}/read`, { user_id: "user-1" }))
        const { json } = await call("GET", `conversations/${chatName(chat)}`)
        claim(json.unread_count === 0, () => `${json.unread_count} unread after a reading`)
      }
      await sender.bring(server, [brought], 1, 20)
      const fresh = await call("GET", `conversations/${chatName(brought % senderChats)}`)
      claim(fresh.json.unread_count === 1, () => `${fresh.json.unread_count} unread after one more message`)
      brought++

      const reservation = worked("a reservation", await call("POST", "connections/account/sends", { count: 1 }))
      reserved++
      const id = reservation.json?.reservation_id ?? reservation.json?.id
      worked(
        "a confirmation",
        await call("POST", `connections/account/sends/${id}/confirm`, { message_id: `out-${step}` })
      )
      worked("a list", await call("GET", "conversations"))
      worked("a task", await call("POST", "schedule/reset_daily_counters/run"))

      const token = worked("a feed token", await call("POST", "feed-tokens", { user_id: "user-1" })).json
      shownClocks.push(Date.parse(token.expires_at) - Date.now())
      const gone = await typingShownAndGone(server.url, token.token, () =>
        call("POST", `conversations/${chatName(0)}/typing`, { user_id: "user-2", is_typing: true })
      )
      claim(gone === "shown and gone", () => `typing: ${gone}`)

      if (offset !== 0) continue
      const { scheduler } = (await call("GET", "schedule")).json
      const deadline = await eventually(
        async () => Date.parse((await call("GET", `actors/scheduler/${scheduler.id}`)).json.deadline),
        (at) => at > Date.now() && at <= Date.now() + hour,
        200
      )
      claim(
        deadline > Date.now() && deadline <= Date.now() + hour,
        () => `the scheduler waits for ${new Date(deadline).toISOString()}`
      )
      const quota = (await call("GET", "connections/account/quota")).json
      claim(
        quota.messages_sent_count === reserved,
        () => `${quota.messages_sent_count} of ${reserved} sends are counted`
      )
      claim(quota.messages_sent_today <= reserved, () => `${quota.messages_sent_today} sends count for today`)
    }

    const counted = async () => {
      const { json } = await call("GET", "conversations?limit=50")
      return (json.items as ReadonlyArray<any>).map((item) => [item.id, item.message_count, item.unread_count]).sort()
    }
    const before = await counted()
    await server.kill()
    await server.restart()
    const after = await counted()
    if (JSON.stringify(before) !== JSON.stringify(after))
      violations.push(`after kill -9 ${JSON.stringify(after)}, before ${JSON.stringify(before)}`)
    const sum = before.reduce((total, [, count]) => total + Number(count), 0)
    if (sum !== brought) violations.push(`${sum} messages are counted of ${brought}`)
    const spread = Math.round((Math.max(...shownClocks) - Math.min(...shownClocks)) / month)
    const proof = mustBe("months between the first and the last instant that the server showed", spread, /^2$/)
    return { proof, violations }
  } finally {
    await server.close()
    await rm(folder, { recursive: true })
  }
}

/** Whether somebody who types is shown to a viewer, and disappears by itself. */
const typingShownAndGone = async (url: string, token: string, type: () => Promise<unknown>): Promise<string> => {
  const socket = new WebSocket(`${url.replace("http", "ws")}/v1/feed?token=${token}`)
  const frames: Array<any> = []
  let refused: string | null = null
  socket.on("error", (error) => (refused = error.message))
  socket.on("message", (data: Buffer) => frames.push(JSON.parse(data.toString())))
  socket.on("open", () => socket.send(JSON.stringify({ type: "subscribe", topic: `conversation:${chatName(0)}` })))
  try {
    const isOpen = await eventually(
      async () => frames.some(({ type: kind }) => kind === "snapshot"),
      (has) => has || refused !== null,
      500
    )
    if (!isOpen) return `no snapshot: ${refused}; ${JSON.stringify(frames)}`
    await type()
    const typing = () => frames.findLast(({ type: kind }) => kind === "typing")?.typists
    const shown = await eventually(
      async () => typing(),
      (people) => people?.length > 0,
      500
    )
    if (!(shown?.length > 0)) return `never shown: ${JSON.stringify(frames.slice(1))}`
    const left = await eventually(
      async () => typing(),
      (people) => people.length === 0,
      2_000
    )
    return left.length === 0 ? "shown and gone" : "it stays"
  } finally {
    socket.terminate()
  }
}
