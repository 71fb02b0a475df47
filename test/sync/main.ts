/**
 * `npm run sync-crash`: a history of 2,000 chats and some 100,000 messages, fetched by a process that is killed five times. Shared out
 * among eight accounts, since each has a budget of 800 calls an hour. `--database pglite|postgres|both`, `--kills`, `--chats`.
 */
import { parseArgs } from "node:util"
import { onEach } from "../support/each-database.ts"
import { differences, killedHistory } from "./killed.ts"

const { values } = parseArgs({
  options: {
    database: { type: "string", default: "both" },
    kills: { type: "string", default: "5" },
    chats: { type: "string", default: "2000" },
    seed: { type: "string", default: String(Math.floor(performance.timeOrigin % 2 ** 31)) }
  }
})
const accounts = 8
const seed = Number(values.seed)

const held = await onEach(values.database, async (database) => {
  console.log(`sync-crash on ${database.name}: SEED ${seed}`)
  const plan = {
    seed,
    accounts,
    chats: Math.ceil(Number(values.chats) / accounts),
    messages: 50,
    kills: Number(values.kills),
    repeats: 2_000,
    late: 500
  }
  const outcome = await killedHistory(database, plan, (line) => console.log(`  ${line}`))
  const wrong = differences(outcome)
  const unfinished = outcome.jobs.filter(({ status }) => status !== "completed")
  for (const line of wrong.slice(0, 20)) console.log(`  DIFFERS ${line}`)
  for (const { id, error_message } of unfinished) console.log(`  NOT COMPLETED ${id}: ${error_message}`)
  const found = outcome.jobs.reduce((sum, { messages_found }) => sum + messages_found, 0)
  console.log(
    `  ${outcome.held} messages held at the beginning, ${found} found, ${outcome.calls} calls, ${outcome.seconds} s, ${wrong.length} of ${Object.keys(outcome.told).length} chats differ`
  )
  return wrong.length === 0 && unfinished.length === 0
})
process.exit(held ? 0 : 1)
