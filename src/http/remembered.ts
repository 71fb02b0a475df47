/**
 * What was looked up, for a while. At most so many; what came first is forgotten first (I8). Something that was looked up after
 * now, because the clock has been set back since, is as good as forgotten: nothing is believed for longer than its time.
 */
export class Remembered<A> {
  readonly #values = new Map<string, { readonly at: number; readonly value: A }>()
  readonly #most: number
  readonly #lasts: number

  /** `lasts` in milliseconds. */
  constructor(most: number, lasts: number) {
    this.#most = most
    this.#lasts = lasts
  }

  /** The value, if it is younger than `lasts`. `now` is epoch milliseconds, here as below. */
  get(name: string, now: number): A | undefined {
    const found = this.#values.get(name)
    if (found === undefined) return undefined
    const age = now - found.at
    if (age >= 0 && age < this.#lasts) return found.value
    this.#values.delete(name)
    return undefined
  }

  set(name: string, value: A, now: number): void {
    this.#values.delete(name)
    this.#values.set(name, { at: now, value })
    const [first] = this.#values.keys()
    if (this.#values.size > this.#most && first !== undefined) this.#values.delete(first)
  }

  /** Forgets every value that the predicate names. */
  forget(isGone: (value: A) => boolean): void {
    for (const [name, { value }] of this.#values) if (isGone(value)) this.#values.delete(name)
  }
}
