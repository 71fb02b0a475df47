/**
 * `npm run outage`: a running Switchboard under load while its Postgres fails in every way we know, one after the other.
 * `--seconds 60` is how long each fault lasts; `--only slow,stopped` runs some. Ends with 1 when a claim does not hold.
 */
import { parseArgs } from "node:util"
import { possibleHere } from "./faults/all.ts"
import { openHouse } from "./house.ts"
import { print } from "./print.ts"
import { perSecond } from "./provider.ts"
import { runRound } from "./round.ts"

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" }, only: { type: "string" } } })
const seconds = Number(values.seconds)
const only = values.only?.split(",")

const faults = (await possibleHere()).filter(
  ({ name }) => only === undefined || only.some((each) => name.startsWith(each))
)
// Half of what comes in during a fault finds room, half is refused.
const house = await openHouse(Math.ceil((seconds * perSecond) / 2))
let violations = 0
try {
  for (const [index, fault] of faults.entries()) {
    const report = await runRound(fault, house.placeOf(fault), `round-${index}`, seconds)
    print(report)
    violations += report.violations.length
  }
} finally {
  await house.close()
}
console.log(violations === 0 ? "\nEvery claim held." : `\n${violations} claims did not hold.`)
process.exit(violations === 0 ? 0 : 1)
