/** When actors wake by themselves. Deadlines are data in the actors' contexts; this only knows which comes first. */
import type { Living } from "./living.ts"

export class Deadlines {
  readonly #at = new Map<Living, number>()

  /** Takes note of an actor's deadline after it changed. */
  note(living: Living): void {
    const at = living.deadline
    if (at === null) this.#at.delete(living)
    else this.#at.set(living, at)
  }

  forget(living: Living): void {
    this.#at.delete(living)
  }

  /** The first deadline, or null. */
  get next(): number | null {
    let next: number | null = null
    for (const at of this.#at.values()) if (next === null || at < next) next = at
    return next
  }

  /** Those whose deadline has come, in order of it. */
  due(now: number): ReadonlyArray<Living> {
    return [...this.#at]
      .filter(([, at]) => at <= now)
      .sort((a, b) => a[1] - b[1])
      .map(([living]) => living)
  }
}
