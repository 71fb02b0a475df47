/**
 * What a cut costs those who come meanwhile: webhooks at a fixed rate, their p99 and the longest pause of the event loop while a cut of
 * many changed conversations is written, beside the same without a cut.
 *
 * How large a cut gets: 4,000 rows of messages bring one, and so do 25,000 events. So 24,000 conversations, each changed by a command
 * that touches no message, are the most of a healthy server. More gather only while the database takes no cuts, as behind the lock that
 * is held here (as a vacuum full or a migration would); at 100,000 events the server refuses, so 80,000 with room for the webhooks.
 *
 * What it does not measure: the embedded database, whose one connection makes the journal wait for the cut (ingest shows that); the
 * heaviest conversations (growth does); viewers.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Heard } from "./at-rate.ts"
import { postedAtRate } from "./at-rate.ts"
import { askForCut, cutNow } from "./cut-now.ts"
import { Inspected } from "./inspected.ts"
import type { BenchPostgres } from "./postgres.ts"
import { newPostgres } from "./postgres.ts"
import type { Report } from "./report.ts"
import { milliseconds, ratioOrWhy, ratios, summarise } from "./samples.ts"
import { startSender } from "./sending.ts"
import type { Switchboard } from "./target.ts"
import { switchboard } from "./target.ts"

export interface CutSizes {
  /** Conversations that the cut has to take. */
  readonly changed: number
  /** Whether the database takes no cuts until all of them have changed: then it may be a few cuts in a row. */
  readonly isHeld: boolean
  /** Webhooks a second. */
  readonly rate: number
  /** Without a cut, for so long. */
  readonly seconds: number
  readonly rounds: number
}

const database = "switchboard_cut"
/** So that no cut comes by its time. */
const interval = "24 hours"

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

interface Written {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly conversations: number
}
interface Phase {
  readonly p99: number
  readonly longestPause: number
  readonly refused: number
}

const p99Of = (answers: Heard["answers"]): number => {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? NaN
}

class Scene {
  readonly #postgres: BenchPostgres
  readonly #ours: Switchboard
  readonly #inspected: Inspected
  readonly #sizes: CutSizes
  #from: number

  constructor(postgres: BenchPostgres, ours: Switchboard, inspected: Inspected, sizes: CutSizes) {
    this.#postgres = postgres
    this.#ours = ours
    this.#inspected = inspected
    this.#sizes = sizes
    this.#from = sizes.changed
  }

  /** Webhooks for as long as `work` takes. */
  async #webhooksDuring(work: () => Promise<unknown>): Promise<Phase & Pick<Heard, "answers">> {
    const { rate, changed } = this.#sizes
    const { url, headers } = this.#ours
    await this.#inspected.watchPauses()
    const { answers, sent, failed } = await postedAtRate({ url, headers, rate, from: this.#from, chats: changed }, work)
    const longestPause = await this.#inspected.longestPause()
    this.#from += sent
    return { answers, p99: p99Of(answers), longestPause, refused: failed }
  }

  async without(): Promise<Phase> {
    await cutNow(this.#ours)
    return this.#webhooksDuring(() => pause(this.#sizes.seconds * 1_000))
  }

  /** Changes every conversation, then lets them be written while webhooks come. */
  async with(priority: "normal" | "high"): Promise<Phase & { readonly cuts: ReadonlyArray<Written> }> {
    await cutNow(this.#ours)
    const letGo = this.#sizes.isHeld ? await this.#hold() : async () => {}
    await this.#change(priority)
    const { seq } = await this.#ours.call("GET", "/stats")
    let cuts: ReadonlyArray<Written> = []
    const { answers, ...phase } = await this.#webhooksDuring(async () => {
      await pause(500)
      const written = this.#writtenUntil(seq)
      await letGo()
      await askForCut(this.#ours)
      cuts = await written
    })
    const meanwhile = answers.filter(({ due }) => cuts.some(({ from, to }) => due >= from && due <= to))
    return { ...phase, p99: p99Of(meanwhile), cuts }
  }

  async #change(priority: "normal" | "high"): Promise<void> {
    const { url, apiHeaders: headers } = this.#ours
    const sender = startSender()
    const what = { type: "priorities", priority } as const
    const commands = { url: url.replace("/webhooks/unipile", "/conversations"), headers, connections: 64, what }
    await sender.post({ ...commands, from: 0, count: this.#sizes.changed })
    sender.stop()
  }

  /** The cuts from now until one that holds everything up to `seq`: they are seen in the database, which costs the server nothing. */
  async #writtenUntil(seq: number): Promise<ReadonlyArray<Written>> {
    const began = Date.now()
    const cuts: Array<Written> = []
    let before = await this.#checkpoint()
    while (before.seq < seq) {
      await pause(50)
      const now = await this.#checkpoint()
      if (now.seq === before.seq) continue
      cuts.push({ from: Math.max(began, now.at), to: Date.now(), conversations: now.conversations })
      before = now
    }
    return cuts
  }

  async #checkpoint(): Promise<{ readonly seq: number; readonly at: number; readonly conversations: number }> {
    const rows = await this.#postgres.run(
      database,
      `select seq::float8 as seq, extract(epoch from at)::float8 * 1000 as at,
        (select count(*)::float8 from conversations where seq = checkpoints.seq) as conversations from checkpoints`
    )
    return (rows as ReadonlyArray<{ seq: number; at: number; conversations: number }>)[0]!
  }

