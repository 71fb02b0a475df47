/**
 * Patches of the feed: JSON merge patches (RFC 7386). Objects merge member by member, everything else is replaced whole,
 * null removes. Such a patch cannot tell "null" from "not there", so for viewers the two mean the same (DESIGN §6).
 */
import { isDeepStrictEqual } from "node:util"

type Members = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value)

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

/** What a viewer does with a patch: a new value; `target` stays as it was. */
export const applyPatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch
  const members = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name)
    else members.set(name, applyPatch(members.get(name), change))
  }
  return Object.fromEntries(members)
}
