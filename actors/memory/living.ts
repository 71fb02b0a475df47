/**
 * One living actor: the snapshot of its machine, its address, and what the runtime knows of it. A turn that fails puts the earlier
 * snapshot back; snapshots are immutable values, so that is a matter of references (I4, I5).
 */
import type { AnyMachineSnapshot } from "xstate"
import type { Told } from "../../machines/told.ts"
import { bareActor } from "./actor-weight.ts"
import type { Contexts, Kind, LivingKind } from "./kinds.ts"
import { kindOf } from "./kinds.ts"
import { Recent } from "./recent.ts"
import { begun, stepFrom } from "./step.ts"

/** An actor of whichever kind; its `kind` says which context it has. */
export type AnyLiving = { readonly [K in LivingKind]: Living<K> }[LivingKind]

export class Living<K extends LivingKind = LivingKind> {
  readonly kind: K
  readonly id: string
  /** Whether the database has its snapshot: yes, being written by a cut, or not. */
  kept: "yes" | "writing" | "no" = "yes"
  /** When an event last reached it, epoch milliseconds. */
  touched: number
  /** Its share of the heap, as it was weighed last (actor-weight.ts). Population's to set. */
  weight = bareActor
  /** When it was woken, on the clock of `performance.now`; 0 for one that was made. */
  woken = 0
  /** Events that changed it in the last minute. */
  readonly heat = new Recent(60_000)
  readonly #definition: Kind<Contexts[K]>
  /** The event that last changed it since it came into memory, and when that was received; null: none yet. */
  last: { readonly type: string; readonly at: number } | null = null
  #snapshot: AnyMachineSnapshot

  constructor(
    kind: K,
    id: string,
    start: { readonly input: unknown } | { readonly snapshot: AnyMachineSnapshot },
    touched: number
  ) {
    this.kind = kind
    this.id = id
    this.touched = touched
    this.#definition = kindOf(kind)
    this.#snapshot = "snapshot" in start ? start.snapshot : begun(this.#definition.machine, start.input)
  }

  get snapshot(): AnyMachineSnapshot {
    return this.#snapshot
  }

  get context(): Contexts[K] {
    return this.#snapshot.context
  }

  /** Its context as plain data. */
  get packed(): unknown {
    return this.#definition.pack(this.context)
  }

  get deadline(): number | null {
    return this.#definition.deadline(this.context)
  }

  /** Whether it holds an instant that lies ahead of now (kinds.ts). */
  isAhead(now: number): boolean {
    return this.#definition.ahead(this.context, now)
  }

  /**
   * Gives the actor an event; answers with what it tells, in order, or null when its state takes no such event. Throws what the machine
   * threw, and then is what it was. `seq`: the event's place in the journal, for those whose order of arrival counts.
   */
  send(event: { readonly type: string; readonly received?: number }, seq?: number): ReadonlyArray<Told> | null {
    const before = this.context
    // A copy: a step is recognised by its event object (machines/chart.ts).
    const { snapshot, told } = stepFrom(this.#snapshot, seq === undefined ? { ...event } : { ...event, seq })
    this.#snapshot = snapshot
    if (snapshot.context !== before && event.received !== undefined)
      this.last = { type: event.type, at: event.received }
    return told
  }

  /** Back to an earlier snapshot, as if nothing had been sent since. */
  restore(snapshot: AnyMachineSnapshot, last: Living["last"] = null): void {
    this.last = last
    this.#snapshot = snapshot
  }
}

/** The context of an actor that has to be of a kind; anything else is a defect of ours. */
export const contextOf = <K extends LivingKind>(living: Living, kind: K): Contexts[K] => {
  if (living.kind !== kind) throw new Error(`a ${living.kind} stands where only a ${kind} can`)
  return living.context as Contexts[K]
}
