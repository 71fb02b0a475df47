/**
 * Counters that a tenant's runtime keeps of itself: a few additions per event, in bounded memory. `now` and `since` are on the
 * clock of `performance.now`.
 */
import { Latency } from "./latency.ts"
import { Recent } from "../memory/recent.ts"
import type { Change } from "../turn/outcome.ts"

/** Seconds over which the rates of events are taken. */
const rateSpan = 10

export class Figures {
  applied = 0
  duplicates = 0
  cuts = 0
  lastCutMs = 0
  /** Events that wait for a sleeping actor or for a look-up. */
  errands: () => number = () => 0
  /** When the oldest change was made that no cut holds; null when there is none. */
  #uncutSince: number | null = null
  readonly #appliedLately = new Recent(rateSpan * 1_000)
  readonly #duplicatesLately = new Recent(rateSpan * 1_000)
  readonly #acknowledged = new Latency()

  /** An event had its turn. */
  turned(outcome: "applied" | "duplicate", changes: ReadonlyArray<Change>, now: number): void {
    if (outcome === "applied") {
      this.applied++
      this.#appliedLately.add(now)
    } else {
      this.duplicates++
      this.#duplicatesLately.add(now)
    }
    if (changes.length > 0) this.#uncutSince ??= now
    for (const { living } of changes) living.heat.add(now)
  }

  /** An event was acknowledged: its journal entry is durable. */
  acknowledged(since: number, now: number): void {
    this.#acknowledged.record(now, now - since)
  }

  /** A cut was written that took `took` milliseconds; `behind`: there have been changes since. */
  cut(took: number, behind: boolean, now: number): void {
    this.cuts++
    this.lastCutMs = took
    this.#uncutSince = behind ? now - took : null
  }

  /** Rates per second, latencies of answers, and the age of the oldest change that no cut holds, in seconds. */
  lately(now: number) {
    return {
      applied_per_s: round(this.#appliedLately.sum(now) / rateSpan),
      duplicates_per_s: round(this.#duplicatesLately.sum(now) / rateSpan),
      acknowledged_ms: this.#acknowledged.quantiles(now),
      lag_s: this.#uncutSince === null ? 0 : round((now - this.#uncutSince) / 1_000)
    }
  }
}

/** Rounded to one decimal, so that small changes do not make a patch. */
const round = (value: number): number => Math.round(value * 10) / 10
