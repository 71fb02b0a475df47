/**
 * Messages per second of `switchboard backfill ndjson`, beside a bare bulk insert of the very rows that it made into the same Postgres:
 * a thousand rows in a statement, no journal, no counts, nobody who watches. The command's own start is in its time.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { cores, nodeOn } from "./cores.ts"
import type { BenchPostgres } from "./postgres.ts"
import { newPostgres } from "./postgres.ts"
import type { Report } from "./report.ts"
import { perSecond, ratioOrWhy, ratios, summarise } from "./samples.ts"
import { adminKey, switchboard } from "./target.ts"

const chats = 500
const start = Date.UTC(2026, 0, 1)

/** One line: a message of one of many chats, a third of them the account's own. */
const line = (round: number, n: number): string => {
  const chat = n % chats
  const isOwn = n % 3 === 0
  return JSON.stringify({
    type: "message",
    account: "bench-account",
    conversation: `chat ${chat}`,
    message_id: `m-${round}-${n}`,
    direction: isOwn ? "outbound" : "inbound",
    content: `Message ${n} of a history that was exported`,
    at: new Date(start + (round * 1_000_000 + n) * 1_000).toISOString(),
    ...(isOwn
      ? { status: "read" }
      : { seen: true, sender: { name: `Person ${chat}`, identifiers: { phone: `+4477009${10_000 + chat}` } } })
  })
}

const brought = async (file: string, environment: Readonly<Record<string, string>>): Promise<number> => {
  const began = performance.now()
  const [command, args] = nodeOn(cores.sender, ["src/cli.ts", "backfill", "ndjson", file])
  const child = spawn(command, args, {
    env: { ...process.env, ...environment },
    stdio: ["ignore", "ignore", "inherit"]
  })
  const [code] = await once(child, "exit")
  if (code !== 0) throw new Error(`the backfill ended with ${code}`)
  return performance.now() - began
}

export const backfillFigures = async (
  { messages, rounds }: { readonly messages: number; readonly rounds: number },
  postgres: BenchPostgres,
  report: Report
): Promise<void> => {
  const folder = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  const url = await postgres.database("switchboard")
  const { server } = await switchboard({ SWITCHBOARD_DATA_DIR: folder, DATABASE_URL: url })
  const connection = postgres.connect("switchboard")
  const ask = async (statement: string) => (await connection.run(statement)) as ReadonlyArray<{ readonly rows: string }>
  const [ours, floor]: [Array<number>, Array<number>] = [[], []]
  try {
    for (let round = 0; round < rounds; round++) {
      report.step(`backfill: round ${round + 1} of ${rounds}`)
      const file = join(folder, `${round}.ndjson`)
      await writeFile(file, Array.from({ length: messages }, (_, n) => line(round, n)).join("\n"))
      const ms = await brought(file, {
        SWITCHBOARD_URL: server.url,
        SWITCHBOARD_KEY: adminKey,
        SWITCHBOARD_TENANT: "bench"
      })
      ours.push((messages * 1000) / ms)
      const like = `external_message_id like 'm-${round}-%'`
      // Rows come with the cut; it is at most a few seconds away.
      const stored = `select count(*)::text as rows from messages where ${like}`
      while (Number((await ask(stored))[0]!.rows) < messages) await new Promise((resolve) => setTimeout(resolve, 100))
      await ask(`create table floor_${round} (like messages including all)`)
      const batches: Array<string> = []
      for (let from = 0; from < messages; from += 1_000) {
        const [batch] = await ask(
          `select json_agg(b)::text as rows from (select * from messages where ${like} order by external_message_id offset ${from} limit 1000) b`
        )
        batches.push(batch!.rows.replaceAll("'", "''"))
      }
      const began = performance.now()
      for (const batch of batches)
        await ask(
          `insert into floor_${round} overriding system value select * from json_populate_recordset(null::floor_${round}, '${batch}')`
        )
      floor.push((messages * 1000) / (performance.now() - began))
    }
  } finally {
    await connection.close()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
  report.head(`A backfill of ${messages.toLocaleString("en-US")} messages from NDJSON, Postgres, ${rounds} rounds`)
  report.line("backfill", perSecond(summarise(ours)))
  report.line("bare bulk insert", perSecond(summarise(floor)))
  report.line("backfill : bare bulk insert", ratioOrWhy(ratios(ours, floor)))
  report.keep("backfill", "backfill", { rate: ours })
  report.keep("backfill", "bare bulk insert", { rate: floor })
}

export const benchBackfill = async (quick: boolean, report: Report): Promise<void> => {
  const postgres = await newPostgres()
  try {
    await backfillFigures({ messages: quick ? 2_000 : 100_000, rounds: quick ? 1 : 5 }, postgres, report)
  } finally {
    await postgres.stop()
  }
}
