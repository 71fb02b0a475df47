/**
 * One round (I1): load over HTTP, kill -9 at a random instant in the middle of it, start again, and bring what was not answered
 * until it is. Then every counter must be what the model finds.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import type { Act } from "./history.ts"
import { acts, Model } from "./history.ts"
import type { Witness } from "./witness.ts"

/** Requests under way at once. */
const inParallel = 16
/** The kill comes at any point of the first nine tenths of a round's load, and up to so many milliseconds later. */
const killLatest = 0.9
const killDelay = 50
/** In half of the rounds the journal takes nothing for up to so many milliseconds, where a second connection can do that. */
const heldWithin = 400

export interface RoundResult {
  /** Requests that were under way when the process died, and got no answer. */
  readonly cut: number
  readonly acknowledged: number
  readonly repeated: number
  readonly lost: number
  readonly doubled: number
  /** Counters that are neither too small nor too big by messages, but wrong. */
  readonly drift: ReadonlyArray<string>
  readonly restartMs: number
  /** The journal was locked for a while. */
  readonly held: boolean
}

export class Crash {
  readonly model = new Model()
  readonly #server: Server
  readonly #tenant: Tenant
  readonly #next: () => number
  readonly #witness: Witness
  #earlier: ReadonlyArray<Act> = []

  constructor(server: Server, tenant: Tenant, witness: Witness, next: () => number) {
    this.#server = server
    this.#tenant = tenant
    this.#witness = witness
    this.#next = next
  }

  async round(round: number, count: number): Promise<RoundResult> {
    const all = acts(round, count, this.#next, this.#earlier)
    let [acknowledged, cut] = [0, 0]
    let isDead = false
    const missing: Array<Act> = []
    const queue = [...all]
    const sender = async () => {
      for (let act = queue.shift(); act !== undefined; act = queue.shift()) {
        if (!isDead) {
          if (await this.#bring(act)) {
            acknowledged++
            continue
          }
          cut++
        }
        missing.push(act)
      }
    }
    const killAt = Math.floor(this.#next() * killLatest * queue.length)
    const delay = this.#next() * killDelay
    const hold = { isDue: this.#next() < 0.5, at: Math.floor(this.#next() * killAt), for: this.#next() * heldWithin }
    /** Once so many requests have gone out. */
    const sent = async (number: number) => {
      while (all.length - queue.length < number) await sleep(1)
    }
    const killing = async () => {
      await sent(killAt)
      await sleep(delay)
      isDead = true
      await this.#server.kill()
    }
    const holding = async () => {
      await sent(hold.at)
      return hold.isDue && !isDead && (await this.#witness.holdJournal(hold.for))
    }
    const [held] = await Promise.all([
      holding(),
      killing(),
      this.#witness.watch(() => isDead),
      ...Array.from({ length: inParallel }, sender)
    ])
    await this.#witness.afterDeath()
    const began = performance.now()
    await this.#server.restart()
    const restartMs = performance.now() - began
    for (let pending: ReadonlyArray<Act> = missing; pending.length > 0;) {
      const still: Array<Act> = []
      const rest = [...pending]
      const repeater = async () => {
        for (let act = rest.shift(); act !== undefined; act = rest.shift())
          if (!(await this.#bring(act))) still.push(act)
      }
      await Promise.all(Array.from({ length: inParallel }, repeater))
      pending = still
    }
    const compared = await this.#compare(round)
    this.#earlier = [...this.#earlier, ...all].slice(-2_000).filter(() => this.#next() < 0.2)
    return {
      cut,
      acknowledged: acknowledged + missing.length,
      repeated: cut,
      restartMs,
      held,
      ...compared,
      drift: [...compared.drift, ...this.#witness.take()]
    }
  }

  /** Whether it was answered; only then the model hears of it. */
  async #bring(act: Act): Promise<boolean> {
    try {
      if (act.kind === "send") {
        const { status } = await this.#server.call(
          "POST",
          `/v1/tenants/${this.#tenant.id}/connections/${fixtureAccount}/sends`,
          this.#tenant.key,
          act.payload
        )
        if (status === 200) act.effect(this.model)
        return status === 200 || status === 429
      }
      const { status, json } = await this.#server.webhook(this.#tenant, act.payload)
      if (status === 503) return false
      if (status !== 200 || !act.ends.includes(json.outcome))
        throw new Wrong(`${act.name} got ${status} ${JSON.stringify(json)}`)
      act.effect(this.model)
      return true
    } catch (error) {
      if (error instanceof Wrong) throw error
      return false
    }
  }

  /** The chats of this round; all of them on the tenth. */
  async #compare(round: number) {
    let [lost, doubled] = [0, 0]
    const drift: Array<string> = []
    const names = [...this.model.chats].filter(
      ([name, { messages }]) =>
        messages.size > 0 && (round % 10 === 9 || name.startsWith("long-") || name.startsWith(`round-${round}-`))
    )
    for (const [name, chat] of names) {
      const expected = chat.expected()
      const { json } = await this.#server.call(
        "GET",
        `/v1/tenants/${this.#tenant.id}/actors/conversation/${name}`,
        this.#tenant.key
      )
      const context = json.context ?? { message_count: 0, unread_count: 0, last_message_at: null, members: {} }
      lost += Math.max(0, expected.message_count - context.message_count)
      doubled += Math.max(0, context.message_count - expected.message_count)
      const owner = Object.values<any>(context.members).find((member) => member.role === "owner")?.message_count ?? 0
      const other = Object.values<any>(context.members)
        .filter((member) => member.role !== "owner")
        .reduce((sum, member) => sum + member.message_count, 0)
      const is = {
        unread_count: context.unread_count,
        last_message_at: context.last_message_at,
        sent: { owner, other }
      }
      const { message_count: _, ...must } = expected
      if (JSON.stringify(is) !== JSON.stringify(must))
        drift.push(`${name} is ${JSON.stringify(is)}, must be ${JSON.stringify(must)}`)
    }
    if (round % 10 === 9) drift.push(...(await this.whole()))
    return { lost, doubled, drift }
  }

  /** What is counted over all chats: the channel, the account's sends, the inbox. */
  async whole(): Promise<ReadonlyArray<string>> {
    const read = async (path: string) =>
      (await this.#server.call("GET", `/v1/tenants/${this.#tenant.id}/${path}`, this.#tenant.key)).json
    const totals = this.model.totals()
    const wrong: Array<string> = []
    const same = (what: string, is: unknown, must: unknown) =>
      void (is === must || wrong.push(`${what} is ${is}, must be ${must}`))
    same(
      "the channel's message_count",
      (await read(`actors/channel/${fixtureAccount}`)).context.message_count,
      totals.messages
    )
    same("messages_sent_count", (await read(`connections/${fixtureAccount}`)).messages_sent_count, totals.sends)
    let unread = 0
    for (let cursor: string | null = ""; cursor !== null;) {
      const page: any = await read(
        `conversations?limit=200${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`
      )
      unread += page.items.reduce((sum: number, item: any) => sum + item.unread_count, 0)
      cursor = page.next_cursor
    }
    same("unread over all conversations", unread, totals.unread)
    return wrong
  }
}

/** An answer that a crash does not explain. */
class Wrong extends Error {}
