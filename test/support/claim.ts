/**
 * Randomised claims: many histories from one seed, which is printed; what fails is shrunk. `SEED` repeats a run, `RUNS` says how
 * many histories are tried; `npm run proof` sets it and shows what is told here of progress and outcome.
 */
import fc from "fast-check"
import { test } from "vitest"
import type { ClaimOutcome } from "./claim-outcome.ts"
import { progressNote } from "./claim-outcome.ts"

export const seed = Number(process.env["SEED"] ?? Math.floor(performance.timeOrigin % 2 ** 31))

declare module "vitest" {
  interface TaskMeta {
    claim?: ClaimOutcome
  }
}

/** Milliseconds that a history may take at most on a busy machine; most take a twentieth of it. */
const patience = 200
const isWatched = process.env["PROOF"] !== undefined
/** Milliseconds between two progress notes. The loop breathes then too, so that the runner knows that we are alive. */
const pace = 1_000

interface Claim<A> {
  /** How many histories are tried when `RUNS` does not say. */
  readonly runs: number
  /** One of how many of `RUNS` is tried: more than one for a claim whose histories are expensive. */
  readonly oneOf?: number
  /** How much was said in a history. */
  readonly facts: (history: A) => number
}

export const runsOf = (runs: number, oneOf = 1): number => {
  const asked = process.env["RUNS"]
  return asked === undefined ? runs : Math.ceil(Number(asked) / oneOf)
}

/** Declares a test: `holds` throws for no history. */
export const claim = <A>(
  property: string,
  { runs, oneOf, facts }: Claim<A>,
  histories: fc.Arbitrary<A>,
  holds: (history: A) => void | Promise<void>
): void => {
  const numRuns = runsOf(runs, oneOf)
  const timeout = 60_000 + numRuns * (oneOf ?? 1) * patience
  test(`${property}, seed ${seed}`, { timeout }, async ({ task, annotate }) => {
    const tried = { histories: 0, facts: 0 }
    let failed = false
    let noted = performance.now()
    const checked = async (history: A) => {
      if (!failed) {
        tried.histories++
        tried.facts += facts(history)
        task.meta.claim = { property, ...tried, seed }
      }
      if (performance.now() - noted > pace) {
        noted = performance.now()
        if (isWatched) await annotate(`${property}: ${tried.histories} of ${numRuns}`, progressNote)
        await new Promise((resume) => setImmediate(resume))
      }
      try {
        await holds(history)
      } catch (cause) {
        failed = true
        throw cause
      }
    }
    await fc.assert(fc.asyncProperty(histories, checked), {
      numRuns,
      seed,
      // Where one history takes a second, shrinking takes an hour.
      endOnFailure: oneOf !== undefined,
      // What is found is told, however far it is shrunk; what is not tried is no proof.
      interruptAfterTimeLimit: timeout * 0.9,
      markInterruptAsFailure: true
    })
  })
}
