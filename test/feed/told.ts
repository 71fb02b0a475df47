/** A state as the feed can tell it: a member that is null and one that is not there are the same. */
export const told = (state: unknown): unknown => {
  if (typeof state !== "object" || state === null || Array.isArray(state)) return state
  return Object.fromEntries(
    Object.entries(state)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, told(value)])
  )
}
