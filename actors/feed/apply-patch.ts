/** What a viewer does with a patch of the feed. Without imports: browsers run this file as it stands. */

/** An object whose members a patch can change one by one; arrays are replaced whole. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A merge patch applied (RFC 7386): a new value; `target` stays as it was, and what did not change is the same reference. */
export const applyPatch = (target: unknown, patch: unknown): unknown => {
  if (!isObject(patch)) return patch
  const members = new Map(isObject(target) ? Object.entries(target) : [])
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name)
    else members.set(name, applyPatch(members.get(name), change))
  }
  return Object.fromEntries(members)
}
