/** Starting and ending while Postgres is away. */
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Database } from "../support/databases.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import { type PostgresServer, startPostgres } from "../support/postgres-server.ts"
import { ask } from "../support/administrator.ts"

describe("the process", () => {
  let postgres: PostgresServer
  let database: Database
  beforeAll(async () => {
    postgres = await startPostgres()
    const options = { url: Option.some(Redacted.make(`${postgres.url}/postgres`)), dataDir: "unused" }
    database = { name: "postgres", make: async () => ({ options, close: async () => {} }) }
  })
  afterAll(() => postgres.stop())

  test("does not start on a read-only Postgres, nor without one: it says why, without the password, and ends with 1", async () => {
    await ask(`${postgres.url}/postgres`, "alter system set default_transaction_read_only = on")
    await ask(`${postgres.url}/postgres`, "select pg_reload_conf()")
    const onReadOnly = await failureOf(database)
    expect(onReadOnly).toMatch(/ended with 1 .*read-only transaction/s)
    await ask(`${postgres.url}/postgres`, "alter system reset default_transaction_read_only")
    await postgres.halt()
    const without = await failureOf(database)
    expect(without).toMatch(
      /ended with 1 .*the database at 127\.0\.0\.1:\d+\/postgres is unavailable.*check that it runs/s
    )
    for (const said of [onReadOnly, without]) expect(said).not.toContain("postgres:postgres@")
    await postgres.resume()
  })

  test("ends when it is asked to, though events wait for a Postgres that is away; their senders got no 200, and sent again they count once", async () => {
    const server = await startServer(database)
    const tenant = await server.tenant("stopping", "account")
    const payload = (n: number) =>
      message({ chat: "chat", id: `m-${n}`, at: Date.UTC(2026, 4, 4) + n, account: "account" })
    expect((await server.webhook(tenant, payload(0))).status).toBe(200)
    await postgres.halt()
    const waiting = [1, 2, 3].map((n) =>
      server.webhook(tenant, payload(n)).then(
        ({ status }) => status,
        () => "cut off"
      )
    )
    await new Promise((resolve) => setTimeout(resolve, 500))
    const before = performance.now()
    await server.stop()
    console.log(`the process ended after ${Math.round(performance.now() - before)} ms`)
    for (const each of await Promise.all(waiting)) expect(each).not.toBe(200)
    await postgres.resume()
    await server.restart()
    for (const n of [0, 1, 2, 3]) expect((await server.webhook(tenant, payload(n))).status).toBe(200)
    const { json } = await server.call("GET", "/v1/tenants/stopping/conversations/chat", tenant.key)
    expect([json.message_count, json.unread_count]).toEqual([4, 4])
    await server.close()
  }, 120_000)
})

/** What a start that fails says. */
const failureOf = async (database: Database): Promise<string> => {
  try {
    const server = await startServer(database)
    await server.close()
    return "it started"
  } catch (error) {
    return String(error)
  }
}
