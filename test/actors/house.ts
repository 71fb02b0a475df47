/** A tenant's runtime with a hand-made host: no database, and every moment chosen by the test. */
import { expect } from "vitest"
import { Inbox } from "../../actors/views/inbox.ts"
import { noTotals } from "../../actors/views/summary.ts"
import { located } from "../../actors/prepare/place.ts"
import type { RecallRequest } from "../../actors/prepare/recall.ts"
import type { RuntimeHost } from "../../actors/tenant/host.ts"
import type { Envelope } from "../../actors/tenant/mailbox.ts"
import type { RuntimeLimits } from "../../actors/tenant/state.ts"
import { TenantRuntime } from "../../actors/tenant/runtime.ts"
import type { Event } from "../../machines/events.ts"
import type { TaskStarted } from "../../machines/told.ts"
import { created, registered, running } from "../machines/facts.ts"

/** A runtime whose journal is written when the test says so. */
export class House {
  readonly journaled: Array<{ readonly seq: number; readonly event: Event }> = []
  readonly recalls: Array<{ readonly request: RecallRequest; readonly envelope: Envelope }> = []
  /** Threads of messages, as rows would tell them. */
  readonly kept = new Map<string, string>()
  readonly wakes: Array<() => void> = []
  readonly tasks: Array<TaskStarted> = []
  /** How often a cut was asked for before its time. */
  cutsAsked = 0
  isLate = false
  /** Whether another writer has gone on with the journal. */
  isOvertaken = false
  readonly runtime: TenantRuntime

  /** `founded`: with the tenant and its account in it. */
  constructor({ mailbox = 1000, founded = true, ...bounds }: { founded?: boolean } & Partial<RuntimeLimits> = {}) {
    const host: RuntimeHost = {
      wake: (actors, envelope) => {
        const wake = () => {
          for (const address of actors) this.runtime.population.markVacant(address)
          this.runtime.attempt(envelope)
        }
        if (this.isLate) this.wakes.push(wake)
        else wake()
      },
      recall: (request, envelope) => void this.recalls.push({ request, envelope }),
      locate: ({ names = [], mail, chat }, envelope) => {
        const asked = [...names, ...(mail?.own == null ? [] : [mail.own]), ...(mail?.ancestors ?? []), chat]
        const found = asked.flatMap((name) => (name === undefined ? [] : (this.kept.get(name) ?? [])))
        this.runtime.attempt({ ...envelope, event: located(envelope.event, [...new Set(found)]) })
      },
      journal: (seq, event) => void this.journaled.push({ seq, event }),
      fence: (seq) => (this.isOvertaken ? this.runtime.lose() : this.runtime.durable(seq)),
      startTask: (task) => void this.tasks.push(task),
      rearm: () => {},
      cutSoon: () => void this.cutsAsked++
    }
    const inbox = new Inbox(noTotals, [])
    this.runtime = new TenantRuntime("acme", { seq: 0, inbox }, { mailbox, ...bounds }, host)
    for (const event of founded ? [created, registered, running] : []) {
      this.submit(event)
      this.commit()
    }
  }

  /** What became of an event: its outcome or the error's tag; null while nobody knows. */
  submit(event: Event): { readonly answer: string | null } {
    const state: { answer: string | null } = { answer: null }
    let settled = 0
    this.runtime.submit({
      event,
      settle: (result) => {
        expect(++settled).toBe(1)
        state.answer = "outcome" in result ? result.outcome : result._tag
      }
    })
    return state
  }

  /** Applies a journal entry again; nobody sleeps in a database. */
  replay(seq: number, event: Event): void {
    for (let asleep = this.runtime.replay(seq, event); asleep.length > 0; asleep = this.runtime.replay(seq, event)) {
      for (const address of asleep) this.runtime.population.markVacant(address)
    }
  }

  commit(seq = this.runtime.seq): void {
    this.runtime.durable(seq)
  }

  get conversation() {
    return this.runtime.population.get(
      "conversation",
      this.runtime.identity.conversation("whatsapp", "account", "chat-1")
    )!.context
  }
}
