/** What the API told last, by path: whoever comes back to a view sees it at once, also while the server is away. */

/** The answer that was told longest ago goes first. */
const limit = 32

export class LastTold {
  readonly #answers = new Map<string, unknown>()

  /** Null: nothing is remembered. */
  get<T>(path: string): T | null {
    return (this.#answers.get(path) as T | undefined) ?? null
  }

  set(path: string, answer: unknown): void {
    this.#answers.delete(path)
    this.#answers.set(path, answer)
    if (this.#answers.size > limit) this.#answers.delete(this.#answers.keys().next().value!)
  }
}
