/** A report as people read it. */
import type { Report } from "./round.ts"
import type { ScenarioReport } from "./scenarios.ts"

export const print = (report: Report): void => {
  const { asked, violations, ...r } = report
  console.log(`\n${r.fault}: ${r.seconds} s; ${r.proof}`)
  console.log(
    `  posted ${r.posted}, answered 200 during the fault ${r.answeredDuring}, waited ${r.waited}, refused 503 ${r.refused}`
  )
  console.log(`  feed patches during the fault ${r.patchesDuring}; lost ${r.lost}, doubled ${r.doubled}`)
  console.log(
    `  readyz during ${r.readyDuring}, after ${r.readyAfter}; longest wait ${r.longestWait} ms, all answered ${r.recovery} ms after the cure`
  )
  for (const { what, answer, ms } of asked) console.log(`  ${what}: ${answer} in ${ms} ms`)
  for (const violation of violations) console.log(`  VIOLATED: ${violation}`)
}

/** `null`: it cannot be run here. */
export const printScenario = (name: string, report: ScenarioReport | null): void => {
  console.log(`\n${name}`)
  if (report === null) return console.log("  not possible here: this user may not mount a file system")
  const { violations, ...figures } = report
  for (const [figure, value] of Object.entries(figures)) console.log(`  ${figure}: ${String(value)}`)
  for (const violation of violations) console.log(`  VIOLATED: ${violation}`)
}