  /** Keeps the database from taking cuts, until the answer is called. */
  async #hold(): Promise<() => Promise<unknown>> {
    const marker = "hold the checkpoints of the benchmark"
    const held = this.#postgres.run(
      database,
      `do $$ begin lock table checkpoints in exclusive mode; perform pg_sleep(3600); end $$ -- ${marker}`
    )
    const ended = held.catch(() => {})
    await pause(500)
    return async () => {
      await this.#postgres.run(
        database,
        `select pg_cancel_backend(pid) from pg_stat_activity where query like '%${marker}' and pid <> pg_backend_pid()`
      )
      await ended
    }
  }
}

const said = (samples: ReadonlyArray<number>) => milliseconds(summarise(samples))

/** Founds the conversations, then measures; figures are told round by round. */
export const cutFigures = async (sizes: CutSizes, postgres: BenchPostgres, report: Report): Promise<void> => {
  const { changed, isHeld, rate, rounds } = sizes
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  const inspected = await Inspected.choose()
  const ours = await switchboard({
    SWITCHBOARD_DATA_DIR: dataDir,
    DATABASE_URL: await postgres.database(database),
    SWITCHBOARD_SNAPSHOT_INTERVAL: interval,
    // Each with its person, and room to spare: nobody shall go to sleep meanwhile.
    SWITCHBOARD_RESIDENT_ACTORS: String(3 * changed + 1_000),
    NODE_OPTIONS: `${inspected.environment["NODE_OPTIONS"]} --max-old-space-size=8192`
  })
  try {
    const sender = startSender()
    const { url, headers } = ours
    report.step(`cut: founding ${changed.toLocaleString("en-US")} conversations`)
    await sender.post({
      url,
      headers,
      connections: 64,
      from: 0,
      count: changed,
      what: { type: "messages", chats: changed }
    })
    sender.stop()
    const scene = new Scene(postgres, ours, inspected, sizes)
    const without: Array<Phase> = []
    const during: Array<Awaited<ReturnType<Scene["with"]>>> = []
    for (let round = 0; round < rounds; round++) {
      report.step(`cut: round ${round + 1} of ${rounds}`)
      without.push(await scene.without())
      during.push(await scene.with(round % 2 === 0 ? "high" : "normal"))
    }
    const cuts = during.flatMap((phase) => phase.cuts)
    const p99s = [without, during].map((phases) => phases.map(({ p99 }) => p99))
    const pauses = [without, during].map((phases) => phases.map(({ longestPause }) => longestPause))
    const largest = cuts.map(({ conversations }) => conversations)
    const took = cuts.map(({ from, to }) => to - from)
    report.head(
      `A cut of ${changed.toLocaleString("en-US")} changed conversations on Postgres${isHeld ? " that took none for a while" : ""}, ${rate} webhooks/s meanwhile, ${rounds} rounds`
    )
    report.line("cuts", `of ${largest.join(", ")} conversations, each ${said(took)}`)
    report.line("p99 without a cut", said(p99s[0]!))
    report.line("p99 during the cut", said(p99s[1]!))
    report.line("during : without", ratioOrWhy(ratios(p99s[1]!, p99s[0]!)))
    report.line("longest pause without", said(pauses[0]!))
    report.line("longest pause during", said(pauses[1]!))
    const refused = [...without, ...during].reduce((sum, phase) => sum + phase.refused, 0)
    report.line("webhooks refused", String(refused))
    const name = isHeld ? "cut after a lock" : "cut"
    report.keep(name, "without a cut", { p99: p99s[0]!, pause: pauses[0]! })
    report.keep(name, "during the cut", { p99: p99s[1]!, pause: pauses[1]!, took, conversations: largest })
  } finally {
    await ours.server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

const quickly: ReadonlyArray<CutSizes> = [{ changed: 2_000, isHeld: false, rate: 200, seconds: 2, rounds: 2 }]
const fully: ReadonlyArray<CutSizes> = [
  { changed: 24_000, isHeld: false, rate: 200, seconds: 10, rounds: 5 },
  { changed: 80_000, isHeld: true, rate: 200, seconds: 10, rounds: 3 }
]

export const benchCut = async (quick: boolean, report: Report): Promise<void> => {
  for (const sizes of quick ? quickly : fully) {
    const postgres = await newPostgres()
    try {
      await cutFigures(sizes, postgres, report)
    } finally {
      await postgres.stop()
    }
  }
}
