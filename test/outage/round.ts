/** One fault under load, from before to after, and every claim about it. */
import type { Server, Tenant } from "../support/server.ts"
import { eventually } from "../support/eventually.ts"
import { ask } from "../support/administrator.ts"
import type { Fault, Place } from "./fault.ts"
import { slowness } from "./faults/slow.ts"
import { chatName, chats, Provider } from "./provider.ts"
import { type Asked, askQueries, postToBeKept, unknownAccount } from "./questions.ts"
import { openViewer } from "./viewer.ts"
import { watchHealth } from "./watch.ts"

/** What a round found. Times in milliseconds. */
export interface Report {
  readonly fault: string
  readonly proof: string
  readonly seconds: number
  readonly posted: number
  readonly answeredDuring: number
  readonly waited: number
  readonly refused: number
  readonly patchesDuring: number
  readonly lost: number
  readonly doubled: number
  readonly readyDuring: string
  readonly readyAfter: string
  readonly longestWait: number
  readonly recovery: number
  readonly asked: ReadonlyArray<Asked>
  /** Claims that did not hold; empty: all did. */
  readonly violations: ReadonlyArray<string>
}

/** From the fault until /readyz has to tell: its own patience and one failed statement. */
const tellingTime = 2_500
/** From the cure until everything is as before: retries come at least every second, a silent connection is noticed in some more. */
const recoveryTime = 20_000

const account = "outage-account"

