/** The UTC day, by which sends are counted. */
export const day = 86_400_000

/** The UTC day of an instant, as days since the epoch. */
export const dayOf = (at: number): number => Math.floor(at / day)
