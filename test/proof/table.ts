/** What became of the claims, as a table for people. */
import type { ClaimOutcome } from "../support/claim-outcome.ts"

interface Row {
  readonly name: string
  readonly outcome: ClaimOutcome | undefined
  readonly holds: boolean
  readonly seconds: number
}

const number = (value: number) => value.toLocaleString("en-GB")
const head = ["property", "histories", "facts applied", "seed", "differences", "seconds"]

/** A claim ends at its first difference. */
export const tableOf = (rows: ReadonlyArray<Row>): string => {
  const lines = rows.map(({ name, outcome, holds, seconds }) => [
    outcome?.property ?? name,
    number(outcome?.histories ?? 0),
    number(outcome?.facts ?? 0),
    String(outcome?.seed ?? ""),
    holds ? "0" : "1",
    seconds.toFixed(1)
  ])
  const widths = head.map((title, column) => Math.max(title.length, ...lines.map((line) => line[column]!.length)))
  const text = (line: ReadonlyArray<string>) =>
    line.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join("  ")
  return [head, widths.map((width) => "─".repeat(width)), ...lines].map(text).join("\n")
}
