/** The statechart of a kind of actor as plain data: read from the machine that runs, so that a picture of it cannot be wrong. */
import type { AnyStateNode } from "xstate"
import type { ActorKind } from "../machines/events.ts"
import { kinds } from "./kinds.ts"

export interface StateShown {
  readonly key: string
  /** atomic, compound, parallel, final, history */
  readonly type: string
  /** The key of the child that it starts in; null when it has none, or all of them. */
  readonly initial: string | null
  /** Siblings that it can leave for. */
  readonly goes_to: ReadonlyArray<string>
  /** Events that it takes; `*` for any. */
  readonly events: ReadonlyArray<string>
  readonly states: ReadonlyArray<StateShown>
}

/** The states of a kind of actor, from the outermost. */
export const statechartOf = (kind: ActorKind): StateShown => shown(kinds[kind].machine.root)

const shown = (node: AnyStateNode): StateShown => {
  const targets = [...(node.always ?? []), ...[...node.transitions.values()].flat()].flatMap(
    ({ target }) => target ?? []
  )
  const isCompound = node.type === "compound"
  return {
    key: node.key,
    type: node.type,
    initial: isCompound ? (node.initial.target?.[0]?.key ?? null) : null,
    goes_to: [...new Set(targets.map(({ key }) => key))],
    events: [...node.transitions.keys()].filter((event) => event !== ""),
    states: Object.values(node.states).map(shown)
  }
}
