/**
 * The resident actors of one tenant. An actor that is not here is passivated, or does not exist. Holds, finds, makes and evicts;
 * knows nothing of turns or SQL.
 */
import type { AnyMachineSnapshot } from "xstate"
import type { ActorKind } from "../../machines/events.ts"
import { isAhead } from "../../machines/ahead.ts"
import { isOpen } from "../../machines/sync-job/machine.ts"
import { actorWeight } from "./actor-weight.ts"
import type { LivingKind } from "./kinds.ts"
import type { AnyLiving } from "./living.ts"
import { Living } from "./living.ts"

/** The address of an actor. */
export interface Address {
  readonly kind: ActorKind
  readonly id: string
}

/**
 * A read of actors from the database. An actor that leaves memory while it runs was written since, so its row as read may be
 * stale.
 */
export interface Reading {
  readonly left: Set<string>
}

/** Kinds that stay in memory as long as their tenant does: few, and needed by nearly every event. */
const settled: ReadonlySet<string> = new Set(["tenant", "connection", "channel", "scheduler"])

/** An actor is not evicted within so many milliseconds of its wake: the event that woke it is about to use it. */
const wakefulFor = 500

/** When residents weigh too much, one part in so many of the room is freed beyond the excess. */
const atOnce = 16

/** Residency limit: past it actors are passivated early. */
export interface Room {
  readonly actors: number
  /** Of those that may sleep, in bytes of the heap. */
  readonly weight: number
}

/** Vacant places that are remembered, the newest. Forgetting one costs a look-up. */
const vacancyLimit = 10_000

export class Population {
  readonly #living: { readonly [K in LivingKind]: Map<string, Living<K>> } = {
    tenant: new Map(),
    connection: new Map(),
    channel: new Map(),
    conversation: new Map(),
    participant: new Map(),
    scheduler: new Map(),
    record: new Map(),
    sync_job: new Map(),
    presence: new Map()
  }
  /** Vacant places: not in the database, so an actor may be made there. */
  readonly #vacant = new Set<string>()
  readonly #readings = new Set<Reading>()
  #weight = 0
  #settledWeight = 0

  get<K extends LivingKind>(kind: K, id: string): Living<K> | undefined {
    return this.#living[kind].get(id)
  }

  get size(): number {
    return Object.values(this.#living).reduce((sum, living) => sum + living.size, 0)
  }

  count(kind: LivingKind): number {
    return this.#living[kind].size
  }

  /** Weight of the actors that can be passivated, in bytes of the heap. */
  get weight(): number {
    return this.#weight
  }

  /** Weight of the actors that stay as long as their tenant. */
  get settledWeight(): number {
    return this.#settledWeight
  }

  /** An actor's snapshot has so many bytes. One that has left in the meantime weighs nothing. */
  weigh(living: Living, snapshotBytes: number): void {
    if (this.#living[living.kind].get(living.id) !== living) return
    const weight = actorWeight(snapshotBytes)
    this.#add(living, weight - living.weight)
    living.weight = weight
  }

  #add({ kind }: Living, weight: number): void {
    if (settled.has(kind)) this.#settledWeight += weight
    else this.#weight += weight
  }

  /** Whether all actors of a kind are resident, so that an absent one does not exist. */
  isWhole(kind: ActorKind): boolean {
    return settled.has(kind)
  }

  /** Whether the database was asked for it and has no such actor. */
  isVacant(address: Address): boolean {
    return settled.has(address.kind) || this.#vacant.has(address.kind + address.id)
  }

  markVacant(address: Address): void {
    if (this.#living[address.kind].has(address.id)) return
    const name = address.kind + address.id
    this.#vacant.delete(name)
    this.#vacant.add(name)
    if (this.#vacant.size > vacancyLimit) this.#vacant.delete(this.#vacant.values().next().value!)
  }

  /** A new actor. */
  make<K extends LivingKind>(kind: K, id: string, input: unknown, now: number): Living<K> {
    const living = new Living(kind, id, { input }, now)
    this.#vacant.delete(kind + id)
    this.#living[kind].set(id, living)
    this.#add(living, living.weight)
    return living
  }

  /** An actor from its snapshot of so many bytes. A resident one stays as it is: it is newer. */
  wake<K extends ActorKind>(
    kind: K,
    id: string,
    snapshot: AnyMachineSnapshot,
    now: number,
    snapshotBytes = 0
  ): Living<K> {
    const known = this.#living[kind].get(id)
    if (known !== undefined) return known
    const living = new Living(kind, id, { snapshot }, now)
    living.woken = performance.now()
    this.#vacant.delete(kind + id)
    this.#living[kind].set(id, living)
    this.#add(living, living.weight)
    this.weigh(living, snapshotBytes)
    return living
  }

  remove(living: Living): void {
    if (this.#living[living.kind].get(living.id) !== living) return
    this.#living[living.kind].delete(living.id)
    this.#add(living, -living.weight)
    for (const { left } of this.#readings) left.add(living.kind + living.id)
  }

  /** Begins a read of actors, which `readTo` ends. */
  readFrom(): Reading {
    const reading = { left: new Set<string>() }
    this.#readings.add(reading)
    return reading
  }

  readTo(reading: Reading): void {
    this.#readings.delete(reading)
  }

  /** Whether the row as read may be older than the actor was when it left memory. */
  isStale({ left }: Reading, { kind, id }: Address): boolean {
    return left.has(kind + id)
  }

  *all(): Iterable<AnyLiving> {
    for (const living of Object.values(this.#living)) yield* living.values()
  }

  ofKind<K extends LivingKind>(kind: K): ReadonlyArray<Living<K>> {
    return [...this.#living[kind].values()]
  }

  /**
   * Actors to passivate now: clean, and untouched for `idle` milliseconds or dated ahead by a wrong clock; past the room also
   * the least recently used clean ones, whether there are too many or they weigh too much.
   */
  evictable(now: number, idle: number, room: Room): ReadonlyArray<Living> {
    const justWoken = performance.now() - wakefulFor
    const able = [
      ...[this.#living.conversation, this.#living.participant, this.#living.record].map((living) => [
        ...living.values()
      ]),
      // A job that is open has a worker, or waits for one: whoever looks for work looks in memory.
      [...this.#living.sync_job.values()].filter(({ context }) => !isOpen(context))
    ]
      .flat()
      .filter((living) => living.kept === "yes" && (living.woken === 0 || living.woken < justWoken))
    const isIdle = ({ touched }: Living) => touched < now - idle || isAhead(touched, now)
    const evictable = able.filter(isIdle)
    let actors = this.size - evictable.length
    let weight = evictable.reduce((left, living) => left - living.weight, this.#weight)
    if (actors <= room.actors && weight <= room.weight) return evictable
    // Looking through all actors at every single wake would cost more than it frees.
    const enough = weight > room.weight ? room.weight - room.weight / atOnce : room.weight
    for (const living of able.filter((living) => !isIdle(living)).sort((a, b) => a.touched - b.touched)) {
      if (actors <= room.actors && weight <= enough) break
      evictable.push(living)
      actors--
      weight -= living.weight
    }
    return evictable
  }
}
