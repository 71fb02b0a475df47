/**
 * A real Postgres for one run of the tests: started before the first test file, stopped and deleted after the last.
 * Its address reaches the test files as `inject("postgresUrl")`. And what databases are copied from (fresh-cluster.ts).
 */
import type { TestProject } from "vitest/node"
import { makeFreshCluster } from "./fresh-cluster.ts"
import type { PostgresServer } from "./postgres-server.ts"
import { startPostgres } from "./postgres-server.ts"

declare module "vitest" {
  export interface ProvidedContext {
    /** The server, with the rights to create databases; no database name in it. */
    postgresUrl: string
  }
}

let postgres: PostgresServer | null = null
let deleteCluster: (() => Promise<void>) | null = null

export const setup = async (project: TestProject): Promise<void> => {
  postgres = await startPostgres(["--encoding=UTF8", "--locale=C", "--no-sync"])
  project.provide("postgresUrl", postgres.url)
  deleteCluster = await makeFreshCluster(postgres.url)
}

export const teardown = async (): Promise<void> => {
  await postgres?.stop()
  await deleteCluster?.()
}
