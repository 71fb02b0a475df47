/** A Postgres of its own for a run, durable as it is shipped, on the sender's core; with a database for each server. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { administer } from "../test/support/fresh-cluster.ts"
import { startPostgres } from "../test/support/postgres-server.ts"
import { cores, pin } from "./cores.ts"

export interface Connection {
  run(statement: string): Promise<unknown>
  close(): Promise<void>
}

const connected = (url: string): Connection => {
  const runtime = ManagedRuntime.make(PgClient.layer({ url: Redacted.make(url), maxConnections: 1 }))
  return {
    run: (statement) => runtime.runPromise(Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe(statement))),
    close: () => runtime.dispose()
  }
}

/** A Postgres that a scenario may use. */
export interface BenchPostgres {
  /** The address of a new, empty database. */
  database(name: string): Promise<string>
  /** One statement in a database. */
  run(database: string, statement: string): Promise<unknown>
  /** A connection that stays: a look at the database costs little then. */
  connect(database: string): Connection
}

/** One that runs already. */
export const postgresOn = (url: string): BenchPostgres => ({
  database: async (name) => {
    await administer(url, `create database ${name}`)
    return `${url}/${name}`
  },
  run: (database, statement) => administer(url, statement, database),
  connect: (database) => connected(`${url}/${database}`)
})

export const newPostgres = async () => {
  const server = await startPostgres()
  // Processes that serve connections are forked from the first one, and stay on its cores.
  pin(Number(readFileSync(join(server.folder, "postmaster.pid"), "utf8").split("\n")[0]), cores.sender)
  return { ...postgresOn(server.url), stop: () => server.stop() }
}
