/**
 * One scenario under load (DESIGN §4): the feed flows on, answers wait, the mailbox limit answers 503, /readyz tells the truth, and
 * afterwards everything that was sent is there once.
 */
import { setTimeout as sleep } from "node:timers/promises"
import type { Server, Tenant } from "../support/server.ts"
import type { Parts, Scenario } from "./scenarios.ts"
import { startSender } from "./sender.ts"

export interface OutageResult {
  readonly name: string
  readonly evidence: string
  readonly seconds: number
  readonly posted: number
  /** 200s that left while the fault was there. */
  readonly answeredMeanwhile: number
  /** Sent into a chat in memory while the fault was there, and shown on the feed before it was over. */
  readonly shownMeanwhile: number
  readonly sentMeanwhile: number
  /** Shown on the feed before its 200 came, of those sent meanwhile that were not refused first. */
  readonly shownLate: number
  readonly refused: number
  readonly longestWaitMs: number
  readonly patches: number
  readonly ready: { readonly before: number; readonly during: ReadonlyArray<number>; readonly after: number }
  readonly alive: ReadonlyArray<number>
  readonly wrong: ReadonlyArray<string>
  readonly lost: number
  readonly doubled: number
  readonly mailboxAfter: number
  /** Events that no cut holds, once one has been written again. */
  readonly behindAfter: number
}

/** Whatever was under way at the first moment of a fault has left by then. */
const settle = 1_500

const statusOf = async (server: Server, path: string): Promise<number> => (await fetch(server.url + path)).status

export const outage = async (
  server: Server,
  tenant: Tenant,
  parts: Parts,
  scenario: Scenario,
  { seconds, rate }: { readonly seconds: number; readonly rate: number }
): Promise<OutageResult> => {
  const sender = await startSender(server, tenant, rate, scenario.name.replaceAll(" ", "-"), Date.now())
  await sleep(500)
  const before = await statusOf(server, "/readyz")
  await scenario.begin(parts)
  const evidence = await scenario.evidence(parts)
  await sleep(settle)
  const from = performance.now()
  const [ready, alive]: [Array<number>, Array<number>] = [[], []]
  const patchesBefore = sender.patches()
  while (performance.now() - from < seconds * 1000) {
    ready.push(await statusOf(server, "/readyz"))
    alive.push(await statusOf(server, "/livez"))
    await sleep(250)
  }
  const until = performance.now()
  const patches = sender.patches() - patchesBefore
  const within = (at: number | null) => at !== null && at >= from && at < until
  const sentMeanwhile = sender.sent.filter(({ isKnown, sentAt }) => isKnown && within(sentAt))
  const [answeredMeanwhile, shownMeanwhile] = [
    sender.sent.filter(({ answeredAt }) => within(answeredAt)).length,
    sentMeanwhile.filter(({ shownAt }) => within(shownAt)).length
  ]
  await scenario.end(parts)
  await sender.stop()
  const after = await waitUntilReady(server)
  let [lost, doubled] = [0, 0]
  for (const [chat, expected] of sender.expected()) {
    const { json } = await server.call("GET", `/v1/tenants/${tenant.id}/actors/conversation/${chat}`, tenant.key)
    const count = json.context?.message_count ?? 0
    lost += Math.max(0, expected - count)
    doubled += Math.max(0, count - expected)
  }
  const stats = await waitForCut(server, tenant)
  return {
    name: scenario.name,
    evidence,
    seconds,
    posted: sender.sent.length,
    answeredMeanwhile,
    shownMeanwhile,
    sentMeanwhile: sentMeanwhile.length,
    shownLate: sentMeanwhile.filter(
      ({ refused, shownAt, answeredAt }) => refused === 0 && (shownAt ?? Infinity) > answeredAt!
    ).length,
    refused: sender.sent.reduce((sum, one) => sum + one.refused, 0),
    longestWaitMs: Math.max(...sender.sent.map(({ sentAt, answeredAt }) => answeredAt! - sentAt)),
    patches,
    ready: { before, during: ready, after },
    alive,
    wrong: sender.wrong,
    lost,
    doubled,
    mailboxAfter: stats.mailbox,
    behindAfter: stats.seq - stats.checkpoint_seq
  }
}

/** After an outage the pool connects again; 200 as soon as it has. */
const waitUntilReady = async (server: Server): Promise<number> => {
  let status = 0
  for (let tries = 0; tries < 100 && status !== 200; tries++) {
    status = await statusOf(server, "/readyz")
    if (status !== 200) await sleep(100)
  }
  return status
}

/** The next cut comes by itself, within a second of the database being back. */
const waitForCut = async (server: Server, tenant: Tenant): Promise<any> => {
  for (let tries = 0; ; tries++) {
    const { json } = await server.call("GET", `/v1/tenants/${tenant.id}/stats`, tenant.key)
    if (json.seq === json.checkpoint_seq || tries === 150) return json
    await sleep(100)
  }
}

/** What does not hold in a result, in words; none when all does. */
export const violations = (result: OutageResult, { isDown, delaysAnswers }: Scenario): ReadonlyArray<string> => {
  const broken: Array<string> = []
  const holds = (condition: boolean, what: string) => void (condition || broken.push(`${result.name}: ${what}`))
  holds(result.lost === 0, `${result.lost} lost`)
  holds(result.doubled === 0, `${result.doubled} doubled`)
  holds(result.wrong.length === 0, `unclear answers: ${result.wrong.slice(0, 3).join("; ")}`)
  holds(
    result.ready.before === 200 && result.ready.after === 200,
    `readyz was ${result.ready.before} before and ${result.ready.after} after`
  )
  holds(
    result.alive.every((status) => status === 200),
    "livez was not always 200"
  )
  holds(result.shownMeanwhile > 0, "the feed stood still")
  if (delaysAnswers) holds(result.shownLate === 0, `${result.shownLate} were answered before they were shown`)
  holds(result.mailboxAfter === 0, `${result.mailboxAfter} events still wait`)
  holds(result.behindAfter === 0, `${result.behindAfter} events are in no cut`)
  if (!isDown) holds(result.answeredMeanwhile > 0, "nobody was answered, although events could become durable")
  if (isDown) {
    holds(result.answeredMeanwhile === 0, `${result.answeredMeanwhile} answers left while nothing could be durable`)
    holds(
      result.ready.during.length > 0 && result.ready.during.every((status) => status === 503),
      `readyz said ${[...new Set(result.ready.during)]} meanwhile`
    )
  }
  return broken
}
