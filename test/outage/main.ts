/**
 * `npm run outage`: a running Switchboard under load while its Postgres fails in every way we know, one after the other; then
 * failover, a frozen process, a clock that is set, a full disk under the embedded database.
 * `--seconds 60` is how long each fault lasts; `--only slow,stopped` runs some. Ends with 1 when a claim does not hold.
 */
import { parseArgs } from "node:util"
import { possibleHere } from "./faults/all.ts"
import { startPostgres } from "../support/postgres-server.ts"
import { postgresAt } from "../support/fresh-databases.ts"
import { openHouse } from "./house.ts"
import { print, printScenario } from "./print.ts"
import { perSecond } from "./provider.ts"
import { runRound } from "./round.ts"
import { scenariosOn } from "./scenarios.ts"

const { values } = parseArgs({ options: { seconds: { type: "string", default: "60" }, only: { type: "string" } } })
const seconds = Number(values.seconds)
const only = values.only?.split(",")

const isWanted = ({ name }: { readonly name: string }) =>
  only === undefined || only.some((each) => name.startsWith(each))
let violations = 0

const faults = (await possibleHere()).filter(isWanted)
// Half of what comes in during a fault finds room, half is refused.
const house = await openHouse(Math.ceil((seconds * perSecond) / 2))
try {
  for (const [index, fault] of faults.entries()) {
    const report = await runRound(fault, house.placeOf(fault), `round-${index}`, seconds)
    print(report)
    violations += report.violations.length
  }
} finally {
  await house.close()
}

const postgres = await startPostgres(["--encoding=UTF8", "--locale=C", "--no-sync"])
try {
  for (const scenario of scenariosOn(postgresAt(() => postgres.url)).filter(isWanted)) {
    const report = (await scenario.isPossible()) ? await scenario.run(seconds) : null
    printScenario(scenario.name, report)
    violations += report?.violations.length ?? 0
  }
} finally {
  await postgres.stop()
}
console.log(violations === 0 ? "\nEvery claim held." : `\n${violations} claims did not hold.`)
process.exit(violations === 0 ? 0 : 1)
