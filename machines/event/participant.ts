/** What is said of people. */
import type { Base, ParticipantCommand } from "./base.ts"
import type { IdentifierKind, Person } from "./person.ts"

/** Somebody became a contact of the account. */
export interface RelationAdded extends Base {
  readonly type: "relation_added"
  readonly account_id: string
  readonly at: number
  readonly person: Person
  /** Profile address, public name, … as the provider shows them. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** The participant processor (CONTRACT §5). */
export interface ParticipantReported extends Base {
  readonly type: "participant_reported"
  readonly at: number
  readonly participant_id: string
  /** A participant that is not there is made under this person's key; null: it must be there. */
  readonly person: Person | null
  readonly shown: Pick<Person, "name" | "avatar_url" | "identifiers">
  readonly contact_record: string | null
}

/** The CRM's word on a person; it stands above what providers show. Null takes the word back, absent leaves it. */
export interface ParticipantCorrected extends Base {
  readonly type: "participant_corrected"
  readonly participant_id: string
  readonly corrections: Readonly<Partial<Record<IdentifierKind | "name" | "avatar_url", string | null>>>
}

/** How sure a resolution is, 0 to 1, and how the record was found. */
export interface Certainty {
  readonly confidence: number
  readonly method: string
}

/** record_participant_resolution: the CRM's word, by hand where it says no more; null unlinks. */
export interface ParticipantResolved extends ParticipantCommand {
  readonly type: "participant_resolved"
  readonly contact_record: string | null
  readonly certainty?: Certainty
}

/** record_secondary_resolution: the CRM's word, by hand where it says no more; null unlinks. */
export interface ParticipantSecondarySet extends ParticipantCommand {
  readonly type: "participant_secondary_set"
  readonly secondary_record: string | null
  readonly secondary_pipeline: string | null
  readonly certainty?: Certainty
}

/** Records changed that may concern the participant. It carries nothing: what matches is looked at again. */
export interface ParticipantRematched extends ParticipantCommand {
  readonly type: "participant_rematched"
}
