/** Long runs on the embedded database, on a Postgres that is started for them, or on one after the other. */
import type { Database } from "./fresh-databases.ts"
import { pglite, postgresAt } from "./fresh-databases.ts"
import { startPostgres } from "./postgres-server.ts"

/** Whether every run held. `which`: pglite, postgres, or both. */
export const onEach = async (which: string, run: (database: Database) => Promise<boolean>): Promise<boolean> => {
  if (!["pglite", "postgres", "both"].includes(which))
    throw new Error(`--database ${which} is unknown: say pglite, postgres or both`)
  const held = which === "postgres" || (await run(pglite))
  if (which === "pglite") return held
  const postgres = await startPostgres(["--encoding=UTF8", "--locale=C"])
  try {
    return (await run(postgresAt(() => postgres.url))) && held
  } finally {
    await postgres.stop()
  }
}
