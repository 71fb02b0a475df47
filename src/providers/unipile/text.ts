/**
 * Foreign values made safe to keep: Postgres text and jsonb hold neither NUL nor half a surrogate
 * pair. Everything here is total: a value of the wrong type reads as absent.
 */

const maximumIdLength = 512
const maximumHintDepth = 64

/** Text without NUL and without broken surrogates. */
export const clean = (text: string): string => {
  const withoutNul = text.includes("\0") ? text.replaceAll("\0", "") : text
  return withoutNul.isWellFormed() ? withoutNul : withoutNul.toWellFormed()
}

/** At most `length` UTF-16 units, never ending in half a character. */
export const cut = (text: string, length: number): string => {
  if (text.length <= length) return text
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}

/** Trimmed text of at most `length` characters; null when it is absent or blank. */
export const label = (value: unknown, length: number): string | null => {
  if (typeof value !== "string") return null
  const text = cut(clean(value).trim(), length)
  return text === "" ? null : text
}

/**
 * An opaque id: text, or a whole number as some networks have it. Null when absent, blank, or longer
 * than 512 characters, which no index of ours would take; an id is never shortened.
 */
export const identity = (value: unknown): string | null => {
  if (typeof value === "number") return Number.isSafeInteger(value) ? String(value) : null
  if (typeof value !== "string" || value.length > maximumIdLength) return null
  const text = clean(value).trim()
  return text === "" ? null : text
}

/** An id that a Schema has already found to be there. */
export const requiredIdentity = (text: string): string => clean(text).trim()

/** Yes or no in any of the spellings 0, 1, false, true; null otherwise. */
export const yesNo = (value: unknown): boolean | null =>
  value === true || value === 1 ? true : value === false || value === 0 ? false : null

/** A number of zero or more, also when written as text, rounded down; null otherwise. */
export const quantity = (value: unknown): number | null => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof number === "number" && number >= 0 && number <= Number.MAX_SAFE_INTEGER ? Math.floor(number) : null
}

/** An object to look into; an empty one for anything else. */
export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** A value to keep as the provider shows it, cleaned through and through. */
export const hint = (value: unknown, depth = maximumHintDepth): unknown => {
  if (typeof value === "string") return clean(value)
  if (typeof value !== "object" || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) return value.map((inner) => hint(inner, depth - 1))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [clean(name), hint(inner, depth - 1)]))
}

/** The hints that say something, by name; null and missing ones are left out. */
export const hints = (values: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const kept: Record<string, unknown> = {}
  for (const name in values) {
    const value = values[name]
    if (value !== undefined && value !== null) kept[name] = hint(value)
  }
  return kept
}
