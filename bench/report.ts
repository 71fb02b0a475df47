/** What a run prints, and keeps for `--json`. */
import { writeFileSync } from "node:fs"

type Samples = Readonly<Record<string, ReadonlyArray<number>>>

export class Report {
  readonly #kept: Record<string, Record<string, Samples>> = {}

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

  write(file: string, machine: string): void {
    writeFileSync(
      file,
      `${JSON.stringify({ at: new Date().toISOString(), machine, scenarios: this.#kept }, null, 2)}\n`
    )
  }
}
