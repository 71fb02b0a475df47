/**
 * Webhooks per second over HTTP, each answered only when it is durable, beside a bare node:http server that parses the same body.
 *
 * The sender runs in this process and shares the machine's cores with the server, for both alike. What it does not measure: TLS,
 * a network, viewers.
 */
import type { ChildProcess } from "node:child_process"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { Agent, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { whatsappMessage } from "./messages.ts"
import { startPostgres } from "../test/support/postgres-server.ts"
import { asRatio, perSecond, ratios, summarise } from "./samples.ts"

const connections = 64
const perRound = 6_000
const rounds = 5
const chats = 500
const adminKey = "the-admin-key-of-the-benchmarks"

interface Target {
  readonly child: ChildProcess
  readonly url: URL
  readonly secret: string
}

const launch = async (
  file: string,
  environment: Record<string, string>
): Promise<{ child: ChildProcess; url: string }> => {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "inherit"]
  })
  let output = ""
  for await (const chunk of child.stdout!) {
    output += chunk
    const found = /listening on (http:\/\/\S+)/.exec(output)
    if (found !== null) {
      child.stdout!.resume()
      return { child, url: found[1]! }
    }
  }
  child.kill("SIGKILL")
  throw new Error(`${file} ended before it listened:\n${output}`)
}

const json = async (method: string, url: string, key: string, body: unknown): Promise<any> =>
  (await fetch(url, { method, headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(body) })).json()

const switchboard = async (environment: Record<string, string>): Promise<Target> => {
  const { child, url } = await launch("src/main.ts", { PORT: "0", SWITCHBOARD_ADMIN_KEY: adminKey, ...environment })
  const { api_key, webhook_secret } = await json("PUT", `${url}/v1/tenants/bench`, adminKey, { name: "bench" })
  await json("PUT", `${url}/v1/tenants/bench/connections/bench-account`, api_key, {
    channel_type: "whatsapp",
    account_name: "bench",
    user_id: "bench"
  })
  return { child, url: new URL(`${url}/v1/tenants/bench/webhooks/unipile`), secret: webhook_secret }
}

const floorServer = async (): Promise<Target> => {
  const { child, url } = await launch("bench/floor-server.ts", {})
  return { child, url: new URL(url), secret: "" }
}

const stop = async ({ child }: Target): Promise<void> => {
  const exited = once(child, "exit")
  child.kill("SIGTERM")
  await exited
}

/** Posts the bodies over keep-alive connections; answers with requests per second and the latencies in milliseconds. */
const post = async ({ url, secret }: Target, bodies: ReadonlyArray<string>) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const latencies: Array<number> = []
  let next = 0
  const one = (body: string) =>
    new Promise<void>((resolve, reject) => {
      const started = performance.now()
      const call = request(
        url,
        { method: "POST", agent, headers: { "unipile-auth": secret, "content-length": Buffer.byteLength(body) } },
        (answer) => {
          let text = ""
          answer.setEncoding("utf8")
          answer.on("data", (chunk: string) => (text += chunk))
          answer.on("end", () => {
            if (answer.statusCode !== 200 || !text.includes('"applied"'))
              return reject(new Error(`${answer.statusCode} ${text}`))
            latencies.push(performance.now() - started)
            resolve()
          })
        }
      )
      call.on("error", reject)
      call.end(body)
    })
  const sender = async () => {
    while (next < bodies.length) await one(bodies[next++]!)
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: connections }, sender))
  const seconds = (performance.now() - started) / 1000
  agent.destroy()
  latencies.sort((a, b) => a - b)
  return {
    rate: bodies.length / seconds,
    p50: latencies[Math.floor(latencies.length / 2)]!,
    p99: latencies[Math.floor(latencies.length * 0.99)]!
  }
}

const bodiesOf = (round: number): ReadonlyArray<string> =>
  Array.from({ length: perRound }, (_, index) => JSON.stringify(whatsappMessage(round * perRound + index, chats)))

const compare = async (name: string, environment: Record<string, string>): Promise<void> => {
  const ours = await switchboard(environment)
  const floor = await floorServer()
  const rates: { ours: Array<number>; floor: Array<number> } = { ours: [], floor: [] }
  const latencies: Array<{ p50: number; p99: number }> = []
  try {
    for (let round = 0; round < rounds + 1; round++) {
      const bodies = bodiesOf(round)
      const bare = await post(floor, bodies)
      const durable = await post(ours, bodies)
      process.stderr.write(`  ingest on ${name}: round ${round} of ${rounds}\r`)
      if (round === 0) continue // making the actors, and the compiler's warm-up
      rates.floor.push(bare.rate)
      rates.ours.push(durable.rate)
      latencies.push(durable)
    }
  } finally {
    await stop(ours)
    await stop(floor)
  }
  const p50 = summarise(latencies.map((each) => each.p50))
  const p99 = summarise(latencies.map((each) => each.p99))
  console.log(
    `\nWebhooks over HTTP on ${name}: ${connections} connections, ${perRound.toLocaleString("en-US")} messages over ${chats} chats, ${rounds} rounds`
  )
  console.log(
    `  durable answers          ${perSecond(summarise(rates.ours))}   p50 ${p50.median.toFixed(1)} ms, p99 ${p99.median.toFixed(1)} ms`
  )
  console.log(`  floor: bare node:http    ${perSecond(summarise(rates.floor))}`)
  console.log(`  ratio                    ${asRatio(ratios(rates.ours, rates.floor))}`)
}

export const benchIngest = async (): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  try {
    await compare("embedded Postgres", { SWITCHBOARD_DATA_DIR: join(dataDir, "pglite") })
    const postgres = await startPostgres()
    try {
      await compare("Postgres", {
        SWITCHBOARD_DATA_DIR: join(dataDir, "postgres"),
        DATABASE_URL: `${postgres.url}/postgres`
      })
    } finally {
      await postgres.stop()
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

if (import.meta.main) await benchIngest()
