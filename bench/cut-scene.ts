/** What the benchmark of a cut does to a server: webhooks at a fixed rate, without a cut and while one is written. */
import type { Heard } from "./at-rate.ts"
import { postedAtRate } from "./at-rate.ts"
import { askForCut, cutNow } from "./cut-now.ts"
import type { Inspected, Pause } from "./inspected.ts"
import type { BenchPostgres, Connection } from "./postgres.ts"
import { startSender } from "./sending.ts"
import type { Switchboard } from "./target.ts"

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

export const database = "switchboard_cut"
/** Milliseconds between two looks at whether a cut is written. */
const lookEvery = 100

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export interface Written {
  /** Epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly conversations: number
}
export interface Phase extends Pause {
  readonly p99: number
  readonly refused: number
}

export interface PhaseWithCuts extends Phase {
  readonly cuts: ReadonlyArray<Written>
}

const p99Of = (answers: Heard["answers"]): number => {
  const sorted = answers.map(({ ms }) => ms).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * 0.99))] ?? NaN
}

export class CutScene {
  readonly #postgres: BenchPostgres
  readonly #database: Connection
  readonly #ours: Switchboard
  readonly #inspected: Inspected
  readonly #sizes: CutSizes
  #from: number

  constructor(postgres: BenchPostgres, ours: Switchboard, inspected: Inspected, sizes: CutSizes) {
    this.#postgres = postgres
    this.#database = postgres.connect(database)
    this.#ours = ours
    this.#inspected = inspected
    this.#sizes = sizes
    this.#from = sizes.changed
  }

  close(): Promise<void> {
    return this.#database.close()
  }

  /** Webhooks for as long as `work` takes. */
  async #webhooksDuring(work: () => Promise<unknown>): Promise<Phase & Pick<Heard, "answers">> {
    const { rate, changed } = this.#sizes
    const { url, headers } = this.#ours
    await this.#inspected.watchPauses()
    const { answers, sent, failed } = await postedAtRate({ url, headers, rate, from: this.#from, chats: changed }, work)
    const pauses = await this.#inspected.pauses()
    this.#from += sent
    return { answers, p99: p99Of(answers), ...pauses, refused: failed }
  }

  async without(): Promise<Phase> {
    await cutNow(this.#ours)
    return this.#webhooksDuring(() => pause(this.#sizes.seconds * 1_000))
  }

  /** Changes every conversation, then lets them be written while webhooks come. */
  async with(priority: "normal" | "high"): Promise<PhaseWithCuts> {
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
      await pause(lookEvery)
      const now = await this.#checkpoint()
      if (now.seq === before.seq) continue
      const to = Date.now()
      const [{ count }] = await this.#rows(`select count(*)::float8 as count from conversations where seq = ${now.seq}`)
      cuts.push({ from: Math.max(began, now.at), to, conversations: count! })
      before = now
    }
    return cuts
  }

  async #checkpoint(): Promise<{ readonly seq: number; readonly at: number }> {
    const [{ seq, at }] = await this.#rows(
      "select seq::float8 as seq, extract(epoch from at)::float8 * 1000 as at from checkpoints"
    )
    return { seq: seq!, at: at! }
  }

  async #rows(statement: string) {
    return (await this.#database.run(statement)) as readonly [Readonly<Record<string, number>>]
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
