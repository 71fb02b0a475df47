/**
 * What the statecharts share. A chart declares which events a state takes and where they may lead; a rule computes what then holds
 * (DESIGN §3). Where a target depends on facts, the edge's guard reads what the rule has computed, so each event is decided once.
 */
import { assign, emit, enqueueActions } from "xstate"
import type { Draft } from "./draft.ts"
import type { Told } from "./told.ts"

/** All that a step tells, in order; also when that is nothing. If a machine emits none, its state does not take the event. */
export interface StepTold {
  readonly type: "told"
  readonly told: ReadonlyArray<Told>
  /** Whether anything is other than before; if not, the snapshot is to stay the very same. */
  readonly changed: boolean
}

/** A table with one rule for each event of a machine: an event without a rule does not compile. */
export type Rules<D, E extends { readonly type: string }> = {
  readonly [T in E["type"]]: (d: D, event: Extract<E, { readonly type: T }>) => void
}

const toldBy = <C extends object>({ told, changed }: Draft<C>): StepTold => ({ type: "told", told, changed })

type Decided<C extends object> = { readonly draft: Draft<C> } | { readonly cause: unknown }

const attempt = <C extends object>(decide: () => Draft<C>): Decided<C> => {
  try {
    return { draft: decide() }
  } catch (cause) {
    return { cause }
  }
}

/**
 * Guards and the actions of a machine's edges, around its decision. A step is recognised by its event object: whoever sends gives each
 * step one of its own (actors/memory/living.ts).
 */
export const deciding = <C extends object, E extends { readonly type: string }>(
  decide: (context: C, event: E) => Draft<C>
) => {
  let step: { readonly event: unknown; readonly decided: Decided<C>; isTold: boolean } | null = null
  const stepOf = (context: C, event: E) => {
    if (step?.event !== event) step = { event, decided: attempt(() => decide(context, event)), isTold: false }
    return step.decided
  }
  const draftOf = (context: C, event: E): Draft<C> => {
    const decided = stepOf(context, event)
    if ("cause" in decided) throw decided.cause
    return decided.draft
  }
  return {
    /** Keeps what was decided. In a machine with regions each of them that takes the event does so, and keeps the same. */
    keep: assign<C, E, undefined, E, never>(({ context, event }) => draftOf(context, event).context),
    /** Tells the rest. */
    tell: emit<C, E, undefined, E, StepTold>(({ context, event }) => toldBy(draftOf(context, event))),
    /** The same in a machine with regions: the first of them that takes the event tells. */
    tellOnce: enqueueActions<C, E, undefined, E, never, never, never, never, StepTold>(
      ({ context, event, enqueue }) => {
        const draft = draftOf(context, event as unknown as E)
        if (step!.isTold) return
        step!.isTold = true
        enqueue.emit(toldBy(draft))
      }
    ),
    /** Whether it holds once the event is decided. What broke is thrown where it is applied, as it is: XState rewrites a guard's error. */
    after:
      (holds: (context: C, event: E) => boolean) =>
      ({ context, event }: { readonly context: C; readonly event: E }): boolean => {
        const decided = stepOf(context, event)
        return "cause" in decided || holds(decided.draft.context, event)
      }
  }
}

/** What every edge does: both, with what was decided. */
export const decided = ["keep", "tell"] as const

interface Stay {
  readonly actions: typeof decided
}
interface Edge<Guard extends string, Target extends string> extends Stay {
  readonly guard: Guard
  readonly target: Target
}
type On<T extends string, V> = { readonly [K in T]: V }

const each = <T extends string, V>(types: ReadonlyArray<T>, value: V): On<T, V> =>
  Object.fromEntries(types.map((type) => [type, value])) as On<T, V>

/** The event is taken and leads nowhere. */
export const stay: Stay = { actions: decided }

/** Events that a state takes and stays. */
export const stays = <const T extends string>(...types: ReadonlyArray<T>): On<T, Stay> => each(types, stay)

/** Events that lead from a state to the first of the targets whose guard holds, which goes by the target's name; else it stays. */
export const leads = <const T extends string, const Target extends string>(
  types: ReadonlyArray<T>,
  ...targets: ReadonlyArray<Target>
): On<T, ReadonlyArray<Stay | Edge<Target, Target>>> =>
  each(types, [...targets.map((target) => ({ guard: target, target, actions: decided })), stay])

/** The same in a region, whose guards go by its name and the target's. */
export const leadsIn = <const Region extends string, const T extends string, const Target extends string>(
  region: Region,
  types: ReadonlyArray<T>,
  ...targets: ReadonlyArray<Target>
): On<T, ReadonlyArray<Stay | Edge<`${Region} ${Target}`, Target>>> =>
  each(types, [...targets.map((target) => ({ guard: `${region} ${target}` as const, target, actions: decided })), stay])
