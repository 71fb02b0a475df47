/**
 * How long a start takes when a million conversations are stored: from the process's begin until it says that it is ready, and until
 * the first webhook is durable. The conversations are copies of one that came by webhook; the journal is short, as after a clean stop.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { newPostgres } from "./postgres.ts"
import type { Report } from "./report.ts"
import { summarise } from "./samples.ts"
import { startSender } from "./sending.ts"
import { switchboard } from "./target.ts"

/** One row as often as wanted, under other ids and threads. */
const copies = (count: number): string => `
  do $$
  declare names text; picked text;
  begin
    select string_agg(quote_ident(column_name), ', '),
      string_agg(case column_name when 'id' then 'gen_random_uuid()'
        when 'external_thread_id' then '''known-'' || n' else 'c.' || quote_ident(column_name) end, ', ')
      into names, picked from information_schema.columns
      where table_schema = current_schema() and table_name = 'conversations' and is_generated = 'NEVER';
    execute 'insert into conversations (' || names || ') select ' || picked ||
      ' from (select * from conversations limit 1) as c, generate_series(1, ${count}) as n';
  end $$`

export const benchRecovery = async (quick: boolean, report: Report): Promise<void> => {
  const known = quick ? 20_000 : 1_000_000
  const rounds = quick ? 2 : 5
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  const postgres = await newPostgres()
  try {
    const environment = { SWITCHBOARD_DATA_DIR: dataDir, DATABASE_URL: await postgres.database("switchboard") }
    const sender = startSender()
    const first = await switchboard(environment)
    await sender.post({
      url: first.url,
      headers: first.headers,
      connections: 1,
      from: 0,
      count: 1,
      what: { type: "messages", chats: 1 }
    })
    await first.server.stop()
    report.step(`recovery: storing ${known.toLocaleString("en-US")} conversations`)
    await postgres.run("switchboard", copies(known))
    await postgres.run("switchboard", "analyze conversations")
    const readyMs: Array<number> = []
    const firstMs: Array<number> = []
    for (let round = 0; round < rounds; round++) {
      report.step(`recovery: start ${round + 1} of ${rounds}`)
      const began = performance.now()
      const again = await switchboard(environment, first)
      while (!(await fetch(`${again.server.url}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 5))
      readyMs.push(performance.now() - began)
      const { url, headers } = again
      await sender.post({
        url,
        headers,
        connections: 1,
        from: 10 + round,
        count: 1,
        what: { type: "messages", chats: 1 }
      })
      firstMs.push(performance.now() - began)
      await again.server.stop()
    }
    sender.stop()
    const said = (samples: ReadonlyArray<number>) => {
      const { median, min, max } = summarise(samples)
      return `${Math.round(median)} ms (${Math.round(min)} – ${Math.round(max)})`
    }
    report.head(`A start with ${known.toLocaleString("en-US")} conversations stored, Postgres, ${rounds} starts`)
    report.line("ready", said(readyMs))
    report.line("first webhook durable", said(firstMs))
    report.keep("recovery", "ready", { ms: readyMs, firstMs })
  } finally {
    await postgres.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}
