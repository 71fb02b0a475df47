/**
 * Databases as they are after the first start of ours: made once for a run of the tests, and copied where a test wants an empty
 * one. To make one takes seconds of computing, and dozens of files want one.
 */
import * as PgClient from "@effect/sql-pg/PgClient"
import { PGlite } from "@electric-sql/pglite"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type DatabaseOptions, layerDatabase } from "../../persistence/database/database.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"

/** Where workers find them: they get the environment of the process that made them. */
const variable = "SWITCHBOARD_FRESH_CLUSTER"
/** A database of the run's Postgres from which others are made. */
const template = "switchboard_fresh"

const started = (options: DatabaseOptions) => Effect.runPromise(Effect.scoped(Layer.build(layerDatabase(options))))
const migrated = (options: DatabaseOptions) =>
  Effect.runPromise(Effect.scoped(Layer.build(layerMigrated.pipe(Layer.provide(layerDatabase(options))))))

/** Of the embedded database: right after initdb; migrated; migrated, as one file. */
const initialised = "initialised"
const ready = "ready"
const dump = "ready.tar"

/** Makes them, the embedded ones and one on that Postgres. Answers what deletes the files. */
export const makeFreshCluster = async (postgresUrl: string): Promise<() => Promise<void>> => {
  const folder = await mkdtemp(join(tmpdir(), "switchboard-fresh-"))
  const at = (name: string) => ({ url: Option.none(), dataDir: join(folder, name) })
  await started(at(initialised))
  await cp(join(folder, initialised), join(folder, ready), { recursive: true })
  await migrated(at(ready))
  const pg = await PGlite.create(join(folder, ready, "postgres"))
  await writeFile(join(folder, dump), new Uint8Array(await (await pg.dumpDataDir("none")).arrayBuffer()))
  await pg.close()
  await administer(postgresUrl, `create database ${template}`)
  await migrated({ url: Option.some(Redacted.make(`${postgresUrl}/${template}`)), dataDir: "unused" })
  process.env[variable] = folder
  return () => rm(folder, { recursive: true, force: true })
}

const copied = async (name: string, dataDir: string): Promise<void> => {
  const folder = process.env[variable]
  if (folder !== undefined) await cp(join(folder, name, "postgres"), join(dataDir, "postgres"), { recursive: true })
}

/** Puts one right after initdb into a data directory; everything of ours, the migrations too, begins after it. */
export const copyInitialised = (dataDir: string): Promise<void> => copied(initialised, dataDir)

/** Puts a migrated one into a data directory; without one the first start makes its own. */
export const copyFreshCluster = (dataDir: string): Promise<void> => copied(ready, dataDir)

/** An embedded one in memory. */
export const inMemory = (): DatabaseOptions => {
  const folder = process.env[variable]
  return { url: Option.none(), dataDir: "memory://", ...(folder && { dump: join(folder, dump) }) }
}

/** Creates a database on a Postgres: a copy of the migrated one in a run of the tests, unless it is to be empty. */
export const createDatabase = (server: string, name: string, isEmpty: boolean): Promise<unknown> => {
  const isCopied = !isEmpty && process.env[variable] !== undefined
  return administer(server, `create database ${name}${isCopied ? ` template ${template}` : ""}`)
}

/** One statement on the server's own database: databases cannot be created from inside another one's transaction. */
export const administer = (server: string, statement: string, database = "postgres"): Promise<unknown> =>
  PgClient.PgClient.pipe(
    Effect.flatMap((sql) => sql.unsafe(statement)),
    Effect.provide(PgClient.layer({ url: Redacted.make(`${server}/${database}`), maxConnections: 1 })),
    Effect.runPromise
  )
