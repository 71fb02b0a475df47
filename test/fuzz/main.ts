/** `npm run fuzz -- --payloads 100000 --database both`: the fuzz run at full length. Ends with 1 when a payload ended in none of the five ways, or something changed. */
import { parseArgs } from "node:util"
import type { Database } from "../support/fresh-databases.ts"
import { pglite, postgresAt } from "../support/fresh-databases.ts"
import { startPostgres } from "../support/postgres-server.ts"
import { fuzz } from "./fuzz.ts"

const { values } = parseArgs({
  options: {
    payloads: { type: "string", default: "100000" },
    database: { type: "string", default: "pglite" },
    seed: { type: "string" }
  }
})
const payloads = Number(values.payloads)
if (values.seed !== undefined) process.env["SEED"] = values.seed

const run = async (database: Database): Promise<boolean> => {
  const started = Date.now()
  const result = await fuzz(database, payloads, (done) => process.stderr.write(`  ${done} of ${payloads}   \r`))
  const ends = [...result.ends].sort((a, b) => b[1] - a[1])
  console.log(
    `\nFuzz on ${database.name}: ${result.payloads} payloads in ${Math.round((Date.now() - started) / 1000)} s`
  )
  for (const [end, count] of ends) console.log(`  ${String(count).padStart(8)}  ${end}`)
  console.log(`  ${String(result.wrong.length).padStart(8)}  in none of these ways`)
  console.log(`  honest messages: ${result.honest} answered, ${result.honestCounted} counted`)
  console.log(`  conversations after kill -9: ${result.compared} compared, ${result.changed.length} changed`)
  console.log(`  complaints of the server: ${result.complaints.length}`)
  for (const line of [...result.wrong.slice(0, 5), ...result.changed.slice(0, 5), ...result.complaints.slice(0, 5)])
    console.log(`  ! ${line}`)
  return (
    result.wrong.length === 0 &&
    result.honest === result.honestCounted &&
    result.changed.length === 0 &&
    result.complaints.length === 0
  )
}

let holds = true
if (values.database !== "postgres") holds = await run(pglite)
if (values.database !== "pglite") {
  const postgres = await startPostgres(["--encoding=UTF8", "--locale=C"])
  try {
    holds = (await run(postgresAt(() => postgres.url))) && holds
  } finally {
    await postgres.stop()
  }
}
process.exitCode = holds ? 0 : 1
