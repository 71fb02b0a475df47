/** What a run prints, and keeps for `--json`. */
import { writeFileSync } from "node:fs"

export type Samples = Readonly<Record<string, ReadonlyArray<number>>>
/** Scenario, then what was measured in it, then each figure round by round; of a line, its points by their place on the axis. */
export type Kept = Readonly<Record<string, Readonly<Record<string, Samples>>>>
/** The file of `--json`. */
export interface ReportFile {
  readonly at: string
  readonly machine: string
  readonly scenarios: Kept
}

export class Report {
  readonly #kept: Record<string, Record<string, Samples>> = {}

  /** What goes on at the moment; the next line takes its place. */
  step(text: string): void {
    process.stderr.write(`  ${text}\u001b[K\r`)
  }

  head(text: string): void {
    console.log(`\n${text}`)
  }

  line(name: string, text: string): void {
    console.log(`  ${name.padEnd(32)} ${text}`)
  }

  /** The samples themselves, round by round. */
  keep(scenario: string, target: string, samples: Samples): void {
    this.#kept[scenario] = { ...this.#kept[scenario], [target]: samples }
  }

  get kept(): Kept {
    return this.#kept
  }

  write(file: string, machine: string): void {
    const written: ReportFile = { at: new Date().toISOString(), machine, scenarios: this.#kept }
    writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`)
  }
}
