/**
 * Identifiers of people in their one normal form (CONTRACT §1), made once, at the edge. Two spellings
 * of one identifier must give one text here, because a participant is found by it. Owns the form only;
 * which identifier a payload shows is the provider folder's
 * business, and reading a phone number as people write it needs more than digits (actors/prepare/phone.ts).
 */
/** E.164 allows 15 digits; the shortest numbers in use have 7. No country code begins with 0. */
const e164Digits = /^[1-9]\d{6,14}$/
/** `digits@s.whatsapp.net`, or `digits:device@…` from a linked device. `@lid` and `@g.us` carry no phone number. */
const whatsappPhoneId = /^(\d+)(?::\d+)?@(?:s\.whatsapp\.net|c\.us)$/i
const emailAddress = /^[^\s@]+@[^\s@]+$/

/** Trimmed and lower-cased; null when it is no address. At most 320 characters (RFC 3696 errata). */
export const normaliseEmail = (raw: string): string | null => {
  const email = raw.trim().toLowerCase()
  return email.length <= 320 && emailAddress.test(email) ? email : null
}

/** The number that a WhatsApp id names, in E.164; null for an `…@lid`, a group, and everything that is no such id. */
export const whatsappPhone = (id: string): string | null => {
  const digits = whatsappPhoneId.exec(id)?.[1]
  return digits !== undefined && e164Digits.test(digits) ? `+${digits}` : null
}

/** The domain of an address. */
export const domainOf = (email: string): string => email.slice(email.lastIndexOf("@") + 1)

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

/**
 * Every spelling under which one number is met, itself first. Brazil's mobile numbers had eight digits before a ninth, a 9, was put
 * in front; Mexico's are dialled from abroad with a 1 after the country code, or without; Argentina's with a 9. Networks and address
 * books keep the old forms.
 */
export const phoneSpellings = (phone: string): ReadonlyArray<string> => {
  for (const [short, long, shorten, lengthen] of twoSpellings) {
    if (short.test(phone)) return [phone, phone.replace(short, lengthen)]
    if (long.test(phone)) return [phone, phone.replace(long, shorten)]
  }
  return [phone]
}

const twoSpellings: ReadonlyArray<readonly [short: RegExp, long: RegExp, shorten: string, lengthen: string]> = [
  [/^\+55(\d\d)([6-9]\d{7})$/, /^\+55(\d\d)9([6-9]\d{7})$/, "+55$1$2", "+55$19$2"],
  [/^\+52(\d{10})$/, /^\+521(\d{10})$/, "+52$1", "+521$1"],
  [/^\+54([1-8]\d{9})$/, /^\+549(\d{10})$/, "+54$1", "+549$1"]
]

/** The spelling in which a number is shown: the one that is valid today. Argentina's two are both valid, for a line and a mobile. */
export const presentPhone = (phone: string): string =>
  phone.startsWith("+54")
    ? phone
    : (phoneSpellings(phone).find((each) => brazilNow.test(each) || mexicoNow.test(each)) ?? phone)
const brazilNow = /^\+55\d\d9\d{8}$/
const mexicoNow = /^\+52\d{10}$/

/** `kind:value`, the text that a participant is found by. The value must be normalised already. */
export const identifierKey = (kind: string, value: string): string => `${kind}:${value}`
