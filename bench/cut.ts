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
import type { CutSizes, Phase, PhaseWithCuts } from "./cut-scene.ts"
import { CutScene, database } from "./cut-scene.ts"
import { Inspected } from "./inspected.ts"
import type { BenchPostgres } from "./postgres.ts"
import { newPostgres } from "./postgres.ts"
import type { Report } from "./report.ts"
import { milliseconds, ratioOrWhy, ratios, summarise } from "./samples.ts"
import { startSender } from "./sending.ts"
import type { Switchboard } from "./target.ts"
import { switchboard } from "./target.ts"

const said = (samples: ReadonlyArray<number>) => milliseconds(summarise(samples))

const found = async ({ url, headers }: Switchboard, chats: number): Promise<void> => {
  const sender = startSender()
  const what = { type: "messages", chats } as const
  await sender.post({ url, headers, connections: 64, from: 0, count: chats, what })
  sender.stop()
}

const tell = (
  { changed, isHeld, rate, rounds }: CutSizes,
  { without, during }: { readonly without: ReadonlyArray<Phase>; readonly during: ReadonlyArray<PhaseWithCuts> },
  report: Report
): void => {
  const cuts = during.flatMap((phase) => phase.cuts)
  const conversations = cuts.map((cut) => cut.conversations)
  const took = cuts.map(({ from, to }) => to - from)
  const figures = (phases: ReadonlyArray<Phase>) => ({
    p99: phases.map(({ p99 }) => p99),
    pause: phases.map(({ longest }) => longest),
    busy: phases.map(({ busiest }) => busiest)
  })
  const [quiet, cut] = [figures(without), figures(during)]
  report.head(
    `A cut of ${changed.toLocaleString("en-US")} changed conversations on Postgres${isHeld ? " that took none for a while" : ""}, ${rate} webhooks/s meanwhile, ${rounds} rounds`
  )
  report.line("cuts", `of ${conversations.join(", ")} conversations, each ${said(took)}`)
  for (const [name, phase] of [
    ["without a cut", quiet],
    ["during the cut", cut]
  ] as const) {
    report.line(`p99 ${name}`, said(phase.p99))
    report.line(`longest pause ${name}`, `${said(phase.pause)}, most work at a stretch ${said(phase.busy)}`)
  }
  report.line("p99 during : without", ratioOrWhy(ratios(cut.p99, quiet.p99)))
  report.line("webhooks refused", String([...without, ...during].reduce((sum, { refused }) => sum + refused, 0)))
  const scenario = isHeld ? "cut after a lock" : "cut"
  report.keep(scenario, "without a cut", quiet)
  report.keep(scenario, "during the cut", { ...cut, took, conversations })
}

/** Founds the conversations, then measures. */
export const cutFigures = async (sizes: CutSizes, postgres: BenchPostgres, report: Report): Promise<void> => {
  const { changed, rounds } = sizes
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-bench-"))
  const inspected = await Inspected.choose()
  const ours = await switchboard({
    SWITCHBOARD_DATA_DIR: dataDir,
    DATABASE_URL: await postgres.database(database),
    // No cut comes by its time.
    SWITCHBOARD_SNAPSHOT_INTERVAL: "24 hours",
    // Each with its person, and room to spare: nobody shall go to sleep meanwhile.
    SWITCHBOARD_RESIDENT_ACTORS: String(3 * changed + 1_000),
    NODE_OPTIONS: `${inspected.environment["NODE_OPTIONS"]} --max-old-space-size=8192`
  })
  const scene = new CutScene(postgres, ours, inspected, sizes)
  try {
    report.step(`cut: founding ${changed.toLocaleString("en-US")} conversations`)
    await found(ours, changed)
    const without: Array<Phase> = []
    const during: Array<PhaseWithCuts> = []
    for (let round = 0; round < rounds; round++) {
      report.step(`cut: round ${round + 1} of ${rounds}`)
      without.push(await scene.without())
      during.push(await scene.with(round % 2 === 0 ? "high" : "normal"))
    }
    tell(sizes, { without, during }, report)
  } finally {
    await scene.close()
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
