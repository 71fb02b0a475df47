/** Empty databases of their own, embedded or on a Postgres that runs already. */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { administer, copyFreshCluster, copyInitialised, createDatabase } from "./fresh-cluster.ts"
import type { DatabaseOptions } from "../../persistence/database/database.ts"

/** An empty database of its own. */
export interface TestDatabase {
  readonly options: DatabaseOptions
  /** Deletes it. Whoever used it has closed it before. */
  close(): Promise<void>
}

export interface Database {
  readonly name: "pglite" | "postgres"
  /** As it is after a first start; `empty`: as it is before any. */
  make(from?: "empty"): Promise<TestDatabase>
}

/** Databases on the server at `url`, which is asked for when one is made. */
export const postgresAt = (url: () => string): Database => ({
  name: "postgres",
  make: async (from) => {
    const server = url()
    const name = `test_${randomUUID().replaceAll("-", "")}`
    await createDatabase(server, name, from === "empty")
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
  make: async (from) => {
    const dataDir = await mkdtemp(join(tmpdir(), "switchboard-data-"))
    await (from === "empty" ? copyInitialised(dataDir) : copyFreshCluster(dataDir))
    return {
      options: { url: Option.none(), dataDir },
      close: () => rm(dataDir, { recursive: true, force: true })
    }
  }
}
