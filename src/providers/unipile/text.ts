/**
 * Foreign values made safe to keep: Postgres text and jsonb hold neither NUL nor half a surrogate
 * pair. Everything here is total: a value of the wrong type reads as absent.
 */
import { own } from "../../../machines/own.ts"

const maximumIdLength = 512
const maximumHintDepth = 64
/** Characters that one hint may take: a quotation is kept, a picture inside of it is not, and no entry grows with its body (I8). */
const hintLength = 32_768

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
 * An opaque id: text, or a whole number as some networks have it. Null when absent, blank, zero, or longer
 * than 512 characters, which no index of ours would take; an id is never shortened. Zero stands for "none": as an id it would
 * make one of all who have none.
 */
export const identity = (value: unknown): string | null => {
  if (typeof value === "number") return Number.isSafeInteger(value) && value !== 0 ? String(value) : null
  if (typeof value !== "string" || value.length > maximumIdLength) return null
  const text = clean(value).trim()
  return text === "" || text === "0" ? null : text
}

/** An id that a Schema has already found to be there. */
export const requiredIdentity = (id: string | number): string => clean(String(id)).trim()

/** Yes or no in any of the spellings 0, 1, false, true, also as text; null otherwise. */
export const yesNo = (value: unknown): boolean | null => {
  switch (typeof value === "string" ? value.trim().toLowerCase() : value) {
    case true:
    case 1:
    case "true":
    case "1":
      return true
    case false:
    case 0:
    case "false":
    case "0":
      return false
    default:
      return null
  }
}

/** A number of zero or more, also when written as text, rounded down; null otherwise. */
export const quantity = (value: unknown): number | null => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof number === "number" && number >= 0 && number <= Number.MAX_SAFE_INTEGER ? Math.floor(number) : null
}

/** An object to look into; an empty one for anything else. */
export const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}

/** A value to keep as the provider shows it, cleaned through and through; what does not fit in `hintLength` is left out. */
export const hint = (value: unknown): unknown => fitting(value, { left: hintLength }, maximumHintDepth)

/** As much of the value as there is room for. Every value costs a little, so that a list of nothing has an end too. */
const fitting = (value: unknown, room: { left: number }, depth: number): unknown => {
  room.left -= 8
  if (typeof value === "string") {
    const text = cut(clean(value), Math.max(0, room.left))
    room.left -= text.length
    return text
  }
  if (typeof value !== "object" || value === null) return value
  if (depth === 0) return null
  if (Array.isArray(value)) {
    const kept: Array<unknown> = []
    for (const inner of value) {
      if (room.left <= 0) break
      kept.push(fitting(inner, room, depth - 1))
    }
    return kept
  }
  const kept: Array<readonly [string, unknown]> = []
  for (const name of Object.keys(value)) {
    room.left -= name.length
    if (room.left <= 0) break
    kept.push([clean(name), fitting(own(value as Record<string, unknown>, name), room, depth - 1)])
  }
  return Object.fromEntries(kept)
}

/** The hints that say something, by name; null and missing ones are left out. */
export const hints = (values: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const kept = Object.entries(values).flatMap(([name, value]) => (value == null ? [] : [[name, hint(value)] as const]))
  return Object.fromEntries(kept)
}
