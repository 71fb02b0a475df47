/** A real server on a frail Postgres, behind a proxy that can slow it down. */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { Database } from "../support/fresh-databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { startServer } from "../support/server.ts"
import { startProxy } from "./delaying-proxy.ts"
import { startFrailPostgres } from "./frail-postgres.ts"

/** Events that may wait: few, so that the limit is met. */
export const mailbox = 300
const database = "outage"

export const startOutageHouse = async () => {
  const postgres = await startFrailPostgres()
  await postgres.prepare(database)
  const proxy = await startProxy(postgres.port)
  const frail: Database = {
    name: "postgres",
    make: async () => ({
      options: { url: Option.some(Redacted.make(postgres.urlAt(database, proxy.port))), dataDir: "unused" },
      close: async () => {}
    })
  }
  const server = await startServer(frail, {
    SWITCHBOARD_MAILBOX_LIMIT: String(mailbox),
    SWITCHBOARD_SNAPSHOT_INTERVAL: "1 second"
  })
  const tenant = await server.tenant("acme", fixtureAccount)
  const disk = await postgres.prepareSmallDisk(database)
  return {
    server,
    tenant,
    parts: { postgres, proxy, database },
    disk,
    close: async () => {
      await server.close()
      await proxy.close()
      await postgres.close()
    }
  }
}
