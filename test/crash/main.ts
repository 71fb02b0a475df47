/** `npm run crash -- --rounds 200`: kill -9 under load, again and again, on both databases. Ends with 1 when anything is lost, doubled or wrong. */
import { parseArgs } from "node:util"
import { onEach } from "../support/each-database.ts"
import type { Database } from "../support/fresh-databases.ts"
import { crash } from "./crash.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "200" },
    database: { type: "string", default: "both" },
    seed: { type: "string" }
  }
})
const rounds = Number(values.rounds)
if (values.seed !== undefined) process.env["SEED"] = values.seed

const run = async (database: Database): Promise<boolean> => {
  const started = Date.now()
  const result = await crash(database, rounds, (round, { cut, lost, doubled, drift, restartMs }) =>
    process.stderr.write(
      `  round ${round + 1} of ${rounds}: ${cut} under way at the kill, restart ${Math.round(restartMs)} ms, lost ${lost}, doubled ${doubled}, drift ${drift.length}   \r`
    )
  )
  console.log(
    `\nkill -9 on ${database.name}: ${result.rounds} rounds in ${Math.round((Date.now() - started) / 1000)} s, ${result.hit} of them with requests under way`
  )
  console.log(`  acknowledged ${result.acknowledged}, repeated after the kill ${result.repeated}`)
  console.log(`  lost ${result.lost}, doubled ${result.doubled}, drift ${result.drift.length}`)
  console.log(
    `  checkpoint, rows and journal were compared ${result.looks} times; in ${result.held} rounds the journal was locked for a while`
  )
  console.log(
    `  a restart took ${Math.round(result.restart.first)} ms in the first tenth, ${Math.round(result.restart.last)} ms in the last`
  )
  for (const line of result.drift.slice(0, 10)) console.log(`  ! ${line}`)
  return result.lost === 0 && result.doubled === 0 && result.drift.length === 0 && result.hit > rounds / 2
}

process.exitCode = (await onEach(values.database, run)) ? 0 : 1
