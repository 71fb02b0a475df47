/**
 * Thousands of viewers reconnect at once, twice: all sockets break in one moment, and the process is stopped and started again.
 * Each time everybody must end with what a fresh viewer gets, while webhooks go on, and the server's memory must be back.
 *
 * Server, clients and sender share the machine's cores. What it does not measure: TLS, a network, other tenants.
 */
import type { ChildProcess } from "node:child_process"
import { execFileSync, fork, spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { WebSocket } from "ws"
import { whatsappMessage } from "../messages.ts"
import type { Memory } from "./inspector.ts"
import { memoryOf } from "./inspector.ts"
import type { Order, Report, Standing } from "./protocol.ts"
import { hashOf } from "./protocol.ts"

const adminKey = "the-admin-key-of-the-storm"
/** Conversations that are followed, besides the inbox that everybody follows. */
const chats = 20
/** Sockets of one client process. */
const perProcess = 5_000
/** Frames that the webhooks make, a second, whatever the number of sockets: each webhook is a patch to every one. */
const framesPerSecond = 5_000
/** Files that a process needs besides its sockets. */
const otherFiles = 200
/** Milliseconds in which everybody has to be back and right. */
const patience = 240_000

export interface StormOptions {
  readonly sockets: number
  /** DATABASE_URL and the like; without, the embedded database in a directory of its own. */
  readonly environment?: Readonly<Record<string, string>>
}
export interface Phase {
  readonly name: string
  readonly report: Omit<Report, "standings">
  readonly memory: Memory
  /** Milliseconds until every socket had everything. */
  readonly took: number
}
export interface StormResult {
  readonly sockets: number
  readonly webhooks: number
  readonly phases: ReadonlyArray<Phase>
  /** Milliseconds from SIGTERM until the process listened again. */
  readonly down: number
  /** The server's memory before the first socket, and after the last one left. */
  readonly empty: { readonly before: Memory; readonly after: Memory }
}

interface Running {
  readonly child: ChildProcess
  readonly url: string
  readonly inspector: string
}

const launch = async (environment: Readonly<Record<string, string>>): Promise<Running> => {
  const child = spawn(process.execPath, ["--inspect=127.0.0.1:0", "src/main.ts"], {
    env: { ...process.env, SWITCHBOARD_ADMIN_KEY: adminKey, ...environment },
    stdio: ["ignore", "pipe", "pipe"]
  })
  let output = ""
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      output += chunk
      const url = /listening on (http:\/\/\S+)/.exec(output)?.[1]
      const inspector = /Debugger listening on (ws:\/\/\S+)/.exec(output)?.[1]
      if (url === undefined || inspector === undefined) return
      child.stdout!.off("data", hear).resume()
      child.stderr!.off("data", hear).resume()
      resolve({ child, url, inspector })
    }
    child.stdout!.on("data", hear)
    child.stderr!.on("data", hear)
    child.once("exit", () => reject(new Error(`the server ended before it listened:\n${output}`)))
  })
}
const stop = async ({ child }: Running): Promise<void> => {
  const exited = once(child, "exit")
  child.kill("SIGTERM")
  await exited
}
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const call = async (method: string, url: string, key: string, body: unknown): Promise<any> =>
  (await fetch(url, { method, headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(body) })).json()

/** What a fresh viewer gets of each topic now. */
const freshView = async (url: string, topics: ReadonlyArray<string>): Promise<ReadonlyMap<string, Standing>> => {
  const ws = new WebSocket(url)
  const views = new Map<string, Standing>()
  await once(ws, "open")
  const all = new Promise<void>((resolve, reject) => {
    ws.on("message", (data) => {
      const { type, topic, epoch, offset, state, message } = JSON.parse(String(data))
      if (type === "error") reject(new Error(message))
      if (type === "snapshot") views.set(topic, { topic, epoch, offset, state: hashOf(state), sockets: 1 })
      if (views.size === topics.length) resolve()
    })
  })
  for (const topic of topics) ws.send(JSON.stringify({ type: "subscribe", topic }))
  await all
  ws.close()
  return views
}

const most = (limit: number) => {
  const files = Number(execFileSync("sh", ["-c", "ulimit -Hn"]).toString().trim())
  // NaN is `unlimited`.
  if (!(files < limit)) return
  throw new Error(`${limit} open files are needed and ulimit -Hn allows ${files}: run with fewer sockets, or raise it.`)
}

/** Sockets of one user, fewer than the feed allows one. */
const perUser = 100

