/**
 * What memory takes: bytes for one more conversation that is resident, with its person; for one more message of a conversation; and for
 * one more idle socket that watches the inbox. Each is the slope of a straight line through a few sizes, so the process itself is not in
 * it. Heap is what is left after two forced collections; resident memory is what the system says then, and holds what the heap has not
 * given back.
 *
 * What it does not measure: large groups, mails, texts longer than a line, sockets with something unsent, the buffers of the kernel.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { cutNow } from "./cut-now.ts"
import type { Memory } from "./feed-storm/inspector.ts"
import { Inspected } from "./inspected.ts"
import type { BenchPostgres } from "./postgres.ts"
import { newPostgres } from "./postgres.ts"
import { feedUrls, startReceivers } from "./receiving.ts"
import type { Report } from "./report.ts"
import { startSender } from "./sending.ts"
import { slopeOf } from "./slope.ts"
import type { Switchboard } from "./target.ts"
import { switchboard } from "./target.ts"

export interface MemorySizes {
  /** How many there are at each look; least first, at least two. */
  readonly conversations: ReadonlyArray<number>
  readonly sockets: ReadonlyArray<number>
  /** Further messages of each conversation of the least size. */
  readonly messages: number
}
interface Look {
  readonly at: number
  readonly memory: Memory
}

const kinds = ["heap", "resident"] as const
type Kind = (typeof kinds)[number]
const names: Readonly<Record<Kind, string>> = { heap: "heap", resident: "resident memory" }

const bytes = (count: number) =>
  Math.abs(count) < 10_000 ? `${Math.round(count)} B` : `${(count / 1_024).toFixed(1)} KiB`
const mebi = (count: number) => `${(count / 2 ** 20).toFixed(0)} MiB`

const tell = (report: Report, what: string, looks: ReadonlyArray<Look>) => {
  for (const kind of kinds) {
    const slope = slopeOf(looks.map(({ at, memory }) => ({ x: at, y: memory[kind] })))
    const points = looks.map(({ at, memory }) => `${mebi(memory[kind])} at ${at.toLocaleString("en-US")}`)
    report.line(`${names[kind]} for a ${what}`, `${bytes(slope)}   (${points.join(", ")})`)
    const samples = looks.map(({ at, memory }): [string, Array<number>] => [String(at), [memory[kind]]])
    report.keep(`memory by ${what}s`, names[kind], Object.fromEntries(samples))
    report.keep(`memory of a ${what}`, names[kind], { bytes: [slope] })
  }
}

const started = async (postgres: BenchPostgres, database: string, dataDir: string, residents: number) => {
  const inspected = await Inspected.choose()
  const ours = await switchboard({
    SWITCHBOARD_DATA_DIR: dataDir,
    DATABASE_URL: await postgres.database(database),
    SWITCHBOARD_RESIDENT_ACTORS: String(residents),
    // A quarter of the heap is for actors: none shall go to sleep for what it weighs.
    NODE_OPTIONS: `${inspected.environment["NODE_OPTIONS"]} --max-old-space-size=8192`
  })
  return { ours, inspected }
}

/** Everything is in the tables, so what a cut still has to take weighs nothing. */
const settled = async (ours: Switchboard, inspected: Inspected): Promise<Memory> => {
  await cutNow(ours)
  return inspected.memory()
}

const conversationFigures = async (sizes: MemorySizes, postgres: BenchPostgres, dataDir: string, report: Report) => {
  const { conversations, messages } = sizes
  const [least, most] = [conversations[0]!, conversations.at(-1)!]
  const { ours, inspected } = await started(postgres, "switchboard_memory", dataDir, 2 * most + 1_000)
  const sender = startSender()
  const { url, headers } = ours
  const founded = async (from: number, first: number, chats: number, count: number) => {
    const what = { type: "messages", chats, first } as const
    await sender.post({ url, headers, connections: 64, from, count, what })
  }
  try {
    const looks: Array<Look> = []
    let known = 0
    for (const at of conversations) {
      report.step(`memory: founding ${at.toLocaleString("en-US")} conversations`)
      await founded(known, known, at - known, at - known)
      known = at
      looks.push({ at, memory: await settled(ours, inspected) })
    }
    const { residents } = await ours.call("GET", "/stats")
    if (residents.conversation < most) throw new Error(`only ${residents.conversation} of ${most} are in memory`)
    report.step(`memory: more messages`)
    await founded(most, 0, least, least * messages)
    const full = await settled(ours, inspected)
    report.head(`Memory of resident conversations, each with one person and one message`)
    tell(report, "conversation", looks)
    const perMessage = (full.heap - looks.at(-1)!.memory.heap) / (least * messages)
    report.line("heap for a further message", `${bytes(perMessage)}   (${messages} more in each of ${least})`)
    report.keep("memory of a message", names.heap, { bytes: [perMessage] })
  } finally {
    sender.stop()
    await ours.server.stop()
  }
}

const socketFigures = async ({ sockets }: MemorySizes, postgres: BenchPostgres, dataDir: string, report: Report) => {
  const { ours, inspected } = await started(postgres, "switchboard_sockets", dataDir, 1_000)
  const viewers = startReceivers()
  try {
    const urls = await feedUrls(ours, sockets.at(-1)!)
    const looks: Array<Look> = []
    let open = 0
    for (const at of sockets) {
      report.step(`memory: opening ${at.toLocaleString("en-US")} sockets`)
      await viewers.open({ urls, topics: ["inbox"], count: at - open })
      open = at
      looks.push({ at, memory: await settled(ours, inspected) })
    }
    const { open: left } = await viewers.count()
    if (left < open) throw new Error(`${open - left} sockets were closed`)
    report.head(`Memory of idle sockets, each on the inbox`)
    tell(report, "socket", looks)
  } finally {
    viewers.stop()
    await ours.server.stop()
  }
}

export const memoryFigures = async (sizes: MemorySizes, postgres: BenchPostgres, report: Report): Promise<void> => {
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  try {
    await conversationFigures(sizes, postgres, join(dataDir, "conversations"), report)
    await socketFigures(sizes, postgres, join(dataDir, "sockets"), report)
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

const quickly: MemorySizes = { conversations: [500, 2_500], sockets: [50, 250], messages: 2 }
const fully: MemorySizes = { conversations: [1_000, 10_000, 50_000], sockets: [100, 1_000, 5_000], messages: 20 }

export const benchMemory = async (quick: boolean, report: Report): Promise<void> => {
  const postgres = await newPostgres()
  try {
    await memoryFigures(quick ? quickly : fully, postgres, report)
  } finally {
    await postgres.stop()
  }
}
