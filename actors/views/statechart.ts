/** The statechart of a kind of actor as plain data: read from the machine that runs, so that a picture of it cannot be wrong. */
import type { AnyStateMachine, AnyStateNode } from "xstate"
import type { ActorKind } from "../../machines/events.ts"
import { kinds } from "../memory/kinds.ts"

/** One edge of a state. */
export interface TransitionShown {
  readonly event: string
  /** What must hold once the event is decided; null: nothing. Of several edges of an event the first whose guard holds is taken. */
  readonly guard: string | null
  /** The sibling that it leads to; null: the state stays. */
  readonly target: string | null
}

export interface StateShown {
  readonly key: string
  /** atomic, compound, parallel, final, history */
  readonly type: string
  /** The key of the child that it starts in; null when it has none, or all of them. */
  readonly initial: string | null
  /** Siblings that it can leave for. */
  readonly goes_to: ReadonlyArray<string>
  /** Events that it takes. */
  readonly events: ReadonlyArray<string>
  readonly transitions: ReadonlyArray<TransitionShown>
  readonly states: ReadonlyArray<StateShown>
}

/** The states of a kind of actor, from the outermost. */
export const statechartOf = (kind: ActorKind): StateShown => chartOf(kinds[kind].machine)

/** The states of a machine. */
export const chartOf = (machine: AnyStateMachine): StateShown => shown(machine.root)

const shown = (node: AnyStateNode): StateShown => {
  const transitions = [...node.transitions].flatMap(([event, edges]) =>
    edges.map(({ guard, target }) => ({
      event,
      guard: typeof guard === "string" ? guard : null,
      target: target?.[0]?.key ?? null
    }))
  )
  const isCompound = node.type === "compound"
  return {
    key: node.key,
    type: node.type,
    initial: isCompound ? (node.initial.target?.[0]?.key ?? null) : null,
    goes_to: [...new Set(transitions.flatMap(({ target }) => target ?? []))],
    events: [...node.transitions.keys()],
    transitions,
    states: Object.values(node.states).map(shown)
  }
}
