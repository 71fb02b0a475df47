/** Delivery to participants, who may have become part of somebody else, and of their merges to conversations. */
import { rankOf } from "../../machines/participant/merging.ts"
import type { ParticipantClaimed, PersonMergedIn, PersonTold } from "../../machines/told.ts"
import type { Living } from "../memory/living.ts"
import type { Effects } from "./outcome.ts"
import type { Reach } from "./reach.ts"

/** Gives a person's news to the participant, and tells the conversation who the person is by now, if it has not heard. */
export const tellPerson = (reach: Reach, effects: Effects, from: Living, told: PersonTold): void => {
  const person = reach.person(told.key, told.received)
  if (person === undefined) return
  reach.deliver(person, told)
  if (from.kind === "conversation") tellMerged(reach, effects, from, told.key, person, told.received)
}

/** Delivers a claim to the owner of the key. Either of the two may have become somebody else in the meantime. */
export const claimed = (reach: Reach, told: ParticipantClaimed): void => {
  const [claimant, owner] = [reach.person(told.by, told.received), reach.person(told.key, told.received)]
  if (claimant === undefined || owner === undefined || claimant === owner) return
  reach.deliver(owner, { ...told, by: rankOf(claimant.context) })
}

/** The conversations that a participant remembers hear that it became part of another one. */
export const mergedIn = (reach: Reach, effects: Effects, told: PersonMergedIn): void => {
  const survivor = reach.person(told.into, told.received)
  if (survivor === undefined) return
  for (const id of told.conversations) {
    const conversation = reach.population.get("conversation", id)
    if (conversation !== undefined) tellMerged(reach, effects, conversation, told.from, survivor, told.received)
    else reach.needs({ kind: "conversation", id })
  }
}

const tellMerged = (
  reach: Reach,
  { moves }: Effects,
  conversation: Living,
  from: string,
  survivor: Living<"participant">,
  received: number
): void => {
  const into = survivor.context.facts.key
  if (from === into) return
  const before = conversation.context
  reach.deliver(conversation, { type: "person_merged", from, into, received })
  if (conversation.context === before) return
  moves.push({ conversation_id: conversation.id, from: reach.identity.participant(from), into: survivor.id })
}
