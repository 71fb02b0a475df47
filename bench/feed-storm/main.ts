/** `npm run feed-storm -- 10000`: so many viewers reconnect at once; prints what it cost, and fails if anybody ends wrong. */
import { quantile } from "./quantile.ts"
import { feedStorm } from "./storm.ts"

const sockets = Number(process.argv[2] ?? 10_000)
if (!Number.isInteger(sockets) || sockets < 1) throw new Error("usage: npm run feed-storm -- <sockets>")

const megabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(0)} MB`
const seconds = (ms: number | undefined) => (ms === undefined ? "–" : `${(ms / 1_000).toFixed(1)} s`)
const row = (cells: ReadonlyArray<string | number>) => console.log(`| ${cells.join(" | ")} |`)

const { phases, empty, webhooks, down } = await feedStorm({ sockets })
console.log(
  `${sockets} sockets, each on the inbox and one of 20 conversations; ${webhooks} webhooks meanwhile. The server was down for ${seconds(down)}. Everybody ended right.\n`
)
row([
  "",
  "all back after",
  "away p50",
  "p99",
  "most",
  "recovered",
  "fresh",
  "patches",
  "refused",
  "unreachable",
  "heap",
  "buffers",
  "resident"
])
row(Array(13).fill("---"))
for (const { name, report, memory, took } of phases) {
  const [p50, p99, most] = [0.5, 0.99, 1].map((at) => seconds(quantile(report.away, at)))
  row([
    name,
    seconds(took),
    p50!,
    p99!,
    most!,
    report.recovered,
    report.fresh,
    report.patches,
    report.refused,
    report.unreachable,
    megabytes(memory.heap),
    megabytes(memory.external),
    megabytes(memory.resident)
  ])
}
for (const [name, memory] of [
  ["before the first", empty.before],
  ["after the last left", empty.after]
] as const) {
  row([
    name,
    ...Array<string>(9).fill(""),
    megabytes(memory.heap),
    megabytes(memory.external),
    megabytes(memory.resident)
  ])
}

const { waits, unannounced } = phases.at(-1)!.report
console.log(`\nWhat the stopping server told ${waits.length} sockets to wait (${unannounced} heard nothing):\n`)
const step = 500
for (let from = 0; from < Math.max(...waits); from += step) {
  const count = waits.filter((wait) => wait >= from && wait < from + step).length
  console.log(
    `${`${from}–${from + step} ms`.padStart(14)} ${String(count).padStart(6)} ${"#".repeat(Math.round((count / waits.length) * 200))}`
  )
}
