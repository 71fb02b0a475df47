/** `npm run bench [scenario …] [-- --quick] [--json FILE]`: cost, each beside its floor, measured in the same run. */
import { cpus } from "node:os"
import { parseArgs } from "node:util"
import { pinning } from "./cores.ts"
import { benchBackfill } from "./backfill.ts"
import { benchCut } from "./cut.ts"
import { benchFanOut } from "./fan-out.ts"
import { benchGrowth } from "./growth.ts"
import { benchIngest } from "./ingest.ts"
import { benchLatency } from "./latency.ts"
import { benchMemory } from "./memory.ts"
import { benchRecovery } from "./recovery.ts"
import { Report } from "./report.ts"
import { benchTurn } from "./turn.ts"

const scenarios: Readonly<Record<string, (quick: boolean, report: Report) => void | Promise<void>>> = {
  turn: benchTurn,
  ingest: benchIngest,
  latency: benchLatency,
  recovery: benchRecovery,
  "fan-out": benchFanOut,
  cut: benchCut,
  memory: benchMemory,
  growth: benchGrowth,
  backfill: benchBackfill
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false }, json: { type: "string" } }
})
const unknown = positionals.filter((name) => !Object.hasOwn(scenarios, name))
if (unknown.length > 0) {
  console.error(`There is no scenario ${unknown.join(", ")}. There are: ${Object.keys(scenarios).join(", ")}.`)
  process.exit(2)
}

const machine = `Node ${process.version}, ${cpus().length} cores (${cpus()[0]!.model.trim()}), ${pinning}`
const report = new Report()
console.log(`${machine}. Median (least – greatest); ratios are taken round by round.`)
for (const name of positionals.length > 0 ? positionals : Object.keys(scenarios))
  await scenarios[name]!(values.quick, report)
if (values.json !== undefined) report.write(values.json, machine)
