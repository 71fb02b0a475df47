/**
 * Mutated payloads through the real port of a real process (I9): each ends in exactly one of applied, duplicate, quarantined,
 * waiting, refused; an honest message sent in between always counts; and whatever got in is the same after kill -9.
 */
import { setTimeout } from "node:timers/promises"
import { isDeepStrictEqual } from "node:util"
import type { Database } from "../support/fresh-databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { random } from "../support/seeded.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import { fixtureAccounts, type Shot, shot } from "./payloads.ts"

export interface FuzzResult {
  readonly payloads: number
  /** How many ended in each way; refusals by their code. */
  readonly ends: ReadonlyMap<string, number>
  /** Answers that are none of the five. */
  readonly wrong: ReadonlyArray<string>
  readonly honest: number
  readonly honestCounted: number
  /** Conversations compared before and after kill -9, and those that came back different. */
  readonly compared: number
  readonly changed: ReadonlyArray<string>
  /** What the server's log says of cuts or entries that could not be written or applied. */
  readonly complaints: ReadonlyArray<string>
  readonly output: string
}

/** Requests under way at once. */
const inParallel = 32
/** One honest message after so many hostile ones. */
const honestEvery = 25
const honestChats = 10
/** Actors looked into before and after the kill. */
const comparedLimit = 400
const outcomes = new Set(["applied", "duplicate", "quarantined", "waiting"])

/** How an answer ended, or null when it is not one of the five. */
const endOf = (status: number, text: string): string | null => {
  let json: any
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  if (status === 200) {
    const all = Array.isArray(json.results) ? json.results : [json]
    const ends = all.map((one: any) => one.outcome)
    return ends.every((end: unknown) => outcomes.has(String(end)))
      ? (ends[0] ?? "applied")
      : ends.length > 0 && all.every((one: any) => outcomes.has(one.outcome) || typeof one.code === "string")
        ? "refused: in a list"
        : null
  }
  return status >= 400 && status < 500 && typeof json.code === "string" ? `refused: ${status} ${json.code}` : null
}

const complaint = /cut could not be written|cannot be applied|cannot be read|defect|unhandled|uncaught/i

