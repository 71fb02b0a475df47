/**
 *   ┌───────┐ typing_signalled ┌────────┐
 *   │ quiet │◄────────────────►│ typing │   every typist has a deadline; nobody types for ever
 *   └───────┘     deadline     └────────┘
 *
 * Who is typing in one conversation (CONTRACT 2.4). Ephemeral: never journaled, never in a snapshot, gone at restart (I10).
 */
import { setup } from "xstate"
import type { Rules } from "../decide.ts"
import { decideWith } from "../decide.ts"
import { Draft } from "../draft.ts"
import type { TypingSignalled } from "../events.ts"
import { statesFollowing } from "../following.ts"
import type { Told } from "../told.ts"

/** Somebody who is typing, and until when unless they signal again. */
export interface Typist {
  readonly id: string
  readonly name: string
  readonly until: number
}
export interface PresenceContext {
  readonly id: string
  readonly typists: Readonly<Record<string, Typist>>
}
/** The person sent what they were typing. */
export interface TypingEnded {
  readonly type: "typing_ended"
  readonly typist_id: string
}
/** Time passed; whoever's deadline lies at or before `received` has stopped. */
export interface PresenceDeadlinePassed {
  readonly type: "deadline_passed"
  readonly received: number
}
export type PresenceEvent = TypingSignalled | TypingEnded | PresenceDeadlinePassed

/** Typing ends by itself so many milliseconds after the last signal, unless the signal says otherwise (CONTRACT 2.4). */
export const typingLasts = 6_000
/** Typists kept per conversation; further ones are not shown (I8). */
export const typistLimit = 64

const without = (d: Draft<PresenceContext>, gone: (typist: Typist) => boolean): void => {
  const typists = Object.values(d.context.typists)
  if (!typists.some(gone)) return
  d.set({ typists: Object.fromEntries(typists.filter((typist) => !gone(typist)).map((typist) => [typist.id, typist])) })
}

const rules: Rules<Draft<PresenceContext>, PresenceEvent> = {
  typing_signalled: (d, event) => {
    if (!event.is_typing) return without(d, (typist) => typist.id === event.typist.id)
    const isNew = d.context.typists[event.typist.id] === undefined
    if (isNew && Object.keys(d.context.typists).length >= typistLimit) return
    const typist = { ...event.typist, until: event.received + event.lasts }
    d.set({ typists: { ...d.context.typists, [typist.id]: typist } })
  },
  typing_ended: (d, event) => without(d, (typist) => typist.id === event.typist_id),
  deadline_passed: (d, event) => without(d, (typist) => typist.until <= event.received)
}

/** When the next typist stops by deadline, or null. */
export const presenceDeadline = (context: PresenceContext): number | null => {
  const untils = Object.values(context.typists).map((typist) => typist.until)
  return untils.length === 0 ? null : Math.min(...untils)
}

export const presenceMachine = setup({
  types: {} as { context: PresenceContext; input: { readonly id: string }; events: PresenceEvent; emitted: Told }
}).createMachine({
  id: "presence",
  context: ({ input }) => ({ id: input.id, typists: {} }),
  initial: "quiet",
  on: {
    "*": {
      actions: decideWith((context: PresenceContext, event: PresenceEvent) => {
        const d = new Draft(context)
        rules[event.type](d, event as never)
        return d
      })
    }
  },
  states: statesFollowing(["quiet", "typing"], (context: PresenceContext) =>
    Object.keys(context.typists).length === 0 ? "quiet" : "typing"
  )
})
