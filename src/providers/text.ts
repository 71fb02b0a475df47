/**
 * Foreign values made safe to keep: Postgres text and jsonb hold neither NUL nor half a surrogate
 * pair. Everything here is total: a value of the wrong type reads as absent. Nothing that is made here holds on to a longer text
 * that it was cut out of (I8).
 */
import { own } from "../../machines/own.ts"
import { detached, shortened } from "../../machines/shortened.ts"

const maximumIdLength = 512
const maximumHintDepth = 64
/**
 * Characters that one hint may take, and all of one thing together: a quotation is kept, a picture inside of it is not, and no
 * entry grows with its body (I8).
 */
const hintLength = { each: 32_768, all: 65_536 } as const
/** What a value counts for besides its characters, and an object or a list: a list of nothings has an end too. */
const perValue = 16
const perHolder = 48

/** Text without NUL and without broken surrogates. */
export const clean = (text: string): string => {
  const withoutNul = text.includes("\0") ? text.replaceAll("\0", "") : text
  return withoutNul.isWellFormed() ? withoutNul : withoutNul.toWellFormed()
}

/** Trimmed text of at most `length` characters; null when it is absent or blank. */
export const label = (value: unknown, length: number): string | null => {
  if (typeof value !== "string") return null
  const text = shortened(clean(value).trim(), length)
  return text === "" ? null : detached(text, value)
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

/** As much of the value as there is room for, as the provider shows it, cleaned through and through. */
const fitting = (value: unknown, room: { left: number }, depth: number): unknown => {
  room.left -= typeof value === "object" && value !== null ? perHolder : perValue
  if (typeof value === "string") {
    const text = shortened(clean(value), Math.max(0, room.left))
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

/**
 * The hints that say something, by name; null and missing ones are left out. What does not fit in the length is left out too, of
 * what is named last first.
 */
export const hints = (
  values: Readonly<Record<string, unknown>>,
  length: { readonly each: number; readonly all: number } = hintLength
): Record<string, unknown> => {
  const kept: Array<readonly [string, unknown]> = []
  let left = length.all
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null || left <= 0) continue
    const room = { left: Math.min(left, length.each) }
    const before = room.left
    kept.push([name, fitting(value, room, maximumHintDepth)])
    left -= before - room.left
  }
  return Object.fromEntries(kept)
}
