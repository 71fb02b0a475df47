/**
 * The actors of one tenant that are in memory. Who is not here sleeps in the database, or does not exist yet. Knows nothing of
 * turns or SQL: it holds, finds, makes and lets go.
 */
import type { AnyMachineSnapshot } from "xstate"
import type { ActorKind } from "../machines/events.ts"
import type { Told } from "../machines/told.ts"
import { kinds, presenceKind } from "./kinds.ts"
import { Living } from "./living.ts"

/** Where an actor is to be found. */
export interface Address {
  readonly kind: ActorKind
  readonly id: string
}

/** Kinds that stay in memory as long as their tenant does: few, and needed by nearly every event. */
const settled: ReadonlySet<string> = new Set(["tenant", "connection", "channel", "scheduler"])

/** Vacant places that are remembered; forgetting them costs a look-up. */
const vacancyLimit = 10_000

export class Population {
  readonly #living = new Map<string, Living>()
  /** Asked for and not in the database: may be made. */
  readonly #vacant = new Set<string>()
  readonly #hear: (from: Living, told: Told) => void

  constructor(hear: (from: Living, told: Told) => void) {
    this.#hear = hear
  }

  get(kind: ActorKind | "presence", id: string): Living | undefined {
    return this.#living.get(kind + id)
  }

  /** Whether the database was asked for it and did not have it. */
  isVacant(address: Address): boolean {
    return settled.has(address.kind) || this.#vacant.has(address.kind + address.id)
  }

  markVacant(address: Address): void {
    if (this.#vacant.size >= vacancyLimit) this.#vacant.clear()
    if (!this.#living.has(address.kind + address.id)) this.#vacant.add(address.kind + address.id)
  }

  /** A new actor. */
  make(kind: ActorKind | "presence", id: string, input: unknown, now: number): Living {
    const living = new Living(kind, id, definitionOf(kind), { input }, now, this.#hear)
    this.#vacant.delete(kind + id)
    this.#living.set(kind + id, living)
    return living
  }

  /** An actor from its snapshot. One that is here already is left alone: it knows more. */
  wake(kind: ActorKind, id: string, snapshot: AnyMachineSnapshot, now: number): Living {
    const known = this.#living.get(kind + id)
    if (known !== undefined) return known
    const living = new Living(kind, id, definitionOf(kind), { snapshot }, now, this.#hear)
    this.#living.set(kind + id, living)
    return living
  }

  remove(living: Living): void {
    living.stop()
    this.#living.delete(living.kind + living.id)
  }

  all(): Iterable<Living> {
    return this.#living.values()
  }

  ofKind(kind: ActorKind | "presence"): ReadonlyArray<Living> {
    return [...this.#living.values()].filter((living) => living.kind === kind)
  }

  /** Those that may sleep now: clean and idle since `before`; past `limit` residents also the least recently touched clean ones. */
  drowsy(before: number, limit: number): ReadonlyArray<Living> {
    const able = [...this.#living.values()].filter(
      (living) => !settled.has(living.kind) && living.kind !== "presence" && living.kept === "yes"
    )
    const excess = this.#living.size - limit
    const idle = able.filter((living) => living.touched < before)
    if (excess <= idle.length) return idle
    return able.sort((a, b) => a.touched - b.touched).slice(0, excess)
  }
}

const definitionOf = (kind: ActorKind | "presence") => (kind === "presence" ? presenceKind : kinds[kind])
