/**
 * Identifiers of people in their one normal form (CONTRACT §1), made once, at the edge. Two spellings
 * of one identifier must give one text here, because a participant is found by it. Owns the form only;
 * which identifier a payload shows is the provider folder's business.
 */
import type { IdentifierKind } from "./events.ts"

/** E.164 allows 15 digits; the shortest numbers in use have 7. No country code begins with 0. */
const e164Digits = /^[1-9]\d{6,14}$/
/** `digits@s.whatsapp.net`, or `digits:device@…` from a linked device. `@lid` and `@g.us` carry no phone number. */
const whatsappPhoneId = /^(\d+)(?::\d+)?@s\.whatsapp\.net$/i
/** How people write numbers, and the invisible direction marks that address books copy along. */
const phoneSeparators = /[\s\-./()\u2010-\u2015\u200e\u200f\u202a-\u202e]/g
const emailAddress = /^[^\s@]+@[^\s@]+$/

/** Trimmed and lower-cased; null when it is no address. At most 320 characters (RFC 3696 errata). */
export const normaliseEmail = (raw: string): string | null => {
  const email = raw.trim().toLowerCase()
  return email.length <= 320 && emailAddress.test(email) ? email : null
}

/**
 * E.164, e.g. `+447700900123`; null for everything that names no number by itself: a national number
 * without country code, `hidden`, an `…@lid`, a group.
 */
export const normalisePhone = (raw: string): string | null => {
  const text = raw.trim()
  const byWhatsapp = whatsappPhoneId.exec(text)
  if (byWhatsapp !== null) return fromDigits(byWhatsapp[1]!)
  // "(0)" marks the trunk prefix, which is not dialled from abroad.
  const compact = text.replace("(0)", "").replace(phoneSeparators, "")
  if (compact.startsWith("+")) return fromDigits(compact.slice(1))
  return compact.startsWith("00") ? fromDigits(compact.slice(2)) : null
}

const fromDigits = (digits: string): string | null => (e164Digits.test(digits) ? `+${digits}` : null)

/**
 * A mail's Message-ID in angle brackets; null for what identifies no mail, such as a bare word or an empty pair of brackets.
 * Case is kept: the part before the `@` is the sender's to choose.
 */
export const normaliseMessageId = (raw: string): string | null => {
  const id = /^<?\s*([^<>\s@]+@[^<>\s]+?)\s*>?$/.exec(raw.trim())?.[1]
  return id === undefined || id.length > 500 ? null : `<${id}>`
}

/** A social handle without `@`, lower-cased; null when it is empty, an address or a link. */
export const normaliseHandle = (raw: string): string | null => {
  const handle = raw.trim().replace(/^@/, "").toLowerCase()
  return handle.length > 0 && handle.length <= 200 && !/[\s@/]/.test(handle) ? handle : null
}

/** A provider's own id: opaque, case kept, because LinkedIn ids differ by case alone. */
export const normaliseProviderId = (raw: string): string | null => {
  const id = raw.trim()
  return id.length > 0 && id.length <= 200 ? id : null
}

/** The rule for each kind of identifier that a participant has (CONTRACT 2.7). */
export const normaliseIdentifier: Readonly<Record<IdentifierKind, (raw: string) => string | null>> = {
  email: normaliseEmail,
  phone: normalisePhone,
  linkedin_member_urn: normaliseProviderId,
  instagram_username: normaliseHandle,
  facebook_id: normaliseProviderId,
  telegram_id: normaliseProviderId,
  twitter_handle: normaliseHandle
}

/** `kind:value`, the text that a participant is found by. The value must be normalised already. */
export const identifierKey = (kind: string, value: string): string => `${kind}:${value}`