/** Runs the storm; throws when somebody ends with anything but what a fresh viewer gets. */
export const feedStorm = async ({ sockets, environment = {} }: StormOptions): Promise<StormResult> => {
  most(Math.max(sockets, perProcess) + otherFiles)
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-storm-"))
  const settings = { SWITCHBOARD_DATA_DIR: dataDir, HOST: "127.0.0.1", ...environment }
  let server = await launch({ PORT: "0", ...settings })
  const clients: Array<ChildProcess> = []
  try {
    const base = `${server.url}/v1/tenants/storm`
    const { api_key, webhook_secret } = await call("PUT", base, adminKey, { name: "storm" })
    const account = { channel_type: "whatsapp", account_name: "storm", user_id: "storm" }
    await call("PUT", `${base}/connections/bench-account`, api_key, account)
    const traffic = { sent: 0, isOn: false, isOver: false }
    const post = async () => {
      const body = JSON.stringify(whatsappMessage(traffic.sent, chats))
      const headers = { "unipile-auth": webhook_secret, "content-type": "application/json" }
      const response = await fetch(`${base}/webhooks/unipile`, { method: "POST", headers, body }).catch(() => null)
      await response?.arrayBuffer()
      // As a provider: what was not answered 200 is sent again.
      if (response?.status === 200) traffic.sent++
    }
    while (traffic.sent < chats) await post()
    const { items } = (await (
      await fetch(`${base}/conversations?limit=${chats}`, { headers: { authorization: `Bearer ${api_key}` } })
    ).json()) as { items: ReadonlyArray<{ readonly id: string }> }
    const topics = items.map(({ id }) => `conversation:${id}`)
    const urlOf = async (user_id: string): Promise<string> => {
      const { token } = await call("POST", `${base}/feed-tokens`, api_key, { user_id, ttl_s: 3_600 })
      return `${server.url.replace("http", "ws")}/v1/feed?token=${token}`
    }
    const url = await urlOf("onlooker")
    /** As many users as that many sockets need. */
    const urlsFor = (count: number, process: number): Promise<ReadonlyArray<string>> =>
      Promise.all(Array.from({ length: Math.ceil(count / perUser) }, (_, n) => urlOf(`viewer-${process}-${n}`)))

    const order = (message: Order) => clients.forEach((client) => client.send(message))
    const reports = (): Promise<ReadonlyArray<Report>> =>
      Promise.all(
        clients.map(async (client) => {
          const answer = once(client, "message")
          client.send({ type: "report" } satisfies Order)
          return (await answer)[0] as Report
        })
      )

    /** Waits until every socket stands where a fresh viewer does, and holds the same. */
    const settled = async (began: number): Promise<Pick<Phase, "report" | "took">> => {
      let took: number | undefined
      for (;;) {
        const all = await reports()
        const faults = all.flatMap((each) => each.faults)
        if (faults.length > 0) throw new Error(`the feed broke its word: ${faults.join("; ")}`)
        const ready = all.reduce((sum, each) => sum + each.ready, 0)
        if (ready === sockets) {
          took ??= performance.now() - began
          if (!traffic.isOn && (await agree())) return { took, report: joined(await reports()) }
          traffic.isOn = false
        }
        if (performance.now() - began > patience) throw new Error(`only ${ready} of ${sockets} came back in time`)
        await pause(250)
      }
    }
    const agree = async (): Promise<boolean> => {
      const fresh = await freshView(url, ["inbox", ...topics])
      const standings = (await reports()).flatMap((each) => each.standings)
      const there = standings.filter(({ topic, epoch, offset }) => {
        const right = fresh.get(topic)!
        return right.epoch === epoch && right.offset === offset
      })
      for (const { topic, state } of there) {
        if (state !== fresh.get(topic)!.state) throw new Error(`${topic}: not what a fresh viewer gets`)
      }
      return there.reduce((sum, each) => sum + each.sockets, 0) === sockets * 2
    }

    // Webhooks go on while everybody is away and comes back; what is compared is a quiet moment after that.
    const sending = (async () => {
      while (!traffic.isOver) {
        if (traffic.isOn) await post()
        await pause((sockets / framesPerSecond) * 1_000)
      }
    })()

    const before = await memoryOf(server.inspector)
    const phases: Array<Phase> = []
    let down = 0
    const phase = async (name: string, begin: () => Promise<unknown> | void): Promise<void> => {
      traffic.isOn = true
      order({ type: "forget" })
      const began = performance.now()
      await begin()
      const settledThen = await settled(began)
      phases.push({ name, ...settledThen, memory: await memoryOf(server.inspector) })
    }

    for (let left = sockets; left > 0; left -= perProcess) {
      clients.push(fork("bench/feed-storm/clients.ts", { execPath: process.execPath, execArgv: [] }))
    }
    await phase("opened", async () => {
      for (const [n, client] of clients.entries()) {
        const share = Math.min(perProcess, sockets - n * perProcess)
        client.send({ type: "begin", urls: await urlsFor(share, n), sockets: share, topics } satisfies Order)
      }
    })
    await phase("all break at once", () => order({ type: "break" }))
    await phase("all break again", () => order({ type: "break" }))
    await phase("the server restarts", async () => {
      const { port } = new URL(server.url)
      const stopped = performance.now()
      await stop(server)
      server = await launch({ PORT: port, ...settings })
      down = performance.now() - stopped
    })
    traffic.isOver = true
    await sending
    order({ type: "leave" })
    const figure = async () =>
      Number(/^switchboard_feed_sockets (\d+)/m.exec(await (await fetch(`${server.url}/metrics`)).text())?.[1])
    for (const began = performance.now(); (await figure()) !== 0; await pause(100)) {
      if (performance.now() - began > patience) throw new Error("sockets are left that nobody has")
    }
    return { sockets, webhooks: traffic.sent, down, phases, empty: { before, after: await memoryOf(server.inspector) } }
  } finally {
    for (const client of clients) client.disconnect()
    if (server.child.exitCode === null) await stop(server)
    await rm(dataDir, { recursive: true, force: true })
  }
}

const joined = (reports: ReadonlyArray<Report>): Omit<Report, "standings"> => {
  const sum = (of: (report: Report) => number) => reports.reduce((total, report) => total + of(report), 0)
  return {
    ready: sum((each) => each.ready),
    recovered: sum((each) => each.recovered),
    fresh: sum((each) => each.fresh),
    patches: sum((each) => each.patches),
    unannounced: sum((each) => each.unannounced),
    refused: sum((each) => each.refused),
    unreachable: sum((each) => each.unreachable),
    away: reports.flatMap((each) => each.away),
    waits: reports.flatMap((each) => each.waits),
    faults: reports.flatMap((each) => each.faults)
  }
}
