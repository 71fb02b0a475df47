/**
 * One turn (I4): an event, and everything that follows from it, applied to all of its actors without a pause. Either all of it
 * happened or none: when an actor is asleep, a rule is broken, or a machine fails, every actor touched so far gets its earlier
 * snapshot back. Synchronous, no clock, no I/O; the tenant runtime is its only caller.
 */
import type { AnyMachineSnapshot } from "xstate"
import type { ConversationContext } from "../machines/conversation/context.ts"
import type { ActorKind, Event } from "../machines/events.ts"
import type {
  CommandRefused,
  MessageAppeared,
  OwnerReplied,
  OutboundRead,
  RowChanged,
  SendDecided,
  TaskStarted,
  Told
} from "../machines/told.ts"
import { useOf } from "../machines/tenant/keys.ts"
import type { TenantContext, TenantEvent } from "../machines/tenant/machine.ts"
import type { Identity } from "./identity.ts"
import type { Living } from "./living.ts"
import type { Address, Population } from "./population.ts"
import type { Route } from "./routes.ts"
import { routesOf } from "./routes.ts"

/** An actor that the turn changed, with its context before; null before means that the turn made it. */
export interface Change {
  readonly living: Living
  readonly before: any
}

export interface Done {
  readonly type: "done"
  readonly changes: ReadonlyArray<Change>
  readonly rows: ReadonlyArray<{ readonly from: ConversationContext; readonly change: RowChanged }>
  readonly reads: ReadonlyArray<{ readonly conversation_id: string; readonly read: OutboundRead }>
  readonly appeared: ReadonlyArray<{ readonly conversation_id: string; readonly message: MessageAppeared }>
  readonly tasks: ReadonlyArray<TaskStarted>
  readonly decided: SendDecided | null
  /** How an event with an Idempotency-Key ended, now or the first time; null for one without. */
  readonly keyed: "applied" | "duplicate" | null
}

export type TurnResult =
  | Done
  /** These actors sleep; wake them and run the turn again. */
  | { readonly type: "asleep"; readonly actors: ReadonlyArray<Address> }
  /** The event needs an actor that does not exist. */
  | { readonly type: "unknown"; readonly actor: Address }
  | { readonly type: "refused"; readonly refusal: CommandRefused }
  /** A send was asked for and not allowed: an answer, not an error. */
  | { readonly type: "declined"; readonly decided: SendDecided }
  | { readonly type: "failed"; readonly cause: unknown }

/** A turn in which nothing happens. */
const nothing = { type: "done", changes: [], rows: [], reads: [], appeared: [], tasks: [], decided: null } as const

/** Ends a turn early; never leaves this file. */
class Interruption {
  readonly result: TurnResult
  constructor(result: TurnResult) {
    this.result = result
  }
}

export class Turn {
  readonly #tenant: string
  readonly #identity: Identity
  readonly #population: Population
  #heard: Array<{ readonly from: Living; readonly told: Told }> = []
  #before = new Map<Living, AnyMachineSnapshot | null>()
  #asleep: Array<Address> = []

  constructor(tenant: string, identity: Identity, population: Population) {
    this.#tenant = tenant
    this.#identity = identity
    this.#population = population
  }

  /** What the actors' `told` events are handed to; the population is made with it. */
  hear(from: Living, told: Told): void {
    this.#heard.push({ from, told })
  }

