/** How many of something happened lately: two numbers, however many happened (I8). */

/**
 * Counts over a sliding span: what the current span has so far, and as much of the one before as still lies within reach,
 * as if it had been spread evenly. `now` is in milliseconds of any clock that does not go back.
 */
export class Recent {
  readonly #span: number
  #index = 0
  #current = 0
  #before = 0

  constructor(span: number) {
    this.#span = span
  }

  add(now: number): void {
    this.#move(now)
    this.#current++
  }

  sum(now: number): number {
    this.#move(now)
    const passed = now / this.#span - this.#index
    return this.#current + this.#before * Math.max(0, 1 - passed)
  }

  #move(now: number): void {
    const index = Math.floor(now / this.#span)
    if (index <= this.#index) return
    this.#before = index === this.#index + 1 ? this.#current : 0
    this.#current = 0
    this.#index = index
  }
}
