/**
 * `npm run soak`: does memory stay bounded (I8)? First a server that knows only the chats that are spoken in; then one that knows
 * a hundred times as many, with the same traffic, for minutes. Memory must be the same, and its line flat; at the end every counter
 * of the chats must be what was sent. `--plot` writes the line as docs/soak-<database>.svg. Ends with 1 when something of it does not
 * hold.
 */
import { writeFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { onEach } from "../support/each-database.ts"
import type { Database } from "../support/fresh-databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { plot } from "./plot.ts"
import type { Sample } from "./samples.ts"
import { floors, growth, median, sampled } from "./samples.ts"
import type { Traffic } from "./traffic.ts"
import { chatName, foundingMessage, startTraffic } from "./traffic.ts"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    known: { type: "string", default: "200000" },
    active: { type: "string", default: "2000" },
    rate: { type: "string", default: "150" },
    database: { type: "string", default: "pglite" },
    plot: { type: "boolean", default: false }
  }
})
const [minutes, known, active, rate] = [values.minutes, values.known, values.active, values.rate].map(Number) as [
  number,
  number,
  number,
  number
]

/** Actors in memory: the active chats and their people, as many as when nothing else is known; memory is compared between equals. */
const residents = active * 2
/** Memory may differ by this factor between knowing few chats and knowing many, and between two thirds of a run. */
const tolerance = 1.25
/** Between two looks at the figures, milliseconds. */
const every = 2_000
/** Chats whose counters are compared at the end. */
const compared = 500
const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`
const say = (line: string) => process.stdout.write(`${line}\n`)

let failures: Array<string> = []
const expectThat = (holds: boolean, claim: string): void => {
  say(`  ${holds ? "holds" : "FAILS"}  ${claim}`)
  if (!holds) failures.push(claim)
}

const found = async (server: Server, tenant: Tenant, chats: number): Promise<void> => {
  const start = Date.UTC(2026, 4, 4)
  let next = 0
  const sender = async () => {
    while (next < chats) {
      const index = next++
      const { status } = await server.webhook(tenant, foundingMessage(index, start + index))
      if (status !== 200) throw new Error(`founding ${chatName(index)} got ${status}`)
      if (index % 10_000 === 0) process.stderr.write(`  ${index} of ${chats} chats founded   \r`)
    }
  }
  await Promise.all(Array.from({ length: 64 }, sender))
}

const tell = (of: string) => (sample: Sample) =>
  process.stderr.write(
    `  ${of}: ${sample.at.toFixed(0)} s, resident ${mib(sample.resident)}, heap ${mib(sample.heap)}, ${sample.actors} actors, mailbox ${sample.mailbox}   \r`
  )

/** Counters of chats that were spoken in, as the server has them now. */
const drift = async (server: Server, tenant: Tenant, traffic: Traffic): Promise<number> => {
  let drifted = 0
  for (const [chat, messages] of [...traffic.expected].slice(0, compared)) {
    const { json } = await server.call("GET", `/v1/tenants/${tenant.id}/conversations/${chat}`, tenant.key)
    if (json.message_count !== messages + 1) drifted++
  }
  return drifted
}

const run = async (database: Database, chats: number, forMinutes: number, of: string) => {
  const server = await startServer(database, { SWITCHBOARD_RESIDENT_ACTORS: String(residents) })
  try {
    const tenant = await server.tenant("acme", fixtureAccount)
    await found(server, tenant, chats)
    // A fresh process: what founding has left behind is not what is asked here.
    await server.stop()
    await server.restart()
    const traffic = startTraffic(server, tenant, { known: chats, active: Math.min(active, chats), rate, moveEvery: 20 })
    const samples = await sampled(server.url, every, Date.now() + forMinutes * 60_000, tell(of))
    await traffic.stop()
    process.stderr.write("\n")
    return {
      samples,
      answered: traffic.answered(),
      failed: traffic.failed(),
      drifted: await drift(server, tenant, traffic)
    }
  } finally {
    await server.close()
  }
}

const soak = async (database: Database): Promise<boolean> => {
  failures = []
  say(`Soak on ${database.name}: ${rate} webhooks/s over ${active} active chats, at most ${residents} actors in memory`)
  const few = await run(database, active, Math.min(2, minutes), `${active} chats known`)
  const many = await run(database, known, minutes, `${known} chats known`)
  const settled = (samples: ReadonlyArray<Sample>) => samples.slice(Math.floor(samples.length / 3))
  const heap = (samples: ReadonlyArray<Sample>) => median(floors(settled(samples)))
  const mostActors = (samples: ReadonlyArray<Sample>) => Math.max(...samples.map((sample) => sample.actors))
  const [heapFew, heapMany] = [heap(few.samples), heap(many.samples)]
  const [heapGrowth, residentGrowth] = [
    growth(floors(many.samples)),
    growth(many.samples.map(({ resident }) => resident))
  ]
  const failed = [...few.failed, ...many.failed]
  say(
    `  webhooks answered ${few.answered + many.answered}, failed ${failed.length}; counters compared ${2 * compared}, drifted ${few.drifted + many.drifted}`
  )
  say(`  heap after collection: ${mib(heapFew)} with ${active} chats known, ${mib(heapMany)} with ${known}`)
  say(
    `  resident memory, median: ${mib(median(settled(few.samples).map(({ resident }) => resident)))} and ${mib(median(settled(many.samples).map(({ resident }) => resident)))}`
  )
  say(
    `  last third over middle third: heap ${heapGrowth.toFixed(2)}, resident ${residentGrowth.toFixed(2)}; most actors in memory ${mostActors(few.samples)} and ${mostActors(many.samples)}`
  )
  for (const failure of failed.slice(0, 5)) say(`  failed: ${failure}`)
  expectThat(failed.length === 0, "every webhook was answered as it should be")
  expectThat(few.drifted + many.drifted === 0, "every counter compared is what was sent")
  expectThat(heapMany / heapFew < tolerance, `knowing ${known} chats takes the memory of ${active}`)
  expectThat(heapGrowth < tolerance && residentGrowth < tolerance, `memory is flat over ${minutes} minutes`)
  expectThat(many.samples.at(-1)!.mailbox < 100, "nothing piles up")
  if (values.plot) {
    const title = `${minutes} minutes on ${database.name}: ${known.toLocaleString("en-US")} chats known, ${active.toLocaleString("en-US")} active, ${rate} webhooks/s`
    writeFileSync(`docs/soak-${database.name}.svg`, plot(title, many.samples))
  }
  return failures.length === 0
}

process.exitCode = (await onEach(values.database, soak)) ? 0 : 1
