/** The databases that every claim about persistence is tested on: `describe.each(databases)("…on $name", …)`. */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { inject } from "vitest"
import { type DatabaseOptions, layerDatabase } from "../../persistence/database.ts"
import { layer } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/migrated.ts"

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
const administer = (statement: string): Promise<unknown> =>
  Effect.gen(function* () {
    const sql = yield* PgClient.PgClient
    yield* sql`${sql.literal(statement)}`
  }).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(`${inject("postgresUrl")}/postgres`), maxConnections: 1 })),
    Effect.runPromise
  )

const postgres: Database = {
  name: "postgres",
  make: async () => {
    const name = `test_${randomUUID().replaceAll("-", "")}`
    await administer(`create database ${name}`)
    return {
      options: { url: Option.some(Redacted.make(`${inject("postgresUrl")}/${name}`)), dataDir: "unused" },
      close: async () => {
        await administer(`drop database ${name} with (force)`)
      }
    }
  }
}

const pglite: Database = {
  name: "pglite",
  make: async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "switchboard-data-"))
    return {
      options: { url: Option.none(), dataDir },
      close: () => rm(dataDir, { recursive: true, force: true })
    }
  }
}

export const databases: ReadonlyArray<Database> = [pglite, postgres]

/** All of persistence on a database that is there already. */
export const openPersistenceOn = async (options: DatabaseOptions) => {
  const runtime = ManagedRuntime.make(
    layer.pipe(Layer.provideMerge(layerMigrated), Layer.provideMerge(layerDatabase(options)))
  )
  return { run: runtime.runPromise, close: () => runtime.dispose() }
}

/** All of persistence on a fresh, migrated database, and a way to run effects on it. Dispose it after the last test. */
export const openPersistence = async (database: Database) => {
  const { options, close } = await database.make()
  const runtime = await openPersistenceOn(options)
  return {
    options,
    run: runtime.run,
    close: async () => {
      await runtime.close()
      await close()
    }
  }
}
export type Persistence = Awaited<ReturnType<typeof openPersistence>>
