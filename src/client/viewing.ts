/**
 *   ┌──────┐   on()    ┌─────────┐ every few seconds, and on a new socket: said again
 *   │ away │◄─────────►│ viewing │
 *   └──────┘   off()   └─────────┘
 *
 * Whether this user has a conversation open, as the server has to hear it: it ends there by itself 30 s after it was last said.
 */
import type { Environment } from "./environment.ts"

/** Milliseconds. A third of the 30 s that the server believes it. */
const repeatEvery = 10_000

export class Viewing {
  readonly #environment: Environment
  readonly #say: (isViewing: boolean) => void
  #stop: (() => void) | null = null

  constructor(environment: Environment, say: (isViewing: boolean) => void) {
    this.#environment = environment
    this.#say = say
  }

  on(): void {
    if (this.#stop === null) this.#repeat()
  }

  off(): void {
    if (this.#stop === null) return
    this.#stop()
    this.#stop = null
    this.#say(false)
  }

  /** Says it again now, if it is so. */
  again(): void {
    if (this.#stop === null) return
    this.#stop()
    this.#repeat()
  }

  #repeat(): void {
    this.#say(true)
    this.#stop = this.#environment.after(repeatEvery, () => this.#repeat())
  }
}
