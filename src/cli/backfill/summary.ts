/** What a run has brought, for people. */
import { harmless, table } from "../table.ts"
import type { Finding } from "./source.ts"

interface Run {
  readonly counts: { readonly applied: number; readonly duplicate: number; readonly refused: number }
  readonly refusals: ReadonlyArray<Finding>
  readonly findings: ReadonlyArray<Finding>
  readonly dryRun: boolean
  /** How many of each list are named at most. */
  readonly named: number
}

const listed = (title: string, all: ReadonlyArray<Finding>, total: number, named: number): string => {
  if (total === 0) return ""
  const lines = all.slice(0, named).map(({ place, what }) => `  ${harmless(place)}: ${harmless(what)}`)
  const more = total - lines.length
  return `\n\n${title}\n${lines.join("\n")}${more > 0 ? `\n  and ${more} more` : ""}`
}

export const summary = ({ counts, refusals, findings, dryRun, named }: Run): string => {
  const { applied, duplicate, refused } = counts
  const rows = dryRun
    ? table(["GOOD", "REFUSED"], [[applied, refused]])
    : table(["APPLIED", "DUPLICATE", "REFUSED"], [[applied, duplicate, refused]])
  const title = dryRun ? "Nothing was written.\n\n" : ""
  return `${title}${rows}${listed("Refused:", refusals, refused, named)}${listed("Found in the source:", findings, findings.length, named)}`
}