const metric = async (server: Server, name: string): Promise<number> => {
  const text = await (await fetch(`${server.url}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1])
}

/** Counted messages of each conversation, from memory. */
const countedBy = (server: Server, tenant: Tenant): Promise<ReadonlyArray<number>> =>
  Promise.all(
    Array.from({ length: chats }, async (_, chat) => {
      const { json } = await server.call("GET", `/v1/tenants/${tenant.id}/conversations/${chatName(chat)}`, tenant.key)
      return json.message_count === json.unread_count ? (json.message_count as number) : NaN
    })
  )

export const runRound = async (fault: Fault, place: Place, id: string, seconds: number): Promise<Report> => {
  const { server, url } = place
  const violations: Array<string> = []
  const claim = (holds: boolean, otherwise: () => string): void => {
    if (!holds) violations.push(otherwise())
  }

  const tenant = await server.tenant(id, account)
  const provider = new Provider(server, tenant, account)
  await provider.warmUp()
  const viewer = await openViewer(server, tenant)
  const health = watchHealth(server)
  provider.begin()
  await sleep(500)
  const logBefore = server.output.length

  const { proof: prove, heal } = await fault.strike(place)
  const proof = await prove().catch(async (error: unknown) => {
    provider.end()
    await heal()
    await health.end()
    throw error
  })
  const struck = performance.now()
  // What was on its way at that moment may still have been written.
  const certain = struck + 500
  // Before the mailbox is full.
  await sleep(seconds * 250)
  const kept = postToBeKept(server, tenant)
  const asked = [...(await askQueries(server, tenant)), ...(await kept)]
  await sleep(struck + seconds * 1000 - performance.now())
  provider.end()
  // The frame of the last events.
  await sleep(100)
  const healed = performance.now()
  const during = provider.sent.filter(({ postedAt }) => postedAt >= certain)
  const answered = during.filter(({ reply }) => reply?.status === 200)
  const waiting = provider.sent.filter(({ reply }) => reply === null)
  const refused = provider.refused.length
  const shown = viewer.unread
  const takenNow = provider.sent.length - refused
  // Those of the events that wait, where events wait.
  const patchesDuring = viewer.patchesBetween(
    fault.answers === "wait" ? (waiting[0]?.postedAt ?? healed) : certain,
    healed
  )
  const healthDuring = health.between(struck + tellingTime, healed)

  await heal()
  await provider.settled()
  const recovery = Math.round(performance.now() - healed)
  const longestWait = Math.round(
    Math.max(...provider.sent.map(({ postedAt, answeredAt }) => (answeredAt ?? Infinity) - postedAt))
  )
  await provider.sendRefusedAgain()
  const ready = await eventually(
    async () => (await fetch(`${server.url}/readyz`)).status,
    (status) => status === 200
  )
  await health.end()

  const counted = await countedBy(server, tenant)
  const differences = counted.map((count, chat) => provider.expected(chat) - count)
  const lost = differences.reduce((sum, each) => sum + Math.max(0, each), 0)
  const doubled = differences.reduce((sum, each) => sum + Math.max(0, -each), 0)
  const list = await server.call("GET", `/v1/tenants/${id}/conversations?limit=200`, tenant.key)
  const inList = (list.json.items ?? []).reduce((sum: number, item: any) => sum + item.message_count, 0)
  const rows = await ask(url, `select count(*)::integer as count from messages where tenant_id = '${id}'`)
  const after = await postToBeKept(server, tenant)
  const mailbox = await eventually(
    () => metric(server, "switchboard_mailbox_events"),
    (events) => events === 0
  )
  viewer.close()

  const total = provider.sent.length
  claim(lost === 0 && doubled === 0, () => `counters: ${lost} lost, ${doubled} doubled of ${total}`)
  claim(inList === total, () => `the list counts ${inList} of ${total} (${list.status})`)
  claim(rows[0]!["count"] === total, () => `messages has ${String(rows[0]!["count"])} rows of ${total}`)
  claim(provider.odd.length === 0, () => `${provider.odd.length} odd answers, the first: ${provider.odd[0]}`)
  claim(viewer.closed === null, () => `the feed's socket was closed with ${viewer.closed}`)
  claim(patchesDuring > 0, () => "no patch came during the fault")
  // Events of the last moments may still be on their way in.
  claim(shown >= takenNow - 25, () => `the feed showed ${shown} of ${takenNow} that were taken`)
  claim(mailbox === 0, () => `${mailbox} events are left in the mailbox`)
  claim(equal(healthDuring.live, [200]), () => `/livez said ${healthDuring.live.join(", ")}`)
  const readyExpected = fault.answers === "wait" ? 503 : 200
  claim(
    equal(healthDuring.ready, [readyExpected]),
    () => `/readyz said ${healthDuring.ready.join(", ")} instead of ${readyExpected} (${healthDuring.looks} looks)`
  )
  claim(ready === 200, () => `/readyz said ${ready} after the fault`)
  claim(recovery < recoveryTime, () => `the last answer came ${recovery} ms after the cure`)
  if (fault.answers === "wait") {
    claim(answered.length === 0, () => `${answered.length} webhooks got 200 while nothing could be written`)
    claim(waiting.length > 0, () => "no webhook waited")
  } else {
    claim(answered.length > 0, () => "no webhook was answered during the fault")
    claim(refused === 0, () => `${refused} webhooks were refused`)
  }
  if (fault.answers === "late") {
    const quickest = Math.min(...answered.map(({ postedAt, answeredAt }) => answeredAt! - postedAt))
    claim(quickest >= slowness, () => `an answer came after ${Math.round(quickest)} ms: before its commit`)
  }
  for (const each of asked) claimAnswer(each, fault, claim)
  for (const each of after)
    claim(each.answer === "200", () => `${each.what} was answered ${each.answer} after the fault`)
  const log = server.output.slice(logBefore)
  if (fault.logged !== undefined) claim(fault.logged.test(log), () => `the log shows no ${String(fault.logged)}`)

  return {
    fault: fault.name,
    proof,
    seconds,
    posted: total,
    answeredDuring: answered.length,
    waited: waiting.length,
    refused,
    patchesDuring,
    lost,
    doubled,
    readyDuring: healthDuring.ready.join(", "),
    readyAfter: String(ready),
    longestWait,
    recovery,
    asked,
    violations
  }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)))
const equal = (a: ReadonlyArray<number>, b: ReadonlyArray<number>) => JSON.stringify(a) === JSON.stringify(b)

/** In memory: as ever. In tables: 503 and when to come back, within seconds; or as ever where tables can be read and written. */
const claimAnswer = (
  { what, answer, hasRetryAfter, ms }: Asked,
  fault: Fault,
  claim: (holds: boolean, otherwise: () => string) => void
): void => {
  const soon = 6_000
  const served = answer === "200" || answer === "404 conversation_unknown"
  const refused = answer === "503 database_unavailable" && hasRetryAfter
  const isFull = answer === "503 mailbox_full" && hasRetryAfter
  const isRead = !what.startsWith("a webhook")
  const expected = what === "a conversation in memory" ? served : isRead ? served || refused : undefined
  claim(ms < soon, () => `${what} took ${ms} ms`)
  if (what === "the list of conversations")
    claim(fault.refusesQueries ? refused : served || refused, () => `${what} was answered ${answer}`)
  else if (expected !== undefined) claim(expected, () => `${what} was answered ${answer}`)
  else if (fault.keepsRows === true && what === unknownAccount)
    claim(served || isFull, () => `${what} was answered ${answer}`)
  else claim(fault.answers === "wait" ? refused || isFull : served, () => `${what} was answered ${answer}`)
}
