/**
 * The actors that one turn reaches: it sends, makes who is new, notes who sleeps, and remembers what everybody was, so that the turn
 * can be undone (I4). What actors tell is queued in order.
 */
import type { AnyMachineSnapshot } from "xstate"
import type { ActorKind, Event } from "../../machines/events.ts"
import type { TenantEvent } from "../../machines/tenant/machine.ts"
import type { Told } from "../../machines/told.ts"
import type { ChannelType } from "../../machines/vocabulary.ts"
import type { Identity } from "../memory/identity.ts"
import type { Living } from "../memory/living.ts"
import { contextOf } from "../memory/living.ts"
import { wholeOf } from "../memory/merged.ts"
import type { Address, Population } from "../memory/population.ts"
import type { Change } from "./outcome.ts"
import { Interruption } from "./outcome.ts"
import type { Route } from "./routes.ts"
import type { TenantContext } from "../../machines/tenant/context.ts"

interface Sent {
  readonly type: string
  readonly received: number
}

/** Something told, and the actor that told it. */
export interface Heard {
  readonly from: Living
  readonly told: Told
}

/** An actor before the turn. */
interface Before {
  readonly snapshot: AnyMachineSnapshot
  readonly last: Living["last"]
}

/** Events about the very conversation that they name, and about none that it became part of: a merged one does not take them. */
const aboutItself: ReadonlySet<string> = new Set(["thread_joined", "conversation_recounted", "deadline_passed"])

/** An actor by its kind and id, and what makes it when it is new (absent: it must exist). */
interface Made<K extends ActorKind> {
  readonly kind: K
  readonly id: string
  readonly input?: unknown
}

export class Reach {
  readonly tenant: string
  readonly identity: Identity
  readonly population: Population
  /** The event of the turn. */
  readonly event: Event
  /** The journal entry that the event becomes, should anything come of it. */
  readonly seq: number
  readonly heard: Array<Heard> = []
  /** Who sleeps and is needed. */
  readonly asleep: Array<Address> = []
  readonly #before = new Map<Living, Before | null>()

  constructor(tenant: string, identity: Identity, population: Population, event: Event, seq: number) {
    this.tenant = tenant
    this.identity = identity
    this.population = population
    this.event = event
    this.seq = seq
  }

  /**
   * Gives an event to the actor of a route, made when there is none, or to the one that it became part of. Answers with who does not
   * take it in the state that it is in, or null.
   */
  send<E extends Sent>(route: Route, event: E): Living | null {
    const living = this.population.get(route.kind, route.id) ?? this.#make(route, event.received)
    const present = living === undefined ? undefined : this.#present(living, event)
    return present === undefined || this.deliver(present, event) ? null : present
  }

  /** Gives an event to an actor; what it tells is queued. False: the actor takes no such event in the state that it is in. */
  deliver<E extends Sent>(living: Living, event: E): boolean {
    if (!this.#before.has(living)) this.#before.set(living, { snapshot: living.snapshot, last: living.last })
    living.touched = event.received
    // What arrived before what is a fact of the journal, so a replay gives the same (I2).
    const told = living.send(event, living.kind === "conversation" ? this.seq : undefined)
    if (told === null) return false
    for (const each of told) this.heard.push({ from: living, told: each })
    return true
  }

  /** The actor that answers for this one: itself, or what it was merged into; undefined: one on the way there sleeps. */
  #present(living: Living, event: Sent): Living | undefined {
    if (living.kind === "participant") {
      const into = contextOf(living, "participant").facts.merged_into
      return into === null ? living : this.person(into, event.received)
    }
    return living.kind === "conversation" && !aboutItself.has(event.type)
      ? this.#whole(living as Living<"conversation">)
      : living
  }

  #whole(conversation: Living<"conversation">): Living<"conversation"> | undefined {
    const found = wholeOf(this.population, conversation)
    if ("whole" in found) return found.whole
    if ("circle" in found) throw new Error(`conversation ${found.circle} is part of itself by way of others`)
    this.needs({ kind: "conversation", id: found.asleep })
    return undefined
  }

  /** Id and thread of what a conversation is part of by now, its own where there is none yet; undefined: somebody on the way sleeps. */
  presentThread(id: string, thread: string): { readonly id: string; readonly thread: string } | undefined {
    const conversation = this.population.get("conversation", id)
    if (conversation === undefined) return this.needs({ kind: "conversation", id }) ? undefined : { id, thread }
    const whole = this.#whole(conversation)
    return whole === undefined ? undefined : { id: whole.id, thread: whole.context.external_thread_id }
  }

  /** Undefined before the tenant was created, and in tests that have none. */
  get tenantContext(): TenantContext | undefined {
    return this.population.get("tenant", this.tenant)?.context
  }

  /** The tenant is always in memory when there is one. */
  tellTenant(event: TenantEvent): void {
    if (this.tenantContext !== undefined) this.send({ kind: "tenant", id: this.tenant }, event)
  }

  /** The participant of a key, or the one that it became part of; made when there is none. Undefined: somebody on the way sleeps. */
  person(key: string, received: number): Living<"participant"> | undefined {
    for (let next = key; ;) {
      const id = this.identity.participant(next)
      const living =
        this.population.get("participant", id) ??
        this.#make({ kind: "participant", id, input: { id, key: next, received } }, received)
      const into = living?.context.facts.merged_into ?? null
      if (into === null) return living
      next = into
    }
  }

  /** Where a conversation is, and what makes it when it is new. */
  conversation(channel_type: ChannelType, account_id: string, external_thread_id: string, received: number): Route {
    const id = this.identity.conversation(channel_type, account_id, external_thread_id)
    const connection_id = this.identity.connection(account_id)
    const channel_id = this.identity.channel(channel_type, account_id)
    return { kind: "conversation", id, input: { id, connection_id, channel_id, external_thread_id, received } }
  }

  /** Whether there is such an actor, awake or asleep. */
  isThere(address: Address): boolean {
    return this.population.get(address.kind, address.id) !== undefined || !this.population.isVacant(address)
  }

  /** Whether the actor sleeps; the turn is run again with it. */
  needs(address: Address): boolean {
    if (this.population.isVacant(address)) return false
    if (!this.asleep.some(({ kind, id }) => kind === address.kind && id === address.id)) {
      this.asleep.push({ kind: address.kind, id: address.id })
    }
    return true
  }

  /** Actors that are not what they were. */
  changes(): ReadonlyArray<Change> {
    const changes: Array<Change> = []
    for (const [living, before] of this.#before) {
      if (before === null || living.context !== before.snapshot.context)
        changes.push({ kind: living.kind, living, before: before?.snapshot.context ?? null } as Change)
    }
    return changes
  }

  /** Everybody is what they were before the turn. */
  undo(): void {
    for (const [living, before] of this.#before) {
      if (before === null) this.population.remove(living)
      else if (living.snapshot !== before.snapshot) living.restore(before.snapshot, before.last)
    }
    // What the turn made and undid is still not in the database.
    for (const [living, before] of this.#before) {
      if (before === null && living.kind !== "presence") this.population.markVacant(living as Living & Address)
    }
  }

  #make<K extends ActorKind>(route: Made<K>, now: number): Living<K> | undefined {
    if (this.needs(route)) return undefined
    if (route.input === undefined) {
      throw new Interruption({ type: "unknown", actor: { kind: route.kind, id: route.id } })
    }
    const living = this.population.make(route.kind, route.id, route.input, now)
    this.#before.set(living, null)
    return living
  }
}
