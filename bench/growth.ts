/**
 * What a webhook costs as its chat grows, as its group grows, and, of one that begins a chat, as its account grows: processor time of
 * the server's main thread, beside bare node:http that parses the same body (the floor). A group's payload lists all of its members, so
 * there the floor grows as well; the server reads the first 2,048 of a list, so past that only the group's state grows, and the body. A
 * group has at most 8,192 members.
 *
 * Webhooks to a chat are spread over enough of the size that they add half of it at the most. No cut falls into a round, except where
 * the bodies of a large group are so heavy that they bring one. What the cut afterwards costs, and how long the event loop stands still
 * for it, is told apart.
 *
 * What it does not measure: viewers of the chat, messages that come out of order, Postgres' own time.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { cutNow } from "./cut-now.ts"
import type { Pause } from "./inspected.ts"
import { Inspected } from "./inspected.ts"
import type { BenchPostgres } from "./postgres.ts"
import { newPostgres } from "./postgres.ts"
import type { Report } from "./report.ts"
import type { Summary } from "./samples.ts"
import { ratioOrWhy, ratios, summarise } from "./samples.ts"
import type { Sender, What } from "./sending.ts"
import { startSender } from "./sending.ts"
import type { Switchboard, Target } from "./target.ts"
import { bareHttp, switchboard } from "./target.ts"

export interface GrowthSizes {
  /** Messages in a chat, members of a group, chats of an account; least first. */
  readonly messages: ReadonlyArray<number>
  readonly members: ReadonlyArray<number>
  readonly chats: ReadonlyArray<number>
  /** Webhooks in a round, fewer where the bodies are large. */
  readonly webhooks: number
  readonly rounds: number
}
interface Grown {
  readonly size: number
  readonly ours: ReadonlyArray<number>
  readonly floor: ReadonlyArray<number>
  readonly cutMs: number
  readonly pause: Pause
}

/** Few enough that messages come nearly in order. */
const connections = 8
/** Members in all the bodies of a round: each is three hundred bytes. */
const membersInRound = 200_000

const microseconds = ({ median, min, max }: Summary) =>
  `${Math.round(median)} µs (${Math.round(min)} – ${Math.round(max)})`

class Scene {
  readonly #ours: Switchboard
  readonly #floor: Target
  readonly #inspected: Inspected
  readonly #sender: Sender
  readonly #sizes: GrowthSizes
  #from = 0
  #chats = 0

  constructor(ours: Switchboard, floor: Target, inspected: Inspected, sender: Sender, sizes: GrowthSizes) {
    this.#ours = ours
    this.#floor = floor
    this.#inspected = inspected
    this.#sender = sender
    this.#sizes = sizes
  }

