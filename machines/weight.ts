/** What an event, or any plain value, weighs in memory, by and large: the characters of its texts, and something for every value. */

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

/** The newest of a list, at most so many and of so many characters together; the very newest whatever it weighs. */
export const newestOf = <A>(list: ReadonlyArray<A>, count: number, weight: number): ReadonlyArray<A> => {
  let first = list.length
  for (let left = weight; first > 0 && list.length - first < count; first--) {
    left -= weightOf(list[first - 1])
    if (left < 0 && first < list.length) break
  }
  return list.slice(first)
}
