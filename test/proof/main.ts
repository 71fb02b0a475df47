/**
 * `npm run proof`: every randomised claim of the tests (support/claim.ts) on many more histories, with a word on progress while
 * it goes and a table at the end. `RUNS` histories of each, `SEED` to repeat a run. Ends with 1 where anything differed.
 */
import { availableParallelism } from "node:os"
import type { Reporter, TestCase } from "vitest/node"
import { startVitest } from "vitest/node"
import type { ClaimOutcome } from "../support/claim-outcome.ts"
import { progressNote } from "../support/claim-outcome.ts"
import { tableOf } from "./table.ts"

/** Histories of each property. */
const runs = 10_000
/** Milliseconds between two lines of progress. */
const pace = 5_000

process.env["RUNS"] ??= String(runs)
process.env["SEED"] ??= String(crypto.getRandomValues(new Uint32Array(1))[0]! % 2 ** 31)
process.env["PROOF"] = "1"

const started = performance.now()
const seconds = () => Math.round((performance.now() - started) / 1000)
const running = new Map<string, string>()
const ended: Array<TestCase> = []

const reporter: Reporter = {
  onTestCaseAnnotate: (test, { type, message }) => {
    if (type === progressNote) running.set(test.id, message)
  },
  onTestCaseResult: (test) => {
    running.delete(test.id)
    ended.push(test)
    console.log(`${seconds()} s  ${test.ok() ? "holds" : "DIFFERS"}: ${test.name}`)
  }
}

console.log(`${process.env["RUNS"]} histories of each property, SEED=${process.env["SEED"]}`)
const ticking = setInterval(() => {
  if (running.size > 0) console.log(`${seconds()} s  ${[...running.values()].join(" · ")}`)
}, pace)
const vitest = await startVitest([".property.test.ts"], {
  run: true,
  watch: false,
  reporters: [reporter],
  maxWorkers: availableParallelism()
})
clearInterval(ticking)

/** What differed stands in the causes. */
const wordsOf = ({ message, cause }: { readonly message: string; readonly cause?: unknown }): string =>
  cause instanceof Object && "message" in cause ? `${message}\n${wordsOf(cause as typeof cause & Error)}` : message

const faults = [
  ...ended.flatMap((test) => (test.result().errors ?? []).map((error) => `${test.name}\n${wordsOf(error)}`)),
  ...vitest.state.getUnhandledErrors().map(String),
  ...vitest.state.getTestModules().flatMap((module) => module.errors().map(({ message }) => message))
]
for (const fault of faults) console.error(`\n${fault}`)
const rows = ended.map((test) => ({
  outcome: test.meta().claim as ClaimOutcome | undefined,
  name: test.name,
  holds: test.ok(),
  seconds: (test.diagnostic()?.duration ?? 0) / 1000
}))
console.log(`\n${tableOf(rows)}\n\n${seconds()} s in all.`)
await vitest.close()
// A claim that told nothing was not tried.
const isProven = faults.length === 0 && rows.length > 0 && rows.every(({ holds, outcome }) => holds && outcome)
process.exit(isProven ? 0 : 1)
