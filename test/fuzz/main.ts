/** `npm run fuzz -- --payloads 100000 --database both`: the fuzz run at full length. Ends with 1 when a payload ended in none of the five ways, or something changed. */
import { parseArgs } from "node:util"
import { onEach } from "../support/each-database.ts"
import type { Database } from "../support/fresh-databases.ts"
import type { FuzzResult } from "./fuzz.ts"
import { fuzz } from "./fuzz.ts"

const { values } = parseArgs({
  options: {
    payloads: { type: "string", default: "100000" },
    database: { type: "string", default: "pglite" },
    seed: { type: "string" }
  }
})
const payloads = Number(values.payloads)

/** Payloads of one server: what nobody can read is kept, and a tenant's quarantine has a limit. */
const perServer = 10_000

const run = async (database: Database): Promise<boolean> => {
  const started = Date.now()
  const results: Array<FuzzResult> = []
  for (let done = 0; done < payloads; done += perServer) {
    if (values.seed !== undefined) process.env["SEED"] = String(Number(values.seed) + done)
    const tell = (some: number) => process.stderr.write(`  ${done + some} of ${payloads}   \r`)
    results.push(await fuzz(database, Math.min(perServer, payloads - done), tell))
  }
  const sum = (of: (one: FuzzResult) => number) => results.reduce((total, one) => total + of(one), 0)
  const ends = new Map<string, number>()
  for (const result of results) for (const [end, count] of result.ends) ends.set(end, (ends.get(end) ?? 0) + count)
  const wrong = results.flatMap((one) => one.wrong)
  const changed = results.flatMap((one) => one.changed)
  const complaints = results.flatMap((one) => one.complaints)
  const [honest, counted] = [sum((one) => one.honest), sum((one) => one.honestCounted)]
  console.log(
    `\nFuzz on ${database.name}: ${sum((one) => one.payloads)} payloads in ${Math.round((Date.now() - started) / 1000)} s, ${results.length} kills`
  )
  for (const [end, count] of [...ends].sort((a, b) => b[1] - a[1]))
    console.log(`  ${String(count).padStart(8)}  ${end}`)
  console.log(`  ${String(wrong.length).padStart(8)}  in none of these ways`)
  console.log(`  honest messages: ${honest} answered, ${counted} counted`)
  console.log(
    `  conversations before and after kill -9: ${sum((one) => one.compared)} compared, ${changed.length} changed`
  )
  console.log(`  complaints of the server: ${complaints.length}`)
  for (const line of [...wrong.slice(0, 5), ...changed.slice(0, 5), ...complaints.slice(0, 5)])
    console.log(`  ! ${line}`)
  return wrong.length + changed.length + complaints.length === 0 && honest === counted
}

process.exitCode = (await onEach(values.database, run)) ? 0 : 1
