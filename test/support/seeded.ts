/** Seeded randomness: the seed is printed, and SEED=… repeats a run. */

/** A generator of numbers in [0, 1), and the seed is printed. */
export const random = (what: string): (() => number) => {
  const seed = Number(process.env["SEED"] ?? crypto.getRandomValues(new Uint32Array(1))[0])
  console.log(`${what}: SEED=${seed}`)
  return generatorOf(seed)
}

/** A generator of numbers in [0, 1) from a seed: mulberry32. */
export const generatorOf = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A shuffled copy (Fisher and Yates). */
export const shuffled = <A>(items: ReadonlyArray<A>, next: () => number): Array<A> => {
  const copy = [...items]
  for (let index = copy.length - 1; index > 0; index--) {
    const other = Math.floor(next() * (index + 1))
    ;[copy[index], copy[other]] = [copy[other]!, copy[index]!]
  }
  return copy
}
