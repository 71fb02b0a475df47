/** Times as payloads show them, in epoch milliseconds. Nothing here reads a clock. */
import { label } from "./text.ts"

const iso = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i
const earliest = Date.UTC(2000, 0, 1)
/** Smaller numbers are seconds: as milliseconds they would lie in 1973 or before. */
const leastMillis = 100_000_000_000
/** Years of five digits are none that a payload means. */
const mostMillis = Date.UTC(10_000, 0, 1)

/**
 * A time in epoch milliseconds; null where there is none to be read. ISO 8601 without an offset is UTC. Before the year 2000 it is
 * none: such a time would bend every "oldest" for good.
 */
export const instantShown = (value: unknown): number | null => {
  const timestamp = label(value, 40) ?? ""
  const match = iso.exec(timestamp)
  if (match === null) return null
  const instant = Date.parse(match[3] === undefined ? `${timestamp}Z` : timestamp)
  return instant >= earliest ? instant : null
}

/** The same, also from a number: epoch seconds or milliseconds. */
export const timeShown = (value: unknown): number | null => {
  if (typeof value !== "number") return instantShown(value)
  const millis = Math.floor(value < leastMillis ? value * 1000 : value)
  return millis >= earliest && millis < mostMillis ? millis : null
}

/** A time that was shown, or none; `received` where there is none, or where it lies ahead of that: no fact lies ahead (CONTRACT). */
export const notAhead = (shown: number | null, received: number): number => Math.min(shown ?? received, received)

/**
 * The time that a payload tells; `received` where it tells none that can be read, or one that lies ahead of that: a clock that runs
 * ahead must not bend every "newest" for good (CONTRACT, preamble).
 */
export const instantIn = (value: unknown, received: number): number => notAhead(instantShown(value), received)
