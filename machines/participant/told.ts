/** What the CRM says of a person (CONTRACT §4, §5): reports of a provider, corrections by hand, a recount. */
import type { Draft } from "../draft.ts"
import { recounted } from "../recount.ts"
import type { Certainty, ParticipantCorrected, ParticipantRecounted, ParticipantReported, Person } from "../events.ts"
import type { Shown } from "../person/shown.ts"
import { learn, valueOf } from "../person/shown.ts"
import { identifierKeys } from "../person/keys.ts"
import { isStandIn } from "../person/naming.ts"
import { claim } from "./claim.ts"
import type { ParticipantContext, ShownPiece } from "./context.ts"
import { shownPieces } from "./context.ts"
import { isContactGiven, listed } from "./resolution.ts"

/** What is shown of the person now: the CRM's word, else what stands of all that providers showed (../person/shown.ts). */
export const shownAs = (
  d: Draft<ParticipantContext>,
  shown: Shown,
  corrected: ParticipantContext["facts"]["corrected"]
): void => {
  const { name, contact_record } = d.context
  const pieces = Object.fromEntries(shownPieces.map((piece) => [piece, corrected[piece] ?? valueOf(shown, piece)]))
  // A resolved contact's name is not overwritten by a payload; a number or an id is no name.
  const isNamed = name !== null && !isStandIn(name)
  const isKept = contact_record !== null && isNamed && corrected.name === d.context.facts.corrected.name
  d.set({ facts: { ...d.context.facts, shown, corrected }, ...pieces, ...(isKept ? { name } : {}) })
}

/** What was said gives further keys; which records match is looked at again. */
const knownBy = (d: Draft<ParticipantContext>, identifiers: Person["identifiers"], received: number): void => {
  claim(d, identifierKeys(identifiers), received)
  d.tell({ type: "participant_identified", key: d.context.facts.key, received })
}

/** How a webhook that resolves a person knew who that is, by what came with it, and how sure that is (CONTRACT 2.7). */
const webhookCertainty = ({ phone, linkedin_member_urn }: Person["identifiers"]): Certainty => {
  if (phone !== undefined) return { method: "phone_webhook", confidence: 0.9 }
  if (linkedin_member_urn !== undefined) return { method: "linkedin_webhook", confidence: 0.85 }
  return { method: "provider_webhook", confidence: 0.8 }
}

/** The participant processor: identifiers and picture as if a payload had shown them; a record resolves the person. */
export const participantReported = (d: Draft<ParticipantContext>, event: ParticipantReported): void => {
  const { key } = d.context.facts
  const person = { key, provider_participant_id: event.person?.provider_participant_id ?? null, ...event.shown }
  const shown = learn(d.context.facts.shown, person, event.at)
  if (shown !== d.context.facts.shown) {
    shownAs(d, shown, d.context.facts.corrected)
    knownBy(d, event.shown.identifiers, event.received)
  }
  if (event.contact_record !== null)
    resolved(d, event.contact_record, webhookCertainty(event.shown.identifiers), event.at)
}

/** The surer resolution stands, the CRM's own word above all; of equally sure ones the newer, at one instant the greater record (I3). */
const resolved = (
  d: Draft<ParticipantContext>,
  contact_record: string,
  { confidence, method }: Certainty,
  at: number
): void => {
  const c = d.context
  if (isContactGiven(c)) return
  const rank =
    confidence - c.resolution_confidence ||
    at - (c.resolved_at ?? 0) ||
    (contact_record > (c.contact_record ?? "") ? 1 : -1)
  if (c.contact_record === contact_record && confidence === c.resolution_confidence && at <= (c.resolved_at ?? 0))
    return
  if (rank <= 0) return
  d.set({ contact_record, resolution_confidence: confidence, resolution_method: method, resolved_at: at })
  listed(d, [])
}

/** set_participant_social_handles: null takes the CRM's word back. */
export const participantCorrected = (d: Draft<ParticipantContext>, event: ParticipantCorrected): void => {
  const corrected: Partial<Record<ShownPiece, string>> = { ...d.context.facts.corrected }
  for (const piece of shownPieces) {
    const word = event.corrections[piece]
    if (word === null) delete corrected[piece]
    else if (word !== undefined) corrected[piece] = word
  }
  if (JSON.stringify(sorted(corrected)) === JSON.stringify(sorted(d.context.facts.corrected))) return
  shownAs(d, d.context.facts.shown, corrected)
  const { name: _, avatar_url: __, ...identifiers } = corrected
  knownBy(d, identifiers, event.received)
}

const sorted = (corrected: ParticipantContext["facts"]["corrected"]) =>
  shownPieces.map((piece) => corrected[piece] ?? null)

/** update_participant_stats and the drift check. Counting is not seeing: first_seen and last_seen stay. */
export const participantRecounted = (d: Draft<ParticipantContext>, { found, right }: ParticipantRecounted): void =>
  d.set({
    total_messages: recounted(d.context.total_messages, found.total_messages, right.total_messages),
    total_conversations: recounted(d.context.total_conversations, found.total_conversations, right.total_conversations)
  })
