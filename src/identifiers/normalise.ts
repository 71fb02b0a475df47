/** The rule for each kind of identifier that a participant has (CONTRACT 2.7), phone numbers aside: those need a region (phone.ts). */
import type { IdentifierKind } from "../../machines/events.ts"
import { normaliseEmail, normaliseHandle, normaliseProviderId } from "../../machines/identifiers.ts"

export const normaliseIdentifier: Readonly<Record<Exclude<IdentifierKind, "phone">, (raw: string) => string | null>> = {
  email: normaliseEmail,
  linkedin_member_urn: normaliseProviderId,
  instagram_username: normaliseHandle,
  facebook_id: normaliseProviderId,
  telegram_id: normaliseProviderId,
  twitter_handle: normaliseHandle
}
