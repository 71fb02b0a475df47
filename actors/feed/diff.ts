/**
 * Patches of the feed: JSON merge patches (RFC 7386). Objects merge member by member, everything else is replaced whole,
 * null removes. Such a patch cannot tell "null" from "not there", so for viewers the two mean the same (DESIGN §6).
 */
import { isDeepStrictEqual } from "node:util"
import { own } from "../../machines/own.ts"
import { isObject } from "./apply-patch.ts"

type Members = Readonly<Record<string, unknown>>

/**
 * The patch that turns `before` into `after`, or undefined when they say the same. Both are JSON values that nobody
 * changes later: parts that are the same reference are not looked into.
 */
export const diff = (before: unknown, after: unknown): unknown => {
  if (before === after || (before ?? null) === (after ?? null)) return undefined
  if (isObject(before) && isObject(after)) return diffMembers(before, after)
  if (Array.isArray(before) && Array.isArray(after) && isDeepStrictEqual(before, after)) return undefined
  return after ?? null
}

const diffMembers = (before: Members, after: Members): unknown => {
  const changes: Array<[string, unknown]> = []
  for (const [name, value] of Object.entries(after)) {
    const change = diff(own(before, name), value)
    if (change !== undefined) changes.push([name, change])
  }
  for (const [name, value] of Object.entries(before)) {
    if (!Object.hasOwn(after, name) && (value ?? null) !== null) changes.push([name, null])
  }
  return changes.length === 0 ? undefined : Object.fromEntries(changes)
}
