/** How fast, and which one. */

/** Times faster than life with `--fast`: all of it in a few seconds. */
export const fastSpeed = 20

/** Short, so that it can be typed again. */
export const freshSeed = (): number => Math.floor(Math.random() * 10_000)
