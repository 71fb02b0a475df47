/** A Postgres of its own, a proxy before it, and two running servers: one that reaches it directly, one through the proxy. */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { randomUUID } from "node:crypto"
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts"
import { startServer } from "../support/server.ts"
import { ask } from "../support/administrator.ts"
import type { Fault, Place } from "./fault.ts"
import { startProxy } from "./proxy.ts"

/** Few, so that all of them can be taken. */
const connections = 24

/** A fresh database on it, reached at `port`. */
const databaseOn = async (postgres: PostgresServer, port: number) => {
  const name = `outage_${randomUUID().replaceAll("-", "")}`
  await ask(`${postgres.url}/postgres`, `create database ${name}`)
  const at = (where: number) => `postgres://postgres:postgres@127.0.0.1:${where}/${name}`
  const options = { url: Option.some(Redacted.make(at(port))), dataDir: "unused" }
  return {
    url: at(postgres.port),
    database: { name: "postgres" as const, make: async () => ({ options, close: async () => {} }) }
  }
}

/** `mailbox`: events of a tenant that may wait for the database. */
export const openHouse = async (mailbox: number) => {
  const postgres = await startPostgres(
    ["--encoding=UTF8", "--locale=C", "--no-sync"],
    ["-c", `max_connections=${connections}`, "-c", "superuser_reserved_connections=0"]
  )
  const proxy = await startProxy(postgres.port)
  const settings = { SWITCHBOARD_MAILBOX_LIMIT: String(mailbox), SWITCHBOARD_SNAPSHOT_INTERVAL: "1 second" }
  const open = async (port: number): Promise<Place> => {
    const { url, database } = await databaseOn(postgres, port)
    return { postgres, proxy, url, server: await startServer(database, settings) }
  }
  const [direct, proxied] = await Promise.all([open(postgres.port), open(proxy.port)])
  return {
    placeOf: (fault: Fault): Place => (fault.throughProxy === true ? proxied : direct),
    close: async () => {
      await Promise.all([direct.server.close(), proxied.server.close()])
      await proxy.close()
      await postgres.stop()
    }
  }
}
export type House = Awaited<ReturnType<typeof openHouse>>
