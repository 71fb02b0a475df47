/** `npm run outage -- --seconds 60`: a real Postgres stopped, slow, out of connections, read-only, full, each under load. Ends with 1 when a promise is broken. */
import { parseArgs } from "node:util"
import { startOutageHouse } from "./house.ts"
import { outage, violations } from "./outage.ts"
import { scenarios } from "./scenarios.ts"

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, rate: { type: "string", default: "50" } }
})
const [seconds, rate] = [Number(values.seconds), Number(values.rate)]
const house = await startOutageHouse()
const broken: Array<string> = []
try {
  console.log(`Postgres away: ${seconds} s each, ${rate} webhooks/s, one viewer; a full disk is ${house.disk}`)
  for (const scenario of scenarios) {
    process.stderr.write(`  ${scenario.name} …\r`)
    const result = await outage(house.server, house.tenant, house.parts, scenario, { seconds, rate })
    broken.push(...violations(result, scenario))
    console.log(`\n${scenario.name}   (a probe saw: ${result.evidence})`)
    console.log(
      `  posted ${result.posted}; meanwhile: sent ${result.sentMeanwhile}, shown on the feed ${result.shownMeanwhile}, answered ${result.answeredMeanwhile}`
    )
    console.log(
      `  503s ${result.refused}, longest wait ${Math.round(result.longestWaitMs)} ms, patches ${result.patches}`
    )
    console.log(
      `  readyz ${result.ready.before}, then ${[...new Set(result.ready.during)].join("/")}, then ${result.ready.after}; livez ${[...new Set(result.alive)].join("/")}`
    )
    console.log(
      `  lost ${result.lost}, doubled ${result.doubled}, still waiting ${result.mailboxAfter}, in no cut ${result.behindAfter}`
    )
  }
} finally {
  await house.close()
}
for (const line of broken) console.log(`BROKEN  ${line}`)
process.exitCode = broken.length === 0 ? 0 : 1
