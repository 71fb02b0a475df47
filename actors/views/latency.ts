/** How long something took, lately: quantiles over the last half to whole minute, in bounded memory (I8). */
import type { RecordableHistogram } from "node:perf_hooks"
import { createHistogram } from "node:perf_hooks"
import type { Quantiles } from "./quantiles.ts"

/** Milliseconds that one histogram is filled; the one before it is kept beside it. */
const span = 30_000
/** Microseconds; what takes longer counts as this. Two digits are exact: some 27 KB a histogram. */
const bounds = { lowest: 1, highest: 3_600_000_000, figures: 2 } as const

export class Latency {
  #index = 0
  /** Made when the first one is recorded: a tenant that hears nothing has none. */
  #current: RecordableHistogram | undefined
  #before: RecordableHistogram | undefined

  /** Something ended at `now` that took so many milliseconds. */
  record(now: number, milliseconds: number): void {
    this.#move(now)
    this.#current ??= createHistogram(bounds)
    this.#current.record(Math.min(bounds.highest, Math.max(1, Math.round(milliseconds * 1_000))))
  }

  quantiles(now: number): Quantiles {
    this.#move(now)
    const all = createHistogram(bounds)
    for (const part of [this.#before, this.#current]) if (part !== undefined) all.add(part)
    if (all.count === 0) return { count: 0, p50: null, p90: null, p99: null, max: null }
    const at = (percentile: number) => all.percentile(percentile) / 1_000
    return { count: all.count, p50: at(50), p90: at(90), p99: at(99), max: all.max / 1_000 }
  }

  #move(now: number): void {
    const index = Math.floor(now / span)
    if (index === this.#index) return
    this.#before = index === this.#index + 1 ? this.#current : undefined
    this.#current = undefined
    this.#index = index
  }
}
