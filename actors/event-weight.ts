/** What an event weighs in memory, by and large: the characters of its texts, and something for every value. */

/** For a value that is not a text, with its place in its object. */
const perValue = 16

/** In characters. A walk over the event, which is not deep: what comes from outside has been bounded at the edge. */
export const weightOf = (value: unknown): number => {
  if (typeof value === "string") return perValue + value.length
  if (typeof value !== "object" || value === null) return perValue
  let weight = perValue
  for (const each of Array.isArray(value) ? value : Object.values(value)) weight += weightOf(each)
  return weight
}
