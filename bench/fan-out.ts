/**
 * One change to a thousand viewers: what the feed delivers, beside bare `ws` that sends one buffer, made once and as long as our frames
 * are, to as many sockets (the floor). In the same rounds, both as fast as they can, servers on one core in turn.
 *
 * Every socket watches the inbox and the same few conversations. Webhooks go to these, as many under way as there are conversations, so
 * every frame of 20 ms has a patch for nearly each topic. Of ours everything is measured that a webhook costs until the patch has left:
 * HTTP, the turn, the journal, the difference, one encoding, all deliveries. The floor has nothing but deliveries.
 *
 * What it does not measure: TLS, a network, viewers that read slowly, msgpack, viewers who each watch something else (latency does).
 * Frames a second depend on the viewers' core too, which Postgres and the sender share with ours; frames for a second of processor
 * time do not.
 */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { BenchPostgres } from "./postgres.ts"
import { newPostgres } from "./postgres.ts"
import type { Receivers } from "./receiving.ts"
import { feedUrls, startReceivers } from "./receiving.ts"
import type { Report } from "./report.ts"
import { perSecond, ratioOrWhy, ratios, summarise } from "./samples.ts"
import { startSender } from "./sending.ts"
import { ServerProcess } from "./server-process.ts"
import { switchboard } from "./target.ts"

export interface FanOutSizes {
  readonly sockets: number
  /** Webhooks in a round of ours. */
  readonly webhooks: number
  readonly rounds: number
}
interface Round {
  /** Frames delivered in a second, and for a second of the main thread's processor time. */
  readonly rate: number
  readonly perCpuSecond: number
  /** Bytes of one, on average. */
  readonly bytes: number
}

/** Conversations that everybody watches, besides the inbox. */
const chats = 8

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const round = async (server: ServerProcess, receivers: Receivers, work: () => Promise<unknown>): Promise<Round> => {
  const before = await receivers.count()
  const [cpuMs, began] = [server.mainThreadMs, performance.now()]
  await work()
  const after = await receivers.count()
  const seconds = (performance.now() - began) / 1_000
  const frames = after.frames - before.frames
  if (after.open < before.open) throw new Error(`${before.open - after.open} sockets were closed`)
  return {
    rate: frames / seconds,
    perCpuSecond: (frames * 1_000) / (server.mainThreadMs - cpuMs),
    bytes: Math.round((after.bytes - before.bytes) / frames)
  }
}

export const fanOutFigures = async (sizes: FanOutSizes, postgres: BenchPostgres, report: Report): Promise<void> => {
  const { sockets, webhooks, rounds } = sizes
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  const DATABASE_URL = await postgres.database("switchboard_fan_out")
  const ours = await switchboard({ SWITCHBOARD_DATA_DIR: dataDir, DATABASE_URL })
  const floor = await ServerProcess.start("bench/floor-fan-out.ts", {})
  const [sender, viewers, floorViewers] = [startSender(), startReceivers(), startReceivers()]
  try {
    const { url, headers } = ours
    const what = { type: "messages", chats } as const
    const post = (from: number, count: number) => sender.post({ url, headers, connections: chats, from, count, what })
    await post(0, chats)
    const topics = ["inbox", ...Array.from({ length: chats }, (_, n) => `conversation:chat-${n}`)]
    await viewers.open({ urls: await feedUrls(ours, sockets), topics, count: sockets })
    await floorViewers.open({ urls: [floor.url], topics: [], count: sockets })
    const samples: { readonly [K in "feed" | "floor"]: Array<Round> } = { feed: [], floor: [] }
    // Round 0 warms the compiler, and says how long our frames are.
    let bytes = 0
    for (let n = 0; n <= rounds; n++) {
      report.step(`fan-out: round ${n} of ${rounds}`)
      const began = performance.now()
      const feed = await round(ours.server, viewers, () => post(chats + n * webhooks, webhooks))
      bytes ||= feed.bytes
      const ms = performance.now() - began
      const bare = await round(floor, floorViewers, async () => {
        await fetch(`${floor.url}/start?bytes=${bytes}`)
        await pause(ms)
        await fetch(`${floor.url}/stop`)
      })
      if (n === 0) continue
      samples.feed.push(feed)
      samples.floor.push(bare)
    }
    report.head(
      `One change to ${sockets.toLocaleString("en-US")} sockets: ${webhooks} webhooks over ${chats} conversations that all watch, ${rounds} rounds`
    )
    const names = { feed: "the feed", floor: "bare ws" } as const
    const of = (target: "feed" | "floor", field: keyof Round) => samples[target].map((each) => each[field])
    for (const target of ["feed", "floor"] as const) {
      const [rate, cpu] = [of(target, "rate"), of(target, "perCpuSecond")]
      report.line(
        `${names[target]}, frames`,
        `${perSecond(summarise(rate))}, ${perSecond(summarise(cpu))} of the main thread, ${summarise(of(target, "bytes")).median} bytes each`
      )
      report.keep("fan-out", names[target], { rate, perCpuSecond: cpu })
    }
    for (const [field, said] of [
      ["rate", "frames a second"],
      ["perCpuSecond", "frames a CPU-second"]
    ] as const)
      report.line(`ratio of ${said}`, ratioOrWhy(ratios(of("feed", field), of("floor", field))))
  } finally {
    for (const { stop } of [sender, viewers, floorViewers]) stop()
    await floor.stop()
    await ours.server.stop()
    await rm(dataDir, { recursive: true, force: true })
  }
}

export const benchFanOut = async (quick: boolean, report: Report): Promise<void> => {
  const postgres = await newPostgres()
  try {
    await fanOutFigures(
      quick ? { sockets: 200, webhooks: 300, rounds: 2 } : { sockets: 1_000, webhooks: 600, rounds: 5 },
      postgres,
      report
    )
  } finally {
    await postgres.stop()
  }
}
