/**
 *   ● known     ─a► resolved  ─b► merged  stays c
 *     resolved  ─a► known  ─b► merged  stays c
 *     merged    final
 *
 *   a  records_matched, participant_resolved, participant_reported, participant_absorbed
 *   b  participant_claimed
 *   c  deadline_passed, person_told, relation_added, participant_corrected, participant_recounted, participant_rematched,
 *      participant_secondary_set, contact_due, contact_approved
 *
 * A participant: one person across channels (CONTRACT 2.7). Identity comes from what payloads show, totals from what
 * conversations tell; both are functions of facts, so their order does not matter (I3).
 */
import { setup } from "xstate"
import { changeCorrected, changedAt } from "../ahead.ts"
import type { Rules, StepTold } from "../chart.ts"
import { deciding, leads, stays } from "../chart.ts"
import { Draft } from "../draft.ts"
import { earlier, later } from "../instants.ts"
import type { ContactApproved, ContactDue, ParticipantAbsorbed, PersonNews, PersonTold } from "../told.ts"
import type {
  DeadlinePassed,
  ParticipantCorrected,
  ParticipantRecounted,
  ParticipantReported,
  ParticipantRematched,
  ParticipantResolved,
  ParticipantSecondarySet,
  RelationAdded
} from "../events.ts"
import type { Direction } from "../vocabulary.ts"
import { applies, contactApproved, contactDue } from "./contact.ts"
import type { ParticipantContext, ParticipantInput } from "./context.ts"
import { freshParticipant } from "./context.ts"
import { personShown, relationAdded } from "./identity.ts"
import type { ClaimHeard } from "./merging.ts"
import { absorbed, claimed } from "./merging.ts"
import type { RecordsMatched } from "./resolution.ts"
import { participantResolved, recordsMatched, secondarySet } from "./resolution.ts"
import { participantCorrected, participantRecounted, participantReported } from "./told.ts"

export type { ParticipantContext } from "./context.ts"

export type ParticipantEvent =
  | DeadlinePassed
  | RelationAdded
  | ParticipantReported
  | ParticipantCorrected
  | ParticipantRecounted
  | PersonTold
  | ClaimHeard
  | ParticipantAbsorbed
  | RecordsMatched
  | ContactDue
  | ContactApproved
  | ParticipantResolved
  | ParticipantSecondarySet
  | ParticipantRematched

const acted = (d: Draft<ParticipantContext>, at: number): void =>
  d.set({ first_seen: earlier(d.context.first_seen, at), last_seen: later(d.context.last_seen, at) })

/** One piece of what a conversation tells. */
const heard = (d: Draft<ParticipantContext>, news: PersonNews, received: number): void => {
  switch (news.type) {
    case "shown":
      return personShown(d, news, received)
    case "acted":
      return acted(d, news.at)
    case "wrote":
      acted(d, news.at)
      return news.counts ? counted(d, news.direction, received) : undefined
    case "counted":
      return counted(d, news.direction, received)
    case "heard_live":
      return applies(d, false, received)
    case "discounted":
      return d.set({ total_messages: d.context.total_messages - 1 })
    case "membership":
      return d.set({ total_conversations: d.context.total_conversations + news.by })
  }
}

/** One message more counts. A person who writes to us may be one to make a contact of. */
const counted = (d: Draft<ParticipantContext>, direction: Direction, received: number): void => {
  d.set({ total_messages: d.context.total_messages + 1 })
  if (direction === "inbound") applies(d, false, received)
}

const rules: Rules<Draft<ParticipantContext>, ParticipantEvent> = {
  person_told: (d, { news, received }) => {
    for (const each of news) heard(d, each, received)
  },
  deadline_passed: changeCorrected,
  relation_added: relationAdded,
  participant_reported: participantReported,
  participant_corrected: participantCorrected,
  participant_recounted: participantRecounted,
  participant_claimed: claimed,
  participant_absorbed: absorbed,
  records_matched: recordsMatched,
  contact_due: contactDue,
  contact_approved: contactApproved,
  participant_resolved: participantResolved,
  participant_secondary_set: secondarySet,
  participant_rematched: (d, { received }) =>
    d.tell({ type: "participant_identified", key: d.context.facts.key, received })
}

const decideParticipant = (context: ParticipantContext, event: ParticipantEvent): Draft<ParticipantContext> => {
  const d = new Draft(context)
  rules[event.type](d, event as never)
  if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
  return d
}

/** Where a participant with these fields stands. */
export const participantState = ({ facts, contact_record }: Pick<ParticipantContext, "facts" | "contact_record">) =>
  facts.merged_into !== null ? "merged" : contact_record === null ? "known" : "resolved"

const unresolved = stays(
  "deadline_passed",
  "person_told",
  "relation_added",
  "participant_corrected",
  "participant_recounted",
  "participant_rematched",
  "participant_secondary_set",
  "contact_due",
  "contact_approved"
)
/** What may say which CRM record the person is. */
const resolving = ["records_matched", "participant_resolved", "participant_reported", "participant_absorbed"] as const

const { keep, tell, after } = deciding(decideParticipant)
const becomes = (state: ReturnType<typeof participantState>) =>
  after((context: ParticipantContext) => participantState(context) === state)

export const participantMachine = setup({
  types: {} as { context: ParticipantContext; input: ParticipantInput; events: ParticipantEvent; emitted: StepTold },
  actions: { keep, tell },
  guards: { known: becomes("known"), resolved: becomes("resolved"), merged: becomes("merged") }
}).createMachine({
  id: "participant",
  context: ({ input }) => freshParticipant(input),
  initial: "known",
  states: {
    known: { on: { ...unresolved, ...leads(resolving, "resolved"), ...leads(["participant_claimed"], "merged") } },
    resolved: { on: { ...unresolved, ...leads(resolving, "known"), ...leads(["participant_claimed"], "merged") } },
    merged: { type: "final" }
  }
})
