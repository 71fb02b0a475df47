/**
 *   ● quiet   ─a► typing, viewed
 *     viewed  ─b► typing, quiet
 *     typing  ─c► viewed, quiet
 *
 *   a  typing_signalled, viewing_signalled
 *   b  typing_signalled, viewing_signalled, deadline_passed
 *   c  typing_signalled, viewing_signalled, typing_ended, deadline_passed
 *
 * Who is typing in one conversation, and which CRM users have it open (CONTRACT 2.4). Ephemeral: never journaled, never in a
 * snapshot, gone at restart (I10).
 */
import { setup } from "xstate"
import { clockSlack } from "../ahead.ts"
import type { Rules, StepTold } from "../chart.ts"
import { deciding, leads } from "../chart.ts"
import { Draft } from "../draft.ts"
import type { Signal } from "../events.ts"
import { lookedAway, lookedUntil, viewing } from "./viewers.ts"
import { own } from "../own.ts"
import type { PresenceContext, PresenceDraft, Typist } from "./context.ts"

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
export type PresenceEvent = Signal | TypingEnded | PresenceDeadlinePassed

/** Typing ends by itself so many milliseconds after the last signal, unless the signal says otherwise (CONTRACT 2.4). */
export const typingLasts = 6_000
/** Typists kept per conversation; further ones are not shown (I8). */
export const typistLimit = 64

const without = (d: PresenceDraft, gone: (typist: Typist) => boolean): void => {
  const typists = Object.values(d.context.typists)
  if (!typists.some(gone)) return
  d.set({ typists: Object.fromEntries(typists.filter((typist) => !gone(typist)).map((typist) => [typist.id, typist])) })
}

const rules: Rules<PresenceDraft, PresenceEvent> = {
  typing_signalled: (d, event) => {
    if (!event.is_typing) return without(d, (typist) => typist.id === event.typist.id)
    const isNew = own(d.context.typists, event.typist.id) === undefined
    if (isNew && Object.keys(d.context.typists).length >= typistLimit) return
    const typist = { ...event.typist, until: event.received + event.lasts }
    d.set({ typists: { ...d.context.typists, [typist.id]: typist } })
  },
  viewing_signalled: viewing,
  typing_ended: (d, event) => without(d, (typist) => typist.id === event.typist_id),
  deadline_passed: (d, event) => {
    without(d, ({ until }) => isOver(until, event.received))
    lookedAway(d, (until) => isOver(until, event.received))
  }
}

/** The longest that one signal lasts, milliseconds. */
const longest = 300_000

/** Also one that ends later than it can: the clock has been set back since. */
const isOver = (until: number, now: number): boolean => until <= now || until > now + longest + clockSlack

/** Whether somebody would stay for longer than anybody can. */
export const presenceAhead = ({ typists, viewers }: PresenceContext, now: number): boolean =>
  [...Object.values(typists).map(({ until }) => until), ...Object.values(viewers).flatMap(lookedUntil)].some(
    (until) => until > now + longest + clockSlack
  )

/** When the next typist or viewer stops by deadline, or null. */
export const presenceDeadline = (context: PresenceContext): number | null => {
  const untils = Object.values(context.typists).map((typist) => typist.until)
  const first = Math.min(...untils, ...Object.values(context.viewers).flatMap(lookedUntil))
  return first === Infinity ? null : first
}

const decidePresence = (context: PresenceContext, event: PresenceEvent): PresenceDraft => {
  const d = new Draft(context)
  rules[event.type](d, event as never)
  return d
}

/** Where the presence of a conversation stands. */
export const presenceState = ({ typists, viewers }: Pick<PresenceContext, "typists" | "viewers">) => {
  if (Object.keys(typists).length > 0) return "typing"
  return Object.keys(viewers).length > 0 ? "viewed" : "quiet"
}

const signals = ["typing_signalled", "viewing_signalled"] as const
const ends = [...signals, "typing_ended", "deadline_passed"] as const

const { keep, tell, after } = deciding(decidePresence)
const becomes = (state: ReturnType<typeof presenceState>) =>
  after((context: PresenceContext) => presenceState(context) === state)

export const presenceMachine = setup({
  types: {} as {
    context: PresenceContext
    input: { readonly id: string }
    events: PresenceEvent
    emitted: StepTold
  },
  actions: { keep, tell },
  guards: { quiet: becomes("quiet"), viewed: becomes("viewed"), typing: becomes("typing") }
}).createMachine({
  id: "presence",
  context: ({ input }) => ({ id: input.id, typists: {}, viewers: {} }),
  initial: "quiet",
  states: {
    quiet: { on: leads(signals, "typing", "viewed") },
    viewed: { on: leads(["typing_signalled", "viewing_signalled", "deadline_passed"], "typing", "quiet") },
    typing: { on: leads(ends, "viewed", "quiet") }
  }
})
