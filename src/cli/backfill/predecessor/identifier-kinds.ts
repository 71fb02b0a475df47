/** The identifiers of a participant, as the predecessor has a column for each (CONTRACT 2.7). */
import type { IdentifierKind } from "../../../../machines/events.ts"

export const identifierKinds: ReadonlyArray<IdentifierKind> = [
  "email",
  "phone",
  "linkedin_member_urn",
  "instagram_username",
  "facebook_id",
  "telegram_id",
  "twitter_handle"
]
