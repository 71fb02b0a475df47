/** `npm run bench-charts -- FILE [FOLDER]`: draws what a file of `--json` holds; into docs/benchmarks when no folder is named. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ReportFile } from "../report.ts"
import { drawn } from "./charts.ts"

const [file, folder = "docs/benchmarks"] = process.argv.slice(2)
if (file === undefined) {
  console.error("usage: npm run bench-charts -- FILE [FOLDER]")
  process.exit(2)
}
const { scenarios } = JSON.parse(readFileSync(file, "utf8")) as ReportFile
mkdirSync(folder, { recursive: true })
for (const [name, svg] of drawn(scenarios)) {
  const path = join(folder, `${name}.svg`)
  writeFileSync(path, svg)
  console.log(path)
}
