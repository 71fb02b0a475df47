/**
 * A tenant without a database: the real turn over the real machines, every sleeper taken for vacant. Contexts are frozen as
 * soon as a turn is over, so that whoever changes one in place fails (I5).
 */
import * as HashMap from "effect/HashMap"
import { ScheduledTask } from "../../machines/vocabulary.ts"
import { isDeepStrictEqual } from "node:util"
import { expect } from "vitest"
import { knownInMemory } from "../../actors/prepare/place.ts"
import { Identity } from "../../actors/memory/identity.ts"
import { kinds } from "../../actors/memory/kinds.ts"
import { Population } from "../../actors/memory/population.ts"
import { decodeSnapshot, encodeSnapshot } from "../../actors/memory/snapshot-codec.ts"
import { Turn } from "../../actors/turn/turn.ts"
import type { Done, TurnResult } from "../../actors/turn/outcome.ts"
import type { ConnectionContext } from "../../machines/connection/context.ts"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { toList } from "../../machines/conversation/message-window.ts"
import type { ActorKind, Event } from "../../machines/events.ts"
import type { MessageFields } from "../../machines/message/fields.ts"

type Row = Partial<MessageFields> & { sender_key?: string }

export class SmallTenant {
  readonly identity = new Identity("acme")
  readonly population: Population
  /** Message rows as the cuts would have written them, by conversation id and external id. */
  readonly rows = new Map<string, Map<string, Row>>()
  readonly #turn: Turn
  #seq = 0

  constructor() {
    this.population = new Population()
    this.#turn = new Turn("acme", this.identity, this.population)
  }

  /** One turn; whoever is asked for and not here is made. */
  run(event: Event): TurnResult {
    for (;;) {
      const result = this.attempt(event)
      if (result.type !== "asleep") return result
      for (const address of result.actors) this.population.markVacant(address)
    }
  }

  /** One turn; whoever sleeps, sleeps. */
  attempt(event: Event): TurnResult {
    const result = this.#turn.run(deepFreeze(this.#admitted(event)), this.#seq + 1)
    if (result.type === "done") {
      this.#seq++
      this.#absorb(result)
    }
    return result
  }

  /** A turn that has to succeed. */
  apply(event: Event): Done {
    const result = this.run(event)
    if (result.type === "failed") throw result.cause
    expect(result.type).toBe("done")
    return result as Done
  }

  /** Whether a turn changed any actor. */
  changes(event: Event): boolean {
    return this.apply(event).changes.length > 0
  }

  context<C = any>(kind: ActorKind, id: string): C {
    return this.population.get(kind, id)?.context as C
  }

  conversation(thread = "chat-1"): ConversationContext {
    return this.context("conversation", this.identity.conversation("whatsapp", "account", thread))
  }

  connection(): ConnectionContext {
    return this.context("connection", this.identity.connection("account"))
  }

  /** Every actor sleeps and wakes: what stays is what its bytes say. */
  sleepAndWake(): void {
    for (const living of this.population.all()) {
      const definition = kinds[living.kind as ActorKind]
      const woken = decodeSnapshot(definition, encodeSnapshot(definition, living.snapshot))
      same(comparable(woken.context), comparable(living.context), living.kind)
      same(woken.value, living.snapshot.value, living.kind)
      living.restore(woken)
      deepFreeze(living.context)
    }
  }

  /** Every machine's state is the enum field of its context (DESIGN §3). */
  expectStatesToFollowFields(): void {
    for (const { kind, id, snapshot } of this.population.all()) {
      same(snapshot.value, stateOf(kind, snapshot.context), `${kind} ${id}`)
    }
  }

  /** With the threads that know the message which a fact names: windows here never lose any, so memory tells all. */
  #admitted(event: Event): Event {
    if (event.type !== "fact_arrived") return event
    const channel = this.identity.channel(event.channel_type!, event.account_id)
    const conversations = this.population.ofKind("conversation")
    return knownInMemory(conversations, { ...event, located: true }, this.context("channel", channel))
  }

  #absorb(done: Done): void {
    for (const { living } of done.changes) deepFreeze(living.context)
    let written = 0
    const write = (to: number) => {
      for (const { from, change } of done.rows.slice(written, to)) {
        const rows = this.rowsOf(from.id)
        const id = change.external_message_id
        const changes = { ...change.fields, ...(change.sender_key === null ? {} : { sender_key: change.sender_key }) }
        rows.set(id, { ...rows.get(id), ...changes })
      }
      written = to
    }
    for (const { from, into, after } of done.joins) {
      write(after.rows)
      const rows = this.rowsOf(into)
      for (const [id, row] of this.rowsOf(from)) rows.set(rows.has(id) ? `${id} ${from}` : id, row)
      this.rows.delete(from)
    }
    write(done.rows.length)
  }

  /** The rows of one conversation. */
  rowsOf(conversation_id: string): Map<string, Row> {
    const rows = this.rows.get(conversation_id) ?? new Map<string, Row>()
    this.rows.set(conversation_id, rows)
    return rows
  }
}

/** Asked after every event of thousands of histories: only a difference is worth the price of a good message. */
const same = (actual: unknown, expected: unknown, what: string): void => {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, what).toEqual(expected)
}

/** What a machine's state must be, by the fields alone. */
export const stateOf = (kind: string, context: any): unknown => {
  switch (kind) {
    case "connection":
      return { account: context.account_status, auth: context.auth_status }
    case "channel":
      return context.auth_status
    case "conversation":
      return context.merged_into === null ? context.status : "merged"
    case "participant":
      if (context.facts.merged_into !== null) return "merged"
      return context.contact_record === null ? "known" : "resolved"
    case "tenant":
      return context.is_active ? "active" : "inactive"
    case "scheduler":
      // A task that came later has no state in an older snapshot: it has never run.
      return Object.fromEntries(
        ScheduledTask.literals.map((task) => [
          task,
          (context.tasks[task]?.running ?? null) === null ? "idle" : "running"
        ])
      )
    default:
      return Object.keys(context.typists).length === 0 ? "quiet" : "typing"
  }
}

/** A context as plain data; the order inside a message window does not matter. */
export const comparable = (context: any): unknown => {
  const window = context?.facts?.window
  if (window === undefined || !HashMap.isHashMap(window.records)) return context
  const { records, floor } = toList(window)
  return {
    ...context,
    facts: {
      ...context.facts,
      window: { records: records.toSorted((a, b) => (a.id < b.id ? -1 : 1)), floor, size: window.size }
    }
  }
}

/** Freezes plain data to the bottom; a persistent map keeps its own promise, its values are frozen. */
export const deepFreeze = <T>(value: T): T => {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value
  if (HashMap.isHashMap(value)) for (const [, inner] of value) deepFreeze(inner)
  else for (const inner of Object.values(Object.freeze(value))) deepFreeze(inner)
  return value
}
