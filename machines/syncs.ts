/**
 * How syncs ended, of a connection or a conversation (CONTRACT 2.2, 2.4): the failures since the last success, by their
 * instants. So a report that is repeated counts once, and one that comes late counts where it belongs (I3).
 */
import { later } from "./instants.ts"

export interface SyncFacts {
  /** Instants of the failures after `succeeded_at`, oldest first. */
  readonly failures: ReadonlyArray<number>
  readonly succeeded_at: number | null
  /** Until when failures do not matter any more, for another reason than a success. Absent: there was none. */
  readonly forgiven_at?: number
}

export const noSyncs: SyncFacts = { failures: [], succeeded_at: null }

/** Failures that are counted; past that the count stays where it is (I8). */
const failureLimit = 256

/** A sync ended at `at`. The very same facts when that is nothing new. */
export const syncEnded = (facts: SyncFacts, at: number, failed: boolean): SyncFacts => {
  if (!failed) {
    const succeeded_at = later(facts.succeeded_at, at)!
    if (succeeded_at === facts.succeeded_at) return facts
    return { ...facts, succeeded_at, failures: facts.failures.filter((failure) => failure > succeeded_at) }
  }
  if (at <= (later(facts.succeeded_at, facts.forgiven_at ?? null) ?? -Infinity)) return facts
  if (facts.failures.includes(at)) return facts
  return { ...facts, failures: [...facts.failures, at].sort((a, b) => a - b).slice(-failureLimit) }
}

/** Failures at or before `at` are over. The very same facts when that is nothing new. */
export const failuresForgiven = (facts: SyncFacts, at: number): SyncFacts =>
  at <= (later(facts.succeeded_at, facts.forgiven_at ?? null) ?? -Infinity)
    ? facts
    : { ...facts, forgiven_at: at, failures: facts.failures.filter((failure) => failure > at) }
