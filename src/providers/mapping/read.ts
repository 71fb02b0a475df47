/** Reading a JSON value by what a mapping declares. Total. */
import * as Result from "effect/Result"
import { own } from "../../../machines/own.ts"
import { record } from "../text.ts"
import { type Unreadable, unreadable } from "../unreadable.ts"
import { converters } from "./converters.ts"
import type { Converted, From, ListOf } from "./mapping.ts"

/** What stands at the end of a path; undefined where the path leads nowhere. */
export const at = (body: unknown, path: string): unknown => {
  let value = body
  for (const name of path.split(".")) {
    if (typeof value !== "object" || value === null) return undefined
    value = own(value as Record<string, unknown>, name)
  }
  return value
}

const pathsOf = ({ from }: From<keyof Converted>): ReadonlyArray<string> => (typeof from === "string" ? [from] : from)

/** The value in our words, where the mapping translates theirs. */
const inOurWords = (value: unknown, words: Readonly<Record<string, string>>): unknown =>
  typeof value === "object" || value === undefined ? value : (own(words, String(value).trim().toLowerCase()) ?? value)

/** A field; null where nothing is declared, nothing is there, or what is there cannot be read. */
export const optional = <C extends keyof Converted>(body: unknown, cell: From<C> | undefined): Converted[C] | null => {
  if (cell === undefined) return null
  for (const path of pathsOf(cell)) {
    const value = at(body, path)
    const converted = converters[cell.as].convert(cell.words === undefined ? value : inOurWords(value, cell.words))
    if (converted !== null) return converted
  }
  return null
}

/** A field without which the payload says nothing. */
export const required = <C extends keyof Converted>(
  body: unknown,
  cell: From<C>
): Result.Result<Converted[C], Unreadable> => {
  const value = optional(body, cell)
  return value === null ? Result.fail(faultAt(body, cell)) : Result.succeed(value)
}

/** The fault of a field that cannot be read, under the first of its paths. `account_id`: as in Unreadable. */
export const faultAt = (body: unknown, cell: From<keyof Converted>, account_id: string | null = null): Unreadable => {
  const paths = pathsOf(cell)
  const there = paths.find((path) => (at(body, path) ?? null) !== null)
  return unreadable(
    there ?? paths[0] ?? "",
    there === undefined ? "is missing" : `is ${converters[cell.as].what}`,
    account_id
  )
}

/** The rows of a list, `most` of them; what is no object has none. */
export const rows = (body: unknown, cell: ListOf<unknown> | undefined, most: number): ReadonlyArray<unknown> => {
  const value = cell === undefined ? [] : at(body, cell.from)
  return (Array.isArray(value) ? value.slice(0, most) : [value]).filter((row) => Object.keys(record(row)).length > 0)
}
