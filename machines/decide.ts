/** The one action that every entity's machine has: decide an event, keep the new context, tell others. */
import { enqueueActions } from "xstate"
import type { Draft } from "./draft.ts"
import type { Told } from "./told.ts"

/** An action that runs a pure decision. When nothing changed, the machine keeps the very same context. */
export const decideWith = <C extends object, E extends { readonly type: string }>(
  decide: (context: C, event: E) => Draft<C>
) =>
  enqueueActions<C, any, undefined, E, never, never, never, never, Told>(({ context, event, enqueue }) => {
    const { changed, context: next, told } = decide(context, event as unknown as E)
    if (changed) enqueue.assign(next)
    for (const each of told) enqueue.emit(each)
  })

/** A table with one rule for each event of a machine: an event without a rule does not compile. */
export type Rules<D, E extends { readonly type: string }> = {
  readonly [T in E["type"]]: (d: D, event: Extract<E, { readonly type: T }>) => void
}
