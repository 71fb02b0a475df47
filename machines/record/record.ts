/** A record of the CRM and the identifiers that it is known by. Identifiers are normalised already (CONTRACT §1). */
import { identifierKey, phoneSpellings } from "../identifiers.ts"

export interface CrmRecord {
  readonly record_id: string
  readonly kind: "contact" | "company"
  readonly pipeline_id: string | null
  readonly emails: ReadonlyArray<string>
  readonly phones: ReadonlyArray<string>
  /** Provider ids or member URNs. */
  readonly linkedin: ReadonlyArray<string>
  /** Only a company is found by its domains. */
  readonly domains: ReadonlyArray<string>
}

/** How a contact was found by one of its identifiers (CONTRACT 2.7). */
export type MatchMethod = "email_match" | "phone_match" | "linkedin_match"

/** The keys of people (../person/keys.ts) that belong to the contact, each with the method that a match by it is called. */
export const contactKeys = (record: CrmRecord): ReadonlyArray<readonly [key: string, method: MatchMethod]> => {
  if (record.kind !== "contact") return []
  const keys = (kind: string, values: ReadonlyArray<string>, method: MatchMethod) =>
    values.map((value) => [identifierKey(kind, value), method] as const)
  return [
    ...keys("email", record.emails, "email_match"),
    ...keys("phone", record.phones.flatMap(phoneSpellings), "phone_match"),
    ...keys("linkedin", record.linkedin, "linkedin_match"),
    ...keys("linkedin_member_urn", record.linkedin, "linkedin_match")
  ]
}
