/**
 * Two participants turn out to be one person (CONTRACT 2.7): the one that was seen first survives, the other becomes an alias
 * that holds nothing but the survivor's key. Whoever loses says so to its conversations. Works by telling alone: a claim goes
 * back and forth at most once, because exactly one of two outranks the other.
 */
import type { Draft } from "../draft.ts"
import { earlier, later } from "../instants.ts"
import { initialOf } from "../field.ts"
import { joinShown } from "../person/shown.ts"
import type { ParticipantAbsorbed } from "../told.ts"
import type { ParticipantContext } from "./context.ts"
import { freshFacts } from "./context.ts"
import { participantFields } from "./fields.ts"
import { keyLimit } from "./claim.ts"
import { rememberedConversations } from "./identity.ts"
import { isContactGiven, isSecondaryGiven } from "./resolution.ts"
import { shownAs } from "./told.ts"

/** What decides who survives. */
export interface Rank {
  readonly key: string
  readonly first_seen: number | null
  /** Whether any conversation ever showed the person; an address that nobody lived at never survives. */
  readonly known: boolean
}

export const rankOf = (context: ParticipantContext): Rank => ({
  key: context.facts.key,
  first_seen: context.first_seen,
  known: context.facts.conversations.length > 0
})

/** Earlier first seen; at the same instant, or when neither was seen, the lesser key. */
const outranks = (one: Rank, other: Rank): boolean => {
  if (one.known !== other.known) return one.known
  const [mine, theirs] = [one.first_seen ?? Infinity, other.first_seen ?? Infinity]
  return mine === theirs ? one.key < other.key : mine < theirs
}

/** The participant `by` was shown with a key of this one. */
export interface ClaimHeard {
  readonly type: "participant_claimed"
  readonly by: Rank
  readonly received: number
}

export const claimed = (d: Draft<ParticipantContext>, { by, received }: ClaimHeard): void => {
  const { facts } = d.context
  if (by.key === facts.key || facts.merged_into !== null) return
  if (outranks(rankOf(d.context), by)) {
    return d.tell({ type: "participant_claimed", key: by.key, by: facts.key, received })
  }
  d.tell({ type: "participant_absorbed", key: by.key, absorbed: d.context, received })
  d.tell({
    type: "person_merged_in",
    conversations: facts.conversations,
    from: facts.key,
    into: by.key,
    received
  })
  d.set({
    ...initialOf(participantFields),
    created_at: d.context.created_at,
    facts: { ...freshFacts(facts.key), merged_into: by.key }
  })
}

/** Sums add up; a conversation that counts both says later that they are one. */
export const absorbed = (d: Draft<ParticipantContext>, { absorbed: other, received }: ParticipantAbsorbed): void => {
  const mine = d.context
  // The CRM's own word, else the surer one; of equally sure ones the survivor's.
  const [contactGiven, otherContactGiven] = [isContactGiven(mine), isContactGiven(other)]
  const keepsContact =
    contactGiven === otherContactGiven ? mine.resolution_confidence >= other.resolution_confidence : contactGiven
  const [secondaryGiven, otherSecondaryGiven] = [isSecondaryGiven(mine), isSecondaryGiven(other)]
  const keepsSecondary =
    secondaryGiven === otherSecondaryGiven ? mine.secondary_confidence >= other.secondary_confidence : secondaryGiven
  const resolution = keepsContact
    ? {}
    : {
        contact_record: other.contact_record,
        resolution_confidence: other.resolution_confidence,
        resolution_method: other.resolution_method,
        resolved_at: other.resolved_at
      }
  const secondary = keepsSecondary
    ? {}
    : {
        secondary_record: other.secondary_record,
        secondary_confidence: other.secondary_confidence,
        secondary_resolution_method: other.secondary_resolution_method,
        secondary_pipeline: other.secondary_pipeline,
        secondary_resolved_at: other.secondary_resolved_at
      }
  const shown = joinShown(mine.facts.shown, other.facts.shown)
  d.set({
    ...resolution,
    ...secondary,
    first_seen: earlier(mine.first_seen, other.first_seen),
    last_seen: later(mine.last_seen, other.last_seen),
    created_at: earlier(mine.created_at, other.created_at),
    total_conversations: mine.total_conversations + other.total_conversations,
    total_messages: mine.total_messages + other.total_messages,
    metadata: { ...other.metadata, ...mine.metadata },
    facts: {
      ...mine.facts,
      contact_given: keepsContact ? contactGiven : otherContactGiven,
      secondary_given: keepsSecondary ? secondaryGiven : otherSecondaryGiven,
      is_own: mine.facts.is_own || other.facts.is_own,
      contact_requested_at: earlier(mine.facts.contact_requested_at, other.facts.contact_requested_at),
      unlinked_record: mine.facts.unlinked_record ?? other.facts.unlinked_record,
      shown,
      keys: [...new Set([...mine.facts.keys, ...other.facts.keys])].slice(0, keyLimit),
      conversations: rememberedConversations(mine.facts.conversations, other.facts.conversations)
    }
  })
  shownAs(d, shown, { ...other.facts.corrected, ...mine.facts.corrected })
  d.tell({ type: "participant_identified", key: mine.facts.key, received })
}
