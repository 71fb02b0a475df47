/** `npm run bench`: every benchmark, each beside its floor, measured in the same run. */
import { cpus } from "node:os"
import { benchIngest } from "./ingest.ts"
import { benchTurn } from "./turn.ts"

console.log(
  `Node ${process.version}, ${cpus().length} cores. Median (least – greatest); ratios are taken round by round.`
)
benchTurn()
await benchIngest()
