/** What a participant's actor holds: the contract's fields, the keys that the person is known by, and where. */
import { initialOf } from "../field.ts"
import type { Shown } from "../person/shown.ts"
import type { IdentifierKind } from "../events.ts"
import type { ParticipantFields } from "./fields.ts"
import { participantFields } from "./fields.ts"

/** The fields that are shown of a person, piece by piece. */
export const shownPieces = [
  "name",
  "avatar_url",
  "email",
  "phone",
  "linkedin_member_urn",
  "instagram_username",
  "facebook_id",
  "telegram_id",
  "twitter_handle"
] as const satisfies ReadonlyArray<IdentifierKind | "name" | "avatar_url">
export type ShownPiece = (typeof shownPieces)[number]

export interface ParticipantFacts {
  /** The key that this participant's id is derived from. */
  readonly key: string
  /** Every key that the person is known by, `key` included. */
  readonly keys: ReadonlyArray<string>
  readonly shown: Shown
  /** The CRM's word, by piece; it stands above what was shown. */
  readonly corrected: Readonly<Partial<Record<ShownPiece, string>>>
  /** Conversations to tell of a merge, the newest last. */
  readonly conversations: ReadonlyArray<string>
  /** The key of the participant that this one became part of; null while it stands for itself. */
  readonly merged_into: string | null
  /** The record that a human unlinked; matching does not link it again. */
  readonly unlinked_record: string | null
  /** Whether the links that stand are the CRM's own word, so that neither a match nor a webhook replaces them. */
  readonly contact_given?: boolean
  readonly secondary_given?: boolean
  /** Whether it is the person behind one of the tenant's own accounts. */
  readonly is_own: boolean
  /** When the CRM was asked to make a contact of the person; it is asked once. */
  readonly contact_requested_at: number | null
}

export interface ParticipantContext extends ParticipantFields {
  readonly id: string
  readonly facts: ParticipantFacts
}

export interface ParticipantInput {
  readonly id: string
  readonly key: string
  readonly received: number
}

export const freshFacts = (key: string): ParticipantFacts => ({
  key,
  keys: [key],
  shown: {},
  corrected: {},
  conversations: [],
  merged_into: null,
  unlinked_record: null,
  is_own: false,
  contact_requested_at: null
})

export const freshParticipant = (input: ParticipantInput): ParticipantContext => ({
  ...initialOf(participantFields),
  id: input.id,
  created_at: input.received,
  updated_at: input.received,
  facts: freshFacts(input.key)
})
