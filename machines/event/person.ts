/** A person, as a payload shows them. */

/** A person as one provider shows them. Identifiers are already normalised (CONTRACT §1). */
export interface Person {
  /** The strongest identifier as `kind:value`, e.g. `phone:+447700900123`; the participant's id is derived from it. */
  readonly key: string
  readonly provider_participant_id: string | null
  readonly name: string | null
  readonly avatar_url: string | null
  /** Only the identifiers that were shown: email, phone, linkedin_member_urn, instagram_username, facebook_id, telegram_id, twitter_handle. */
  readonly identifiers: Readonly<Partial<Record<IdentifierKind, string>>>
  /** Hints about the person in this chat: occupation, network_distance, profile_url, …; absent when there are none. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Further keys that the same showing gives the person, beyond `key` and the identifiers: e.g. `whatsapp:…@lid`. */
  readonly also?: ReadonlyArray<string>
}

export type IdentifierKind =
  "email" | "phone" | "linkedin_member_urn" | "instagram_username" | "facebook_id" | "telegram_id" | "twitter_handle"
