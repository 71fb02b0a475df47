/** How long to wait before coming back, when the server did not say: pure. */

/** Milliseconds: the first wait is up to `first`, each further one up to twice the last, never more than `most`. */
export const backoffBounds = { least: 100, first: 1_000, most: 15_000 } as const

/**
 * Milliseconds to wait after `failures` failed attempts in a row (0 for the first); `random` is in [0, 1). The whole span is
 * drawn from, so that the clients of a server that died do not all come back at once.
 */
export const backoff = (failures: number, random: number): number => {
  const { least, first, most } = backoffBounds
  const span = Math.min(most, first * 2 ** Math.min(failures, 16))
  return Math.round(least + random * (span - least))
}
