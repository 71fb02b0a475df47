/** Chance that can be repeated: the same seed gives the same demo. */

export interface Chance {
  /** In [0, 1). */
  next(): number
  /** Between two numbers, whole. */
  between(least: number, most: number): number
  pick<T>(all: ReadonlyArray<T>): T
  shuffled<T>(all: ReadonlyArray<T>): ReadonlyArray<T>
}

/** mulberry32: 32 bits of state are plenty for a few hundred draws. */
export const chanceOf = (seed: number): Chance => {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const between = (least: number, most: number) => least + Math.floor(next() * (most - least + 1))
  return {
    next,
    between,
    pick: (all) => all[between(0, all.length - 1)]!,
    shuffled: (all) => {
      const rest = [...all]
      return all.map(() => rest.splice(between(0, rest.length - 1), 1)[0]!)
    }
  }
}
