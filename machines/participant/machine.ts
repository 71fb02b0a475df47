/**
 *   ┌───────────┐
 *   │ unlinked  │◄─► linked      once a CRM record is known
 *   └─────┬─────┘      │
 *         └──► merged ◄┘         an alias: it became part of another participant (merging.ts), for good
 *
 * A participant: one person across channels (CONTRACT 2.7). Identity comes from what payloads show, totals from what
 * conversations tell; both are functions of facts, so their order does not matter (I3).
 */
import { setup } from "xstate"
import type { Rules } from "../decide.ts"
import { changeCorrected, changedAt } from "../ahead.ts"
import { decideWith } from "../decide.ts"
import { Draft, earlier, later } from "../draft.ts"
import { statesFollowing } from "../following.ts"
import type { ContactApproved, ContactDue, ParticipantAbsorbed, PersonNews, PersonTold, Told } from "../told.ts"
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
import { apply, contactApproved, contactDue } from "./contact.ts"
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
    case "discounted":
      return d.set({ total_messages: d.context.total_messages - 1 })
    case "membership":
      return d.set({ total_conversations: d.context.total_conversations + news.by })
  }
}

/** One message more counts. A person who writes to us may be one to make a contact of. */
const counted = (d: Draft<ParticipantContext>, direction: Direction, received: number): void => {
  d.set({ total_messages: d.context.total_messages + 1 })
  if (direction === "inbound") apply(d, false, received)
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

/** What the person is to us, as the machine's state. */
export const standing = (context: ParticipantContext): "unlinked" | "linked" | "merged" => {
  if (context.facts.merged_into !== null) return "merged"
  return context.contact_record === null ? "unlinked" : "linked"
}

export const participantMachine = setup({
  types: {} as { context: ParticipantContext; input: ParticipantInput; events: ParticipantEvent; emitted: Told }
}).createMachine({
  id: "participant",
  context: ({ input }) => freshParticipant(input),
  initial: "unlinked",
  on: {
    "*": {
      actions: decideWith((context: ParticipantContext, event: ParticipantEvent) => {
        const d = new Draft(context)
        rules[event.type](d, event as never)
        if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
        return d
      })
    }
  },
  states: statesFollowing(["unlinked", "linked", "merged"], standing)
})
