/**
 * The circuit breaker before one address: after so many failures in a row nobody asks for a while, then one does, and its answer says
 * whether the others may. In memory: a process that starts anew may ask at once.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"

/** Failures in a row after which it opens. */
const patience = 8
/** How long it stays open, milliseconds. */
const pause = 60_000

export class Breaker {
  #failures = 0
  #openUntil = 0

  /** Until when nobody is to ask, epoch milliseconds; null: now is fine. */
  openUntil(now: number): number | null {
    // A clock that was set back must not keep it open.
    return this.#openUntil > now && this.#openUntil <= now + pause ? this.#openUntil : null
  }

  /** Waits until it may be asked. Whoever comes first after the pause keeps the others waiting until the answer is there. */
  readonly passed: Effect.Effect<void> = Effect.suspend(() => this.#pass())

  #pass(): Effect.Effect<void> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const until = this.openUntil(now)
      if (until !== null) return Effect.andThen(Effect.sleep(until - now), this.passed)
      if (this.#failures >= patience) this.#openUntil = now + pause
      return Effect.void
    })
  }

  succeeded(): void {
    this.#failures = 0
    this.#openUntil = 0
  }

  failed(now: number): void {
    this.#failures++
    if (this.#failures >= patience) this.#openUntil = now + pause
  }
}