  run(event: Event): TurnResult {
    this.#heard = []
    this.#before = new Map()
    this.#asleep = []
    try {
      const result = this.#apply(event)
      if (this.#asleep.length > 0) return this.#undo({ type: "asleep", actors: this.#asleep })
      return result.type === "done" ? result : this.#undo(result)
    } catch (cause) {
      return this.#undo(cause instanceof Interruption ? cause.result : { type: "failed", cause })
    }
  }

  #apply(event: Event): TurnResult {
    const used = event.once === undefined ? undefined : useOf(this.#tenantContext()!.facts.keys, event.once.key)
    if (used !== undefined) {
      if (used.print === event.once!.print) return { ...nothing, keyed: used.outcome }
      const rule = "was given before, with another content; a new event needs a new key"
      return { type: "refused", refusal: { type: "command_refused", field: "idempotency_key", rule } }
    }
    const routes = routesOf(
      event,
      this.#tenant,
      this.#identity,
      () => this.#population.ofKind("connection") as ReadonlyArray<Living & Address>
    )
    if (event.via === "webhook")
      this.#send({ kind: "tenant", id: this.#tenant }, { type: "webhook_accepted", received: event.received })
    for (const route of routes) this.#send(route, event)
    if (event.type === "connection_registered") this.#tellTenant(event)
    const rows: Array<Done["rows"][number]> = []
    const reads: Array<Done["reads"][number]> = []
    const appeared: Array<Done["appeared"][number]> = []
    const tasks: Array<TaskStarted> = []
    let decided: SendDecided | null = null
    for (let next = 0; next < this.#heard.length; next++) {
      const { from, told } = this.#heard[next]!
      switch (told.type) {
        case "row_changed":
          rows.push({ from: from.context, change: told })
          break
        case "outbound_read":
          reads.push({ conversation_id: from.id, read: told })
          break
        case "message_appeared": {
          const { channel_id, connection_id } = from.context as ConversationContext
          appeared.push({ conversation_id: from.id, message: told })
          this.#send({ kind: "channel", id: channel_id }, told)
          if (told.is_event) break
          this.#tellPerson(told)
          if (told.direction === "outbound") {
            this.#send({ kind: "connection", id: connection_id }, told)
            this.#readOnReply(from.id, told, event)
          }
          break
        }
        case "send_limits_told":
          for (const connection of this.#accountsOf(told.account_id)) this.#send(connection, told)
          break
        case "message_discounted":
          this.#send({ kind: "channel", id: (from.context as ConversationContext).channel_id }, told)
          this.#tellPerson(told)
          break
        case "person_shown":
        case "person_acted":
        case "membership_changed":
          this.#tellPerson(told)
          break
        case "auth_changed":
          this.#send({ kind: "channel", id: from.context.channel_id }, told)
          break
        case "task_started":
          tasks.push(told)
          break
        case "send_decided":
          if (!told.allowed) return { type: "declined", decided: told }
          decided = told
          break
        case "command_refused":
          return { type: "refused", refusal: told }
      }
    }
    const keyed =
      event.once === undefined ? null : this.#changes().length > 0 ? ("applied" as const) : ("duplicate" as const)
    if (keyed !== null)
      this.#tellTenant({ type: "key_used", once: event.once!, outcome: keyed, received: event.received })
    return { type: "done", changes: this.#changes(), rows, reads, appeared, tasks, decided, keyed }
  }

  #changes(): ReadonlyArray<Change> {
    const changes: Array<Change> = []
    for (const [living, before] of this.#before) {
      if (before === null || living.context !== before.context)
        changes.push({ living, before: before?.context ?? null })
    }
    return changes
  }

  #tenantContext(): TenantContext | undefined {
    return this.#population.get("tenant", this.#tenant)?.context
  }

  /** The tenant is always in memory when there is one. */
  #tellTenant(event: TenantEvent): void {
    if (this.#tenantContext() !== undefined) this.#send({ kind: "tenant", id: this.#tenant }, event)
  }

  /** The tenant's policy at this moment, which is the same moment in a replay (CONTRACT 2.5 read_on). */
  #readOnReply(conversation_id: string, { at, received }: MessageAppeared, event: Event): void {
    if (this.#tenantContext()?.read_on !== "reply") return
    const recalled =
      event.type === "message_received" && event.recalled !== undefined ? { recalled: event.recalled } : {}
    this.#send({ kind: "conversation", id: conversation_id }, {
      type: "owner_replied",
      at,
      received,
      ...recalled
    } as OwnerReplied)
  }

  /** One account, or all of them: connections are always in memory. */
  #accountsOf(account_id: string | null): ReadonlyArray<Route> {
    if (account_id === null) return this.#population.ofKind("connection") as ReadonlyArray<Living & Address>
    return [{ kind: "connection", id: this.#identity.connection(account_id) }]
  }

  #tellPerson(told: Extract<Told, { readonly key: string }> & { readonly received: number }): void {
    const id = this.#identity.participant(told.key)
    this.#send({ kind: "participant", id, input: { id, key: told.key, received: told.received } }, told)
  }

  #send(route: Route, event: { readonly type: string; readonly received: number }): void {
    const now = event.received
    const living = this.#population.get(route.kind, route.id) ?? this.#make(route, now)
    if (living === undefined) return
    if (!this.#before.has(living)) this.#before.set(living, living.snapshot)
    living.touched = now
    living.send(event)
  }

  #make(route: Route, now: number): Living | undefined {
    if (!this.#population.isVacant(route)) {
      if (!this.#asleep.some(({ kind, id }) => kind === route.kind && id === route.id)) {
        this.#asleep.push({ kind: route.kind, id: route.id })
      }
      return undefined
    }
    if (route.input === undefined) {
      throw new Interruption({ type: "unknown", actor: { kind: route.kind as ActorKind, id: route.id } })
    }
    const living = this.#population.make(route.kind, route.id, route.input, now)
    this.#before.set(living, null)
    return living
  }

  #undo<R extends TurnResult>(result: R): R {
    for (const [living, before] of this.#before) {
      if (before === null) this.#population.remove(living)
      else if (living.snapshot !== before) living.restore(before)
    }
    // What the turn made and undid is still not in the database.
    for (const [living, before] of this.#before) {
      if (before === null && living.kind !== "presence") this.#population.markVacant(living as Living & Address)
    }
    return result
  }
}
