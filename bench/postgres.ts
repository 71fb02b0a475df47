/** A Postgres of its own for a run, durable as it is shipped, on the sender's core; with a database for each server. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { administer } from "../test/support/fresh-cluster.ts"
import { startPostgres } from "../test/support/postgres-server.ts"
import { cores, pin } from "./cores.ts"

export const newPostgres = async () => {
  const server = await startPostgres()
  // Processes that serve connections are forked from the first one, and stay on its cores.
  pin(Number(readFileSync(join(server.folder, "postmaster.pid"), "utf8").split("\n")[0]), cores.sender)
  return {
    /** The address of a new, empty database. */
    database: async (name: string): Promise<string> => {
      await administer(server.url, `create database ${name}`)
      return `${server.url}/${name}`
    },
    /** One statement in a database. */
    run: (database: string, statement: string): Promise<unknown> => administer(server.url, statement, database),
    stop: () => server.stop()
  }
}
