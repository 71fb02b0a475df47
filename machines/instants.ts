/** Instants in epoch milliseconds, of which there may be none. */

/** The later of two instants, null being no instant. */
export const later = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.max(a, b)

/** The earlier of two instants, null being no instant. */
export const earlier = (a: number | null, b: number | null): number | null =>
  a === null ? b : b === null ? a : Math.min(a, b)
