/** An unknown person may become a contact of the CRM (CONTRACT 2.7): the person applies, the tenant decides, the CRM is asked once. */
import type { Draft } from "../draft.ts"
import type { ContactApproved, ContactDue } from "../told.ts"
import type { ParticipantContext } from "./context.ts"

const valuesOf = (keys: ReadonlyArray<string>, kind: string): ReadonlyArray<string> =>
  keys.filter((key) => key.startsWith(`${kind}:`)).map((key) => key.slice(kind.length + 1))

/** Whether the CRM should hear of the person: nobody's account, not linked, not asked for yet, not left for a human to choose. */
export const isUnknown = ({ contact_record, candidate_records, facts }: ParticipantContext): boolean =>
  contact_record === null && candidate_records.length === 0 && facts.contact_requested_at === null && !facts.is_own

/** The person has written, or has waited long enough. */
export const applies = (d: Draft<ParticipantContext>, waited: boolean, received: number): void => {
  const { name, total_messages, facts } = d.context
  if (!isUnknown(d.context)) return
  d.tell({
    type: "contact_candidate",
    key: facts.key,
    name,
    emails: valuesOf(facts.keys, "email"),
    phones: valuesOf(facts.keys, "phone"),
    total_messages,
    waited,
    received
  })
}

export const contactDue = (d: Draft<ParticipantContext>, { received }: ContactDue): void => applies(d, true, received)

export const contactApproved = (d: Draft<ParticipantContext>, { received }: ContactApproved): void => {
  if (!isUnknown(d.context)) return
  d.set({ facts: { ...d.context.facts, contact_requested_at: received } })
  d.tell({ type: "contact_requested", key: d.context.facts.key, received })
}
