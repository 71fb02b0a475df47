/**
 * When conversations were last counted as opened (CONTRACT 2.4 last_accessed_at). An access is a journal entry and a patch to
 * everybody who watches; thousands who come back at once must not make thousands of them.
 */

/** Conversations that are remembered; the one opened longest ago is forgotten first, and may be counted early (I8). */
const remembered = 10_000
/** An opened conversation counts as accessed at most once in so many milliseconds, however many open it. */
const accessEvery = 60_000

export class Accesses {
  /** Epoch milliseconds, longest ago first. */
  readonly #at = new Map<string, number>()

  /** Whether a conversation that is opened now counts. */
  counts(tenant: string, conversation: string, now: number): boolean {
    const key = `${tenant} ${conversation}`
    const ago = now - (this.#at.get(key) ?? -Infinity)
    // Less than none: the clock has been set back since.
    if (ago >= 0 && ago < accessEvery) return false
    this.#at.delete(key)
    this.#at.set(key, now)
    const [longest] = this.#at.keys()
    if (this.#at.size > remembered && longest !== undefined) this.#at.delete(longest)
    return true
  }
}
