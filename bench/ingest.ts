/**
 * Webhooks per second over HTTP, each answered only when it is durable. Beside it, in the same rounds: bare node:http that parses the
 * same body (the floor), and node with one plpgsql function for each webhook (what a user would write instead). All servers have one
 * core in turn, the sender and Postgres the other. What it does not measure: TLS, a network, viewers.
 */
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { newPostgres } from "./postgres.ts"
import type { Report } from "./report.ts"
import { perSecond, ratios, ratioOrWhy, summarise } from "./samples.ts"
import type { Posted } from "./sending.ts"
import { startSender } from "./sending.ts"
import { ServerProcess } from "./server-process.ts"
import type { Target } from "./target.ts"
import { bareHttp, switchboard } from "./target.ts"

const connections = 64
const chats = 500
const peer = fileURLToPath(new URL("peers/postgres-function", import.meta.url))

interface Round extends Posted {
  /** Processor time of the server's main thread for one webhook, microseconds. */
  readonly cpuUs: number
}

const functionPeer = async (url: string): Promise<Target> => {
  if (!existsSync(join(peer, "node_modules"))) {
    process.stderr.write("  installing the peer's own package\n")
    execFileSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], { cwd: peer, stdio: "ignore" })
  }
  const server = await ServerProcess.start(join(peer, "server.js"), { DATABASE_URL: url })
  return { server, url: `${server.url}/`, headers: {} }
}

const compare = async (
  name: string,
  targets: Readonly<Record<string, Target>>,
  { quick, report }: { readonly quick: boolean; readonly report: Report }
): Promise<void> => {
  const [count, rounds] = quick ? [2_000, 2] : [10_000, 5]
  const sender = startSender()
  const samples = new Map<string, Array<Round>>(Object.keys(targets).map((target) => [target, []]))
  try {
    // Round 0 makes the actors and warms the compiler. Who goes first changes from round to round.
    for (let round = 0; round <= rounds; round++) {
      const order = Object.entries(targets)
      for (const [target, { server, url, headers }] of round % 2 === 0 ? order : order.toReversed()) {
        report.step(`ingest on ${name}: round ${round} of ${rounds}, ${target}`)
        const before = server.mainThreadMs
        const posted = await sender.post({
          url,
          headers,
          connections,
          from: round * count,
          count,
          what: { type: "messages", chats }
        })
        const cpuUs = ((server.mainThreadMs - before) * 1_000) / count
        if (round > 0) samples.get(target)!.push({ ...posted, cpuUs })
      }
    }
  } finally {
    sender.stop()
    for (const { server } of Object.values(targets)) await server.stop()
  }
  const of = (target: string, field: keyof Round) => samples.get(target)!.map((each) => each[field])
  report.head(
    `Webhooks over HTTP on ${name}: ${connections} connections, ${count.toLocaleString("en-US")} messages over ${chats} chats, ${rounds} rounds`
  )
  for (const target of Object.keys(targets)) {
    const [p50, p99, cpu] = (["p50", "p99", "cpuUs"] as const).map((field) => summarise(of(target, field)))
    report.line(
      target,
      `${perSecond(summarise(of(target, "rate")))}   p50 ${p50!.median.toFixed(1)} ms, p99 ${p99!.median.toFixed(1)} ms, main thread ${Math.round(cpu!.median)} µs a webhook`
    )
    report.keep(`ingest on ${name}`, target, {
      rate: of(target, "rate"),
      cpuUs: of(target, "cpuUs"),
      p99: of(target, "p99")
    })
  }
  for (const target of Object.keys(targets)) {
    if (target === ours) continue
    report.line(`ratio to ${target}`, ratioOrWhy(ratios(of(ours, "rate"), of(target, "rate"))))
  }
}

const ours = "switchboard"

export const benchIngest = async (quick: boolean, report: Report): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  try {
    const postgres = await newPostgres()
    try {
      const targets = {
        [ours]: await switchboard({
          SWITCHBOARD_DATA_DIR: join(dataDir, "postgres"),
          DATABASE_URL: await postgres.database("switchboard")
        }),
        "one plpgsql function": await functionPeer(await postgres.database("peer")),
        "bare node:http": await bareHttp()
      }
      await compare("Postgres", targets, { quick, report })
    } finally {
      await postgres.stop()
    }
    const targets = {
      [ours]: await switchboard({ SWITCHBOARD_DATA_DIR: join(dataDir, "pglite") }),
      "bare node:http": await bareHttp()
    }
    await compare("the embedded database", targets, { quick, report })
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}
