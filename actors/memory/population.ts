/**
 * The actors of one tenant that are in memory. Who is not here sleeps in the database, or does not exist yet. Knows nothing of
 * turns or SQL: it holds, finds, makes and lets go.
 */
import type { AnyMachineSnapshot } from "xstate"
import type { ActorKind } from "../../machines/events.ts"
import { isAhead } from "../../machines/ahead.ts"
import { actorWeight } from "./actor-weight.ts"
import type { LivingKind } from "./kinds.ts"
import type { AnyLiving } from "./living.ts"
import { Living } from "./living.ts"

/** Where an actor is to be found. */
export interface Address {
  readonly kind: ActorKind
  readonly id: string
}

/**
 * Somebody who reads actors from the database. Who leaves memory meanwhile has been written since, perhaps after it was read: what was
 * read of it is of yesterday.
 */
export interface Reading {
  readonly left: Set<string>
}

/** Kinds that stay in memory as long as their tenant does: few, and needed by nearly every event. */
const settled: ReadonlySet<string> = new Set(["tenant", "connection", "channel", "scheduler"])

/** Whoever was woken less than so many milliseconds ago is about to be asked for. */
const wakefulFor = 500

/** Past the room for their weight so much of it is made free at once, a sixteenth. */
const atOnce = 16

/** What a population may hold before those who can sleep early. */
export interface Room {
  readonly actors: number
  /** Of those that may sleep, in bytes of the heap. */
  readonly weight: number
}

/** Vacant places that are remembered, the newest; forgetting one costs a look-up. */
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
    presence: new Map()
  }
  /** Asked for and not in the database: may be made. */
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

  /** What those weigh that may sleep, in bytes of the heap. */
  get weight(): number {
    return this.#weight
  }

  /** What those weigh that stay for as long as their tenant. */
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

  /** Whether a kind is all in memory: who is not there does not exist, and nobody need be asked. */
  isWhole(kind: ActorKind): boolean {
    return settled.has(kind)
  }

  /** Whether the database was asked for it and did not have it. */
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

  /** An actor from its snapshot, of so many bytes. One that is here already is left alone: it knows more. */
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

  /** Before rows of actors are asked for; until `readTo`. */
  readFrom(): Reading {
    const reading = { left: new Set<string>() }
    this.#readings.add(reading)
    return reading
  }

  readTo(reading: Reading): void {
    this.#readings.delete(reading)
  }

  /** Whether what was read of it may be older than what it was when it left. */
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
   * Actors that may sleep now: clean and untouched for `idle` milliseconds, or touched ahead of now by a clock that was wrong; past
   * the room also the least recently touched clean ones, whether it is their number or their weight that is too much.
   */
  drowsy(now: number, idle: number, room: Room): ReadonlyArray<Living> {
    const justWoken = performance.now() - wakefulFor
    const able = [this.#living.conversation, this.#living.participant, this.#living.record]
      .flatMap((living) => [...living.values()])
      .filter((living) => living.kept === "yes" && (living.woken === 0 || living.woken < justWoken))
    const isIdle = ({ touched }: Living) => touched < now - idle || isAhead(touched, now)
    const drowsy = able.filter(isIdle)
    let actors = this.size - drowsy.length
    let weight = drowsy.reduce((left, living) => left - living.weight, this.#weight)
    if (actors <= room.actors && weight <= room.weight) return drowsy
    // To look through all of them for each one that is woken would cost more than the room is worth.
    const enough = weight > room.weight ? room.weight - room.weight / atOnce : room.weight
    for (const living of able.filter((living) => !isIdle(living)).sort((a, b) => a.touched - b.touched)) {
      if (actors <= room.actors && weight <= enough) break
      drowsy.push(living)
      actors--
      weight -= living.weight
    }
    return drowsy
  }
}
