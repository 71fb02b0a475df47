/** The databases that every claim about persistence is tested on: `describe.each(databases)("…on $name", …)`. */
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import { inject } from "vitest"
import { type DatabaseOptions, layerDatabase } from "../../persistence/database/database.ts"
import { layer } from "../../persistence/layer.ts"
import { layerMigrated } from "../../persistence/database/migrated.ts"
import type { Database } from "./fresh-databases.ts"
import { pglite, postgresAt } from "./fresh-databases.ts"

export type { Database, TestDatabase } from "./fresh-databases.ts"

export const databases: ReadonlyArray<Database> = [pglite, postgresAt(() => inject("postgresUrl"))]

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
