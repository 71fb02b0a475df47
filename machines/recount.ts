/**
 * Repairing a counter that drifted (CONTRACT §6). A recount says what the counter was at a cut and what it should have been;
 * what happened since is on top of both, so a repair is a difference, not a value.
 */

/** A count, moved by what it was off. Never below zero. */
export const recounted = (now: number, found: number, right: number): number => Math.max(0, now + right - found)

/** An instant, put right unless it has moved on since it was found wrong. */
export const redated = (now: number | null, found: number | null, right: number | null): number | null =>
  now === found ? right : now