export const fuzz = async (
  database: Database,
  payloads: number,
  progress: (done: number) => void = () => {}
): Promise<FuzzResult> => {
  const next = random(`fuzz on ${database.name}`)
  // Cuts come early, by rows, and never by time: at the kill some of it stands in the journal alone.
  const server = await startServer(database, { SWITCHBOARD_SNAPSHOT_INTERVAL: "1 hour" })
  try {
    const tenant = await server.tenant("acme", fixtureAccount)
    // Half of the other accounts are unknown: what is theirs has to wait.
    for (const account of fixtureAccounts.filter((_, index) => index % 2 === 0))
      await server.call("PUT", `/v1/tenants/acme/connections/${account}`, tenant.key, {
        channel_type: "linkedin",
        account_name: account,
        user_id: "u"
      })
    const ends = new Map<string, number>()
    const wrong: Array<string> = []
    const honest = new Map<string, number>()
    let [fired, answeredHonest] = [0, 0]

    const send = async ({ path, headers, body }: Shot): Promise<{ status: number; text: string }> => {
      try {
        const response = await fetch(server.url + path, { method: "POST", headers, body })
        return { status: response.status, text: await response.text() }
      } catch (error) {
        return { status: 0, text: String((error as Error).cause ?? error) }
      }
    }
    const hostile = async (): Promise<void> => {
      const made = shot(tenant, next, Date.now())
      const { status, text } = await send(made)
      const end = endOf(status, text)
      if (end === null)
        wrong.push(
          `${status} ${text.slice(0, 300)} for ${made.path} ${Buffer.from(made.body).toString().slice(0, 600)}`
        )
      else ends.set(end, (ends.get(end) ?? 0) + 1)
    }
    const faithful = async (index: number): Promise<void> => {
      const chat = `honest-${index % honestChats}`
      const { status, json } = await server.webhook(
        tenant,
        message({ chat, id: `honest-${index}`, at: Date.UTC(2026, 4, 4) + index })
      )
      if (status === 200 && json.outcome === "applied") answeredHonest++
      else wrong.push(`an honest message got ${status} ${JSON.stringify(json)}`)
      honest.set(chat, (honest.get(chat) ?? 0) + 1)
    }
    const sender = async (): Promise<void> => {
      while (fired < payloads) {
        const index = fired++
        if (index % 1_000 === 0) progress(index)
        await hostile()
        if (index % honestEvery === 0) await faithful(index / honestEvery)
      }
    }
    await Promise.all(Array.from({ length: inParallel }, sender))

    const listed = await list(server, tenant)
    // Some more that no cut has seen, so that the next start has to apply them again.
    const before = payloads
    while (fired < before + Math.min(1_000, payloads)) {
      fired++
      await hostile()
    }
    const ids = listed.slice(0, comparedLimit).map(({ id }) => id as string)
    const looks = () => Promise.all(ids.map((id) => look(server, tenant, id)))
    const live = await looks()
    const output = server.output
    await server.kill()
    await server.restart()
    const again = await looks()
    const changed = ids.flatMap((id, index) =>
      isDeepStrictEqual(live[index], again[index]) ? [] : [`${id}: ${difference(live[index], again[index])}`]
    )
    let honestCounted = 0
    for (const chat of honest.keys()) {
      const { json } = await server.call("GET", `/v1/tenants/acme/conversations/${chat}`, tenant.key)
      honestCounted += json.message_count ?? 0
    }
    // A cut of everything that got in, the odd included.
    await list(server, tenant)
    const log = output + server.output
    return {
      payloads: fired,
      ends,
      wrong,
      honest: answeredHonest,
      honestCounted,
      compared: ids.length,
      changed,
      complaints: log.split("\n").filter((line) => complaint.test(line)),
      output: log
    }
  } finally {
    await server.close()
  }
}

/** The first place at which two values differ. */
const difference = (before: unknown, after: unknown, path = ""): string => {
  if (typeof before !== "object" || typeof after !== "object" || before === null || after === null)
    return `${path} was ${JSON.stringify(before)}, is ${JSON.stringify(after)}`
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [was, is] = [before[key as never], after[key as never]]
    if (!isDeepStrictEqual(was, is)) return difference(was, is, `${path}/${key}`)
  }
  return path
}

/** How long a list may be answered 503 before that is a fault: the embedded database writes a whole cut first. Milliseconds. */
const listPatience = 120_000

/** Every conversation, page by page; asking for it writes a cut. A 503 is asked again after the time that it names. */
const list = async (server: Server, tenant: Tenant): Promise<ReadonlyArray<any>> => {
  const items: Array<any> = []
  const until = Date.now() + listPatience
  for (let cursor: string | null = ""; cursor !== null;) {
    const query: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`
    const { status, json, headers } = await server.call(
      "GET",
      `/v1/tenants/acme/conversations?limit=200${query}`,
      tenant.key
    )
    if (status === 503 && Date.now() < until) {
      await setTimeout(Number(headers.get("retry-after")) * 1_000)
      continue
    }
    if (status !== 200) throw new Error(`the list answered ${status} ${JSON.stringify(json)}`)
    items.push(...json.items)
    cursor = json.next_cursor
  }
  return items
}

const look = async (server: Server, tenant: Tenant, id: string): Promise<unknown> => {
  const { json } = await server.call("GET", `/v1/tenants/acme/actors/conversation/${id}`, tenant.key)
  const window = json.context?.facts?.window?.records
  // The order inside the window does not matter.
  if (Array.isArray(window)) window.sort((a: any, b: any) => (a.id < b.id ? -1 : 1))
  return [json.machine_state, json.context]
}