  /** Chats of so many messages each. */
  async chat(size: number): Promise<Grown> {
    const { webhooks, rounds } = this.#sizes
    const chats = Math.ceil((2 * webhooks * (rounds + 1)) / size)
    const what = { type: "messages", chats, first: this.#chats } as const
    this.#chats += chats
    await this.#post(this.#ours, chats * size, what)
    return this.#measured(size, webhooks, () => what)
  }

  /** Webhooks that each begin a chat, in an account that has so many. */
  async beginning(size: number): Promise<Grown> {
    const { webhooks } = this.#sizes
    const another = (chats: number): What => {
      const first = this.#chats
      this.#chats += chats
      return { type: "messages", chats, first }
    }
    const missing = Math.max(connections, size - this.#chats)
    await this.#post(this.#ours, missing, another(missing))
    return this.#measured(size, webhooks, () => another(webhooks))
  }

  /** The group of so many members. */
  async group(size: number): Promise<Grown> {
    const what = { type: "group messages", members: size } as const
    const webhooks = Math.max(connections, Math.min(this.#sizes.webhooks, Math.floor(membersInRound / size)))
    // A round of lists that each begin with somebody else: of a long one only the first two thousand are read.
    await this.#post(this.#ours, Math.max(connections, Math.ceil(size / 1_000)), { ...what, isTurned: true })
    const { participant_count } = await this.#ours.call("GET", `/conversations/group-${size}`)
    if (participant_count < size) throw new Error(`only ${participant_count} of ${size} are known`)
    return this.#measured(size, webhooks, () => what)
  }

  async #measured(size: number, webhooks: number, next: () => What): Promise<Grown> {
    await cutNow(this.#ours)
    const ours: Array<number> = []
    const floor: Array<number> = []
    // Round 0 warms the compiler.
    for (let round = 0; round <= this.#sizes.rounds; round++) {
      const what = next()
      const costs = [
        await this.#cost(this.#ours, webhooks, what),
        await this.#cost(this.#floor, webhooks, what)
      ] as const
      if (round === 0) continue
      ours.push(costs[0])
      floor.push(costs[1])
    }
    await this.#inspected.watchPauses()
    const before = this.#ours.server.mainThreadMs
    await cutNow(this.#ours)
    const cutMs = this.#ours.server.mainThreadMs - before
    return { size, ours, floor, cutMs, pause: await this.#inspected.pauses() }
  }

  /** Microseconds of the main thread for one webhook. */
  async #cost(target: Target, webhooks: number, what: What): Promise<number> {
    const before = target.server.mainThreadMs
    await this.#post(target, webhooks, what)
    return ((target.server.mainThreadMs - before) * 1_000) / webhooks
  }

  async #post({ url, headers }: Target, count: number, what: What): Promise<void> {
    await this.#sender.post({ url, headers, connections, from: this.#from, count, what })
    this.#from += count
  }
}

const tell = (report: Report, by: string, grown: ReadonlyArray<Grown>) => {
  for (const { size, ours, floor, cutMs, pause } of grown) {
    const costs = `${microseconds(summarise(ours))}, the floor ${microseconds(summarise(floor))}`
    report.line(`${size.toLocaleString("en-US")} ${by}`, costs)
    report.line(
      "",
      `the cut afterwards ${cutMs.toFixed(0)} ms of the main thread, ${pause.busiest.toFixed(0)} ms at a stretch, longest pause ${pause.longest.toFixed(0)} ms`
    )
  }
  const [least, most] = [grown[0]!, grown.at(-1)!]
  report.line(`most : least ${by}`, ratioOrWhy(ratios(most.ours, least.ours)))
  const keep = (target: string, of: (each: Grown) => ReadonlyArray<number>) =>
    report.keep(`growth by ${by}`, target, Object.fromEntries(grown.map((each) => [String(each.size), of(each)])))
  keep("switchboard", ({ ours }) => ours)
  keep("bare node:http", ({ floor }) => floor)
  const pauses = grown.map((each): [string, Array<number>] => [String(each.size), [each.pause.longest]])
  report.keep(`pause of a cut by ${by}`, "longest pause", Object.fromEntries(pauses))
}

export const growthFigures = async (sizes: GrowthSizes, postgres: BenchPostgres, report: Report): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  const inspected = await Inspected.choose()
  const ours = await switchboard({
    ...inspected.environment,
    SWITCHBOARD_DATA_DIR: dataDir,
    DATABASE_URL: await postgres.database("switchboard_growth"),
    SWITCHBOARD_SNAPSHOT_INTERVAL: "24 hours"
  })
  const floor = await bareHttp()
  const sender = startSender()
  const scene = new Scene(ours, floor, inspected, sender, sizes)
  try {
    const chats: Array<Grown> = []
    for (const size of sizes.messages) {
      report.step(`growth: a chat of ${size} messages`)
      chats.push(await scene.chat(size))
    }
    report.head(`A webhook as its chat grows: ${sizes.webhooks} webhooks, ${sizes.rounds} rounds, Postgres`)
    tell(report, "messages", chats)
    const groups: Array<Grown> = []
    for (const size of sizes.members) {
      report.step(`growth: a group of ${size} members`)
      groups.push(await scene.group(size))
    }
    report.head(`A webhook as its group grows: at most ${sizes.webhooks} webhooks, ${sizes.rounds} rounds, Postgres`)
    tell(report, "members", groups)
    const accounts: Array<Grown> = []
    for (const size of sizes.chats) {
      report.step(`growth: an account of ${size} chats`)
      accounts.push(await scene.beginning(size))
    }
    report.head(
      `A webhook that begins a chat, as its account grows: ${sizes.webhooks} webhooks, ${sizes.rounds} rounds, Postgres`
    )
    tell(report, "chats", accounts)
  } finally {
    sender.stop()
    await floor.server.stop()
    await ours.server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

const quickly: GrowthSizes = {
  messages: [100, 1_000],
  members: [10, 100, 1_000],
  chats: [500, 2_000],
  webhooks: 100,
  rounds: 2
}
const fully: GrowthSizes = {
  messages: [100, 1_000, 10_000, 100_000],
  members: [10, 100, 1_000, 8_000],
  chats: [1_000, 5_000, 20_000],
  webhooks: 300,
  rounds: 5
}

export const benchGrowth = async (quick: boolean, report: Report): Promise<void> => {
  const postgres = await newPostgres()
  try {
    await growthFigures(quick ? quickly : fully, postgres, report)
  } finally {
    await postgres.stop()
  }
}
