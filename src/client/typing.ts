/**
 *   ┌───────┐ on(), a key is pressed ┌────────┐ every few seconds: said again
 *   │ quiet │◄──────────────────────►│ typing │
 *   └───────┘ off(), or no key for a while ───┘
 *
 * This user's typing in one conversation, as the server has to hear it: it ends there by itself 6 s after it was last said.
 */
import type { Environment } from "./environment.ts"

/** Milliseconds. Half of the 6 s that the server believes it, so that one late frame does not make it flicker. */
const repeatEvery = 3_000
/** Milliseconds without `on` after which the user counts as stopped. */
const quietAfter = 5_000

export class Typing {
  readonly #environment: Environment
  readonly #say: (isTyping: boolean) => void
  #lastKey = 0
  #stop: (() => void) | null = null

  constructor(environment: Environment, say: (isTyping: boolean) => void) {
    this.#environment = environment
    this.#say = say
  }

  /** To be called for each key: says it at once the first time, and again while it is called. */
  on(): void {
    this.#lastKey = this.#environment.now()
    if (this.#stop === null) this.#repeat()
  }

  /** Says that it is over, if it is not yet. */
  off(): void {
    if (this.#stop === null) return
    this.#stop()
    this.#stop = null
    this.#say(false)
  }

  #repeat(): void {
    this.#say(true)
    this.#stop = this.#environment.after(repeatEvery, () => {
      if (this.#environment.now() - this.#lastKey < quietAfter) this.#repeat()
      else this.off()
    })
  }
}
