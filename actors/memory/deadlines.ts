/**
 * When actors wake by themselves. Deadlines are data in the actors' contexts; this only knows which comes first. Those of passivated
 * conversations are kept by id: one that is put off comes back whether or not it is in memory.
 */
import type { Living } from "./living.ts"

export class Deadlines {
  readonly #at = new Map<Living, number>()
  /** Of conversations that sleep, by id. */
  readonly #asleep = new Map<string, number>()
  /** The first of all, found when it is asked for: looking for it at every event would cost more the more there are. */
  #first: number | null | undefined = null

  /** Takes note of an actor's deadline after it changed or woke. */
  note(living: Living): void {
    this.#drop(this.#asleep, living.id)
    const at = living.deadline
    if (at === this.#at.get(living)) return
    this.#drop(this.#at, living)
    if (at !== null) this.#put(this.#at, living, at)
  }

  /** It leaves memory. */
  passivated(living: Living): void {
    this.#drop(this.#at, living)
    if (living.kind === "conversation" && living.deadline !== null) this.asleep(living.id, living.deadline)
  }

  /** A conversation that sleeps wakes then. */
  asleep(id: string, at: number): void {
    this.#drop(this.#asleep, id)
    this.#put(this.#asleep, id, at)
  }

  /** The first deadline, or null. */
  get next(): number | null {
    if (this.#first === undefined) {
      this.#first = null
      for (const all of [this.#at, this.#asleep])
        for (const at of all.values()) if (this.#first === null || at < this.#first) this.#first = at
    }
    return this.#first
  }

  /** Those whose deadline has come, in order of it. */
  due(now: number): ReadonlyArray<Living> {
    return [...this.#at]
      .filter(([, at]) => at <= now)
      .sort((a, b) => a[1] - b[1])
      .map(([living]) => living)
  }

  /** Takes out the sleeping conversations whose deadline has come, in order of it. */
  wakeDue(now: number): ReadonlyArray<string> {
    const due = [...this.#asleep].filter(([, at]) => at <= now).sort((a, b) => a[1] - b[1])
    for (const [id] of due) this.#drop(this.#asleep, id)
    return due.map(([id]) => id)
  }

  #put<K>(map: Map<K, number>, key: K, at: number): void {
    map.set(key, at)
    if (this.#first !== undefined && (this.#first === null || at < this.#first)) this.#first = at
  }

  #drop<K>(map: Map<K, number>, key: K): void {
    const at = map.get(key)
    if (at === undefined) return
    map.delete(key)
    if (at === this.#first) this.#first = undefined
  }
}
