import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { databases } from "../support/databases.ts"
import { eventually } from "../support/eventually.ts"
import { accountId, chatId, deliver, register, type Tenant, tenantWithAccount } from "./account.ts"
import type { Edge } from "./edge.ts"
import { edgeOn, messageOf } from "./kept.ts"

describe.each(databases)("what waits for its account on $name", (database) => {
  let edge: Edge
  beforeAll(async () => {
    edge = await edgeOn(database)
  })
  afterAll(() => edge.close())

  const at = ({ id, key }: Tenant) => {
    const base = `/v1/tenants/${id}/waiting`
    return {
      list: (query = "") => edge.call("GET", `${base}${query}`, { key }),
      get: (one: string) => edge.call("GET", `${base}/${one}`, { key }),
      replay: (account: string) => edge.call("POST", `${base}/${account}/replay`, { key }),
      remove: (one: string) => edge.call("DELETE", `${base}/${one}`, { key })
    }
  }
  const count = async ({ id, key }: Tenant) =>
    (await edge.call("GET", `/v1/tenants/${id}/conversations/${chatId}`, { key })).json.message_count

  test("is listed by account, in pages, and shown with its bytes", async () => {
    const acme = await edge.tenant("early")
    const { list, get } = at(acme)
    for (let n = 0; n < 3; n++) await deliver(edge, acme, messageOf(`m-${n}`))
    const { json } = await deliver(edge, acme, messageOf("x", { account_id: "other" }))
    await deliver(edge, acme, messageOf("x", { account_id: "other" }))
    const all = (await list()).json
    expect(all.accounts).toEqual([
      { account_id: accountId, payloads: 3, oldest_received_at: expect.stringMatching(/Z$/) },
      { account_id: "other", payloads: 1, oldest_received_at: expect.stringMatching(/Z$/) }
    ])
    expect(all.items).toHaveLength(4)
    expect(all.items[0]).not.toHaveProperty("body")
    const first = (await list("?limit=3")).json
    const rest = (await list(`?limit=3&cursor=${first.next_cursor}`)).json
    expect([...first.items, ...rest.items]).toEqual(all.items)
    expect(rest.next_cursor).toBeNull()
    const other = (await list("?account_id=other")).json
    expect(other).toMatchObject({ items: [{ id: json.id }], accounts: [{ account_id: "other" }] })
    const shown = (await get(json.id)).json
    expect(shown).toMatchObject({
      account_id: "other",
      source: "unipile_webhook",
      encoding: "utf8",
      now: { readable: true, events: ["message_received"] }
    })
    expect(JSON.parse(shown.body)).toEqual(messageOf("x", { account_id: "other" }))
  })

  test("cannot be replayed before the registration, and is deleted with a line in the audit trail", async () => {
    const acme = await edge.tenant("unregistered")
    const { list, replay, remove } = at(acme)
    const { json } = await deliver(edge, acme, messageOf("m-1"))
    expect(await replay(accountId)).toMatchObject({ status: 422, json: { code: "account_unknown" } })
    expect((await list()).json.items).toHaveLength(1)
    const stranger = await edge.tenant("stranger")
    expect((await at(stranger).remove(json.id)).status).toBe(404)
    expect(await remove(json.id)).toMatchObject({ status: 200, json: { outcome: "applied" } })
    expect((await remove(json.id)).status).toBe(404)
    expect((await list()).json).toEqual({ accounts: [], items: [], next_cursor: null })
    const audit = await edge.call("GET", `/v1/tenants/unregistered/audit?entity=${json.id}`, { key: acme.key })
    expect(audit.json.items).toMatchObject([{ action: "payload_deleted", entity_kind: "waiting" }])
  })

  test("is applied whole by a registration, more than a page of it, and what cannot be applied goes to quarantine", async () => {
    const acme = await edge.tenant("many")
    const messages = 70
    await Promise.all(Array.from({ length: messages }, (_, n) => deliver(edge, acme, messageOf(`m-${n}`))))
    // One that an earlier version understood and this one does not.
    await edge.run(
      SqlClient.use(
        (sql) => sql`
          insert into waiting (tenant_id, account_id, source, received_at, body)
          values ('many', ${accountId}, 'unipile_webhook', now(), ${new TextEncoder().encode("{}")})`
      )
    )
    expect((await at(acme).list()).json.accounts).toMatchObject([{ payloads: messages + 1 }])
    expect((await register(edge, acme)).status).toBe(201)
    expect(await count(acme)).toBe(messages)
    expect((await at(acme).list()).json.items).toEqual([])
    const quarantine = await edge.call("GET", "/v1/tenants/many/quarantine", { key: acme.key })
    expect(quarantine.json.items).toMatchObject([{ size_bytes: 2, reason: expect.stringContaining("event") }])
    expect((await at(acme).replay(accountId)).json).toEqual({ applied: 0, duplicate: 0, quarantined: 0 })
  })

  test("counts once when it arrives while its account is being registered, and nothing keeps waiting", async () => {
    const acme = await edge.tenant("rush")
    const messages = 60
    const deliveries = Array.from({ length: messages }, (_, n) => deliver(edge, acme, messageOf(`m-${n}`)))
    const registrations = Array.from({ length: 3 }, () => register(edge, acme))
    const answers = await Promise.all(deliveries)
    expect((await Promise.all(registrations)).every(({ status }) => status < 300)).toBe(true)
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(await count(acme)).toBe(messages)
    expect((await at(acme).list()).json.items).toEqual([])
  })

  // One client is all that the embedded database has; there nobody could hold the table.
  test.runIf(database.name === "postgres")(
    "is applied at once when the registration came and went between its first try and its keeping",
    async () => {
      const acme = await edge.tenant("between")
      const delivery = await edge.run(
        Effect.gen(function* () {
          const sql = yield* SqlClient
          return yield* sql.withTransaction(
            Effect.gen(function* () {
              // Nothing can be kept now, while everything can be read.
              yield* sql`lock table waiting in share mode`
              const delivery = deliver(edge, acme, messageOf("m-1"))
              const blocked = sql`
                select 1 from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))`
              while ((yield* blocked).length === 0) yield* Effect.sleep("10 millis")
              expect((yield* Effect.promise(() => register(edge, acme))).status).toBe(201)
              return { delivery }
            })
          )
        })
      )
      expect((await delivery.delivery).json).toEqual({ outcome: "applied" })
      expect(await count(acme)).toBe(1)
      expect((await at(acme).list()).json.items).toEqual([])
    }
  )

  test("at its limit what would have to wait is refused with 503; registered accounts are not (I8, I9)", async () => {
    const acme = await tenantWithAccount(edge, "packed")
    await edge.run(
      SqlClient.use(
        (sql) => sql`
          insert into waiting (tenant_id, account_id, source, received_at, body)
          select 'packed', 'elsewhere', 'unipile_webhook', now(), int4send(n) from generate_series(1, 10000) as n`
      )
    )
    const early = messageOf("m-1", { account_id: "unheard-of" })
    for (let n = 0; n < 2; n++) {
      const refused = await deliver(edge, acme, early)
      expect(refused).toMatchObject({ status: 503, json: { code: "waiting_full", retry_after_s: 60 } })
      expect(refused.headers.get("retry-after")).toBe("60")
    }
    expect((await deliver(edge, acme, messageOf("m-1"))).json.outcome).toBe("applied")
    await edge.run(SqlClient.use((sql) => sql`delete from waiting where tenant_id = 'packed'`))
    const taken = await eventually(
      () => deliver(edge, acme, early),
      ({ status }) => status === 200
    )
    expect(taken.json.outcome).toBe("waiting")
  })
})
