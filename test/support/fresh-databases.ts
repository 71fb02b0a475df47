/** Empty databases of their own, embedded or on a Postgres that runs already. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { copyFreshCluster } from "./fresh-cluster.ts"
import type { DatabaseOptions } from "../../persistence/database.ts"

/** An empty database of its own. */
export interface TestDatabase {
  readonly options: DatabaseOptions
  /** Deletes it. Whoever used it has closed it before. */
  close(): Promise<void>
}

export interface Database {
  readonly name: "pglite" | "postgres"
  make(): Promise<TestDatabase>
}

/** One statement on the server's own database: databases cannot be created from inside another one's transaction. */
const administer = (server: string, statement: string): Promise<unknown> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* sql`${sql.literal(statement)}`
  }).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(`${server}/postgres`), maxConnections: 1 })),
    Effect.runPromise
  )

/** Databases on the server at `url`, which is asked for when one is made. */
export const postgresAt = (url: () => string): Database => ({
  name: "postgres",
  make: async () => {
    const server = url()
    const name = `test_${randomUUID().replaceAll("-", "")}`
    await administer(server, `create database ${name}`)
    return {
      options: { url: Option.some(Redacted.make(`${server}/${name}`)), dataDir: "unused" },
      close: async () => {
        await administer(server, `drop database ${name} with (force)`)
      }
    }
  }
})

export const pglite: Database = {
  name: "pglite",
  make: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "switchboard-data-"))
    await copyFreshCluster(dataDir)
    return {
      options: { url: Option.none(), dataDir },
      close: () => rm(dataDir, { recursive: true, force: true })
    }
  }
}
