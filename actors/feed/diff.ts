/**
 * Patches of the feed: JSON merge patches (RFC 7386). Objects merge member by member, everything else is replaced whole,
 * null removes. Such a patch cannot tell "null" from "not there", so for viewers the two mean the same (DESIGN §6).
 */
import { isDeepStrictEqual } from "node:util"
import { isObject } from "./apply-patch.ts"

type Members = Readonly<Record<string, unknown>>

/** Own members only: a provider's map may well have a key named `constructor` or `__proto__`. */
const member = (of: Members, name: string): unknown => (Object.hasOwn(of, name) ? of[name] : undefined)

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
  for (const name of Object.keys(after)) {
    const change = diff(member(before, name), after[name])
    if (change !== undefined) changes.push([name, change])
  }
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(after, name) && (before[name] ?? null) !== null) changes.push([name, null])
  }
  return changes.length === 0 ? undefined : Object.fromEntries(changes)
}
