/**
 *   ┌───────────┐
 *   │ unlinked  │─► linked      once a CRM record is known
 *   └───────────┘
 *
 * A participant: one person across channels (CONTRACT 2.7). Identity comes from what payloads show, totals from what
 * conversations tell; both are functions of facts, so their order does not matter (I3).
 */
import { setup } from "xstate"
import type { Rules } from "../decide.ts"
import { decideWith } from "../decide.ts"
import { Draft, earlier, later } from "../draft.ts"
import type { ParticipantCorrected, ParticipantRecounted, ParticipantReported } from "../events.ts"
import { initialOf } from "../field.ts"
import { statesFollowing } from "../following.ts"
import type { Shown } from "../person/shown.ts"
import { learn } from "../person/shown.ts"
import { recounted } from "../recount.ts"
import type { MembershipChanged, MessageAppeared, MessageDiscounted, PersonActed, PersonShown, Told } from "../told.ts"
import type { ParticipantFields } from "./fields.ts"
import { participantFields } from "./fields.ts"
import type { ShownPiece } from "./told.ts"
import { participantCorrected, participantReported, shownAs } from "./told.ts"

export interface ParticipantContext extends ParticipantFields {
  readonly id: string
  readonly facts: {
    readonly key: string
    readonly shown: Shown
    /** The CRM's word, by piece; it stands above what was shown. */
    readonly corrected: Readonly<Partial<Record<ShownPiece, string>>>
  }
}
export interface ParticipantInput {
  readonly id: string
  readonly key: string
  readonly received: number
}
export type ParticipantEvent =
  | ParticipantReported
  | ParticipantCorrected
  | ParticipantRecounted
  | PersonShown
  | PersonActed
  | MessageAppeared
  | MessageDiscounted
  | MembershipChanged

const acted = (d: Draft<ParticipantContext>, at: number): void =>
  d.set({ first_seen: earlier(d.context.first_seen, at), last_seen: later(d.context.last_seen, at) })

const rules: Rules<Draft<ParticipantContext>, ParticipantEvent> = {
  person_shown: (d, event) => {
    const shown = learn(d.context.facts.shown, event.person, event.at)
    if (shown !== d.context.facts.shown) shownAs(d, shown, d.context.facts.corrected)
  },
  participant_reported: participantReported,
  participant_corrected: participantCorrected,
  person_acted: (d, event) => acted(d, event.at),
  message_appeared: (d, event) => {
    if (event.is_event) return
    acted(d, event.at)
    if (event.counts) d.set({ total_messages: d.context.total_messages + 1 })
  },
  message_discounted: (d) => d.set({ total_messages: d.context.total_messages - 1 }),
  membership_changed: (d, event) => d.set({ total_conversations: d.context.total_conversations + event.by }),
  // Counting is not seeing: first_seen and last_seen stay.
  participant_recounted: (d, { found, right }) =>
    d.set({
      total_messages: recounted(d.context.total_messages, found.total_messages, right.total_messages),
      total_conversations: recounted(
        d.context.total_conversations,
        found.total_conversations,
        right.total_conversations
      )
    })
}

export const participantMachine = setup({
  types: {} as { context: ParticipantContext; input: ParticipantInput; events: ParticipantEvent; emitted: Told }
}).createMachine({
  id: "participant",
  context: ({ input }) => ({
    ...initialOf(participantFields),
    id: input.id,
    created_at: input.received,
    updated_at: input.received,
    facts: { key: input.key, shown: {}, corrected: {} }
  }),
  initial: "unlinked",
  on: {
    "*": {
      actions: decideWith((context: ParticipantContext, event: ParticipantEvent) => {
        const d = new Draft(context)
        rules[event.type](d, event as never)
        if (d.changed) d.set({ updated_at: later(context.updated_at, event.received) })
        return d
      })
    }
  },
  states: statesFollowing(["unlinked", "linked"], (context: ParticipantContext) =>
    context.contact_record === null ? "unlinked" : "linked"
  )
})
