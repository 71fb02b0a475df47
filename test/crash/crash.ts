/** A run of rounds on one database, with its sums. */
import type { Database } from "../support/fresh-databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { random } from "../support/seeded.ts"
import { startServer } from "../support/server.ts"
import { Crash } from "./round.ts"
import type { RoundResult } from "./round.ts"
import { rowsDiffer } from "./rows.ts"
import { Witness } from "./witness.ts"

/** Acts of a round, repeats not counted. */
const actsPerRound = 300

export interface CrashResult {
  readonly rounds: number
  /** Rounds in which requests were under way when the process died. */
  readonly hit: number
  readonly acknowledged: number
  readonly repeated: number
  readonly lost: number
  readonly doubled: number
  readonly drift: ReadonlyArray<string>
  /** How often checkpoint, rows and journal were compared. */
  readonly looks: number
  /** Rounds in which the journal was locked for a while. */
  readonly held: number
  /** Milliseconds of the restarts: first tenth and last tenth, medians. */
  readonly restart: { readonly first: number; readonly last: number }
}

export const crash = async (
  database: Database,
  rounds: number,
  tell: (round: number, result: RoundResult) => void = () => {}
): Promise<CrashResult> => {
  const next = random(`crash on ${database.name}`)
  const server = await startServer(database, { SWITCHBOARD_SNAPSHOT_INTERVAL: "50 millis" })
  const witness = new Witness(server.options)
  try {
    const tenant = await server.tenant("acme", fixtureAccount)
    await server.call("PUT", `/v1/tenants/acme/connections/${fixtureAccount}/rate-limit`, tenant.key, {
      rate_limit_per_hour: 100_000
    })
    const run = new Crash(server, tenant, witness, next)
    const results: Array<RoundResult> = []
    for (let round = 0; round < rounds; round++) {
      const result = await run.round(round, actsPerRound)
      results.push(result)
      tell(round, result)
    }
    const whole = await run.whole()
    await server.stop()
    const rows = await rowsDiffer(server.options, run.model)
    const sum = (of: (one: RoundResult) => number) => results.reduce((total, one) => total + of(one), 0)
    const tenth = Math.max(1, Math.floor(rounds / 10))
    const median = (some: ReadonlyArray<RoundResult>) =>
      some.map(({ restartMs }) => restartMs).sort((a, b) => a - b)[Math.floor(some.length / 2)]!
    return {
      rounds,
      hit: results.filter(({ cut }) => cut > 0).length,
      acknowledged: sum((one) => one.acknowledged),
      repeated: sum((one) => one.repeated),
      lost: sum((one) => one.lost),
      doubled: sum((one) => one.doubled),
      drift: [...results.flatMap(({ drift }) => drift), ...whole, ...rows],
      looks: witness.looks,
      held: results.filter(({ held }) => held).length,
      restart: { first: median(results.slice(0, tenth)), last: median(results.slice(-tenth)) }
    }
  } finally {
    await witness.close()
    await server.close()
  }
}
