/**
 * Which CRM record the person is (CONTRACT 2.7). The CRM's own word stands above everything; by match only when exactly one record matches;
 * several are left for a human and listed. What records there are, the turn says: here is no look-up.
 */
import type { Draft } from "../draft.ts"
import type { Certainty, ParticipantResolved, ParticipantSecondarySet } from "../events.ts"
import type { MatchMethod } from "../record/record.ts"
import type { ParticipantContext } from "./context.ts"

/** What the records say of the person's keys at this moment. */
export interface RecordsMatched {
  readonly type: "records_matched"
  readonly contacts: ReadonlyArray<{ readonly record_id: string; readonly method: MatchMethod }>
  /** Companies that own the domain of one of the person's addresses. */
  readonly companies: ReadonlyArray<{ readonly record_id: string; readonly pipeline_id: string | null }>
  readonly received: number
}

const matchConfidence = 0.95
const domainConfidence = 0.8
/** Candidates that a human is given to choose from; of more, the least by id (I8). */
const candidateLimit = 100
/** The surest way of matching first. */
const methods: ReadonlyArray<MatchMethod> = ["email_match", "phone_match", "linkedin_match"]

const unlinked = { contact_record: null, resolution_confidence: 0, resolution_method: "", resolved_at: null }
const secondaryUnlinked = {
  secondary_record: null,
  secondary_confidence: 0,
  secondary_resolution_method: "",
  secondary_pipeline: null,
  secondary_resolved_at: null
}

export const recordsMatched = (d: Draft<ParticipantContext>, event: RecordsMatched): void => {
  contactMatched(d, event)
  companyMatched(d, event)
}

const contactMatched = (d: Draft<ParticipantContext>, { contacts, received }: RecordsMatched): void => {
  const { contact_record, resolution_method, resolved_at, facts } = d.context
  const records = [...new Set(contacts.map((match) => match.record_id))].sort()
  if (!isContactGiven(d.context)) {
    const [only] = records
    const isMatched = methods.includes(resolution_method as MatchMethod)
    if (records.length === 1 && only !== facts.unlinked_record) {
      d.set({
        contact_record: only!,
        resolution_confidence: matchConfidence,
        resolution_method: methods.find((method) => contacts.some((match) => match.method === method))!,
        resolved_at: isMatched && contact_record === only ? resolved_at : received
      })
    } else if (isMatched) d.set(unlinked)
  }
  listed(d, d.context.contact_record === null && records.length > 1 ? records.slice(0, candidateLimit) : [])
}

/** The records of which a human has to choose one. */
export const listed = (d: Draft<ParticipantContext>, candidates: ReadonlyArray<string>): void => {
  if (candidates.join("\n") !== d.context.candidate_records.join("\n")) d.set({ candidate_records: candidates })
}

const companyMatched = (d: Draft<ParticipantContext>, { companies, received }: RecordsMatched): void => {
  const { secondary_record, secondary_resolved_at } = d.context
  if (isSecondaryGiven(d.context)) return
  const [only] = companies
  if (companies.length === 1) {
    d.set({
      secondary_record: only!.record_id,
      secondary_confidence: domainConfidence,
      secondary_resolution_method: "domain",
      secondary_pipeline: only!.pipeline_id,
      secondary_resolved_at: secondary_record === only!.record_id ? secondary_resolved_at : received
    })
  } else if (secondary_record !== null) d.set(secondaryUnlinked)
}

/** What the CRM says when it says no more than the record. */
const byHand: Certainty = { confidence: 1, method: "manual_link" }

/** Whether the contact is the CRM's own word. Earlier versions knew such a link by its method alone. */
export const isContactGiven = ({ facts, resolution_method }: ParticipantContext): boolean =>
  facts.contact_given ?? resolution_method === byHand.method

export const isSecondaryGiven = ({ facts, secondary_record, secondary_resolution_method }: ParticipantContext) =>
  facts.secondary_given ?? (secondary_record !== null && secondary_resolution_method !== "domain")

/** record_participant_resolution: the CRM's word; null unlinks, and the record that was linked is not matched again. */
export const participantResolved = (d: Draft<ParticipantContext>, event: ParticipantResolved): void => {
  const { contact_record, resolution_confidence, resolution_method, facts } = d.context
  if (event.contact_record === null) {
    if (contact_record === null) return
    return d.set({ ...unlinked, facts: { ...facts, contact_given: false, unlinked_record: contact_record } })
  }
  const { confidence, method } = event.certainty ?? byHand
  const isSame =
    contact_record === event.contact_record && resolution_confidence === confidence && resolution_method === method
  if (isSame && isContactGiven(d.context)) return
  d.set({
    contact_record: event.contact_record,
    resolution_confidence: confidence,
    resolution_method: method,
    resolved_at: event.received,
    facts: { ...facts, contact_given: true, unlinked_record: null }
  })
  listed(d, [])
}

/** record_secondary_resolution: the CRM's word; null unlinks, and the domain rule may link again. */
export const secondarySet = (d: Draft<ParticipantContext>, event: ParticipantSecondarySet): void => {
  const c = d.context
  const secondary_given = event.secondary_record !== null
  if (isSecondaryGiven(c) !== secondary_given) d.set({ facts: { ...c.facts, secondary_given } })
  if (event.secondary_record === null) return d.set(secondaryUnlinked)
  const { confidence, method } = event.certainty ?? byHand
  const isSame =
    c.secondary_record === event.secondary_record &&
    c.secondary_confidence === confidence &&
    c.secondary_resolution_method === method
  d.set({
    secondary_record: event.secondary_record,
    secondary_confidence: confidence,
    secondary_resolution_method: method,
    secondary_pipeline: event.secondary_pipeline,
    secondary_resolved_at: isSame ? c.secondary_resolved_at : event.received
  })
}
