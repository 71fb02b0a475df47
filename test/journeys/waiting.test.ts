/** kill -9 while what waited for an account is being applied: each payload counts once, and none waits for ever (I1, I9). */
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Waiting } from "../../persistence/kept/waiting.ts"
import { databases, openPersistenceOn } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { type Server, startServer, type Tenant } from "../support/server.ts"
import { eventually } from "../support/eventually.ts"
import { message } from "../support/whatsapp.ts"

const start = Date.UTC(2026, 4, 4)
const room = { payloads: 1_000, bytes: 10_000_000 }

describe.each(databases)("on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database)
    acme = await server.tenant("acme", fixtureAccount)
  })
  afterAll(() => server.close())

  const made = (account: string, n: number) =>
    message({ chat: `chat-${account}`, id: `m-${account}-${n}`, at: start + n * 1000, account })

  const register = (account: string) =>
    server.call("PUT", `/v1/tenants/acme/connections/${account}`, acme.key, {
      channel_type: "whatsapp",
      account_name: "Late",
      user_id: "user-1"
    })

  const waiting = async (account: string): Promise<number> => {
    const { json } = await server.call("GET", `/v1/tenants/acme/waiting?account_id=${account}&limit=1`, acme.key)
    return json.accounts[0]?.payloads ?? 0
  }

  const count = async (account: string): Promise<number> =>
    (await server.call("GET", `/v1/tenants/acme/conversations/chat-${account}`, acme.key)).json.message_count

  it("killed in the middle of a registration's payloads, all are applied once after the restart, without another registration", async () => {
    const messages = 400
    for (let n = 0; n < messages; n += 50) {
      const batch = Array.from({ length: 50 }, (_, index) => server.webhook(acme, made("middle", n + index)))
      for (const { json } of await Promise.all(batch)) expect(json.outcome).toBe("waiting")
    }
    expect(await waiting("middle")).toBe(messages)
    const registration = register("middle").catch(() => null)
    await eventually(
      () => waiting("middle"),
      (left) => left < messages
    )
    await server.kill()
    expect(await registration).toBeNull()
    const { run, close } = await openPersistenceOn(server.options)
    const left = await run(Waiting.use((waiting) => waiting.accounts("acme", { account_id: "middle", limit: 1 })))
    await close()
    // The fault fired: some had left, some had not.
    expect(left[0]?.payloads).toBeGreaterThan(0)
    expect(left[0]?.payloads).toBeLessThan(messages)
    await server.restart()
    expect(
      await eventually(
        () => waiting("middle"),
        (still) => still === 0
      )
    ).toBe(0)
    expect(await count("middle")).toBe(messages)
  }, 180_000)

  it("killed between the application of a payload and its removal, it counts once", async () => {
    const payload = made("between", 1)
    expect((await server.webhook(acme, payload)).json.outcome).toBe("waiting")
    if (database.name === "postgres") await killedBeforeRemoval()
    else await removalUndone()
    await server.restart()
    expect(
      await eventually(
        () => waiting("between"),
        (still) => still === 0
      )
    ).toBe(0)
    expect(await count("between")).toBe(1)
    expect((await server.webhook(acme, payload)).json.outcome).toBe("duplicate")
  }, 180_000)

  /** Somebody holds the payload's row, so that the removal, and nothing before it, has to wait; then the process is killed. */
  const killedBeforeRemoval = () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql.withTransaction(
        Effect.gen(function* () {
          yield* sql`select 1 from waiting where account_id = 'between' for update`
          const registration = register("between").catch(() => null)
          const blocked = sql`
            select pid from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`
          while ((yield* blocked).length === 0) yield* Effect.sleep("10 millis")
          yield* Effect.promise(() => server.kill())
          // The statement of a client that is gone would go on once the row is free: it ends with its client.
          yield* sql`
            select pg_terminate_backend(pid) from pg_locks
            where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`
          while ((yield* blocked).length > 0) yield* Effect.sleep("10 millis")
          expect(yield* Effect.promise(() => registration)).toBeNull()
        })
      )
      // The fault fired: it is applied and durable, and it still waits.
      expect(yield* sql`select 1 from waiting where account_id = 'between'`).toHaveLength(1)
      const journaled = yield* sql`
        select 1 from journal where kind = 'message_received'
          and seq > (select max(seq) from journal where kind = 'connection_registered')`
      expect(journaled).toHaveLength(1)
    }).pipe(
      Effect.provide(PgClient.layer({ url: Option.getOrThrow(server.options.url), maxConnections: 1 })),
      Effect.runPromise
    )

  /** The embedded database has no second client: the row is put back after the kill, as a removal that did not happen leaves it. */
  const removalUndone = async () => {
    await register("between")
    expect(await count("between")).toBe(1)
    await server.kill()
    const { run, close } = await openPersistenceOn(server.options)
    const early = {
      tenant_id: "acme",
      account_id: "between",
      source: "unipile_webhook",
      body: new TextEncoder().encode(JSON.stringify(made("between", 1))),
      received_at: Date.now()
    }
    expect(Option.isSome(await run(Waiting.use((waiting) => waiting.addWithin(early, room))))).toBe(true)
    await close()
  }
})
