/** A name is that of one key in use, whoever makes keys at the same moment; what a key made ends with that very key. */
import * as PgMigrator from "@effect/sql-pg/PgMigrator"
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { createHash, randomBytes } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { layerDatabase } from "../../persistence/database/database.ts"
import { migrations } from "../../persistence/migrations/all.ts"
import { Client } from "../feed/client.ts"
import { databases } from "../support/databases.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { adminKey as adminKeyOfEdge, startEdge } from "./edge.ts"

const postgres = databases.filter(({ name }) => name === "postgres")

describe.each(postgres)("two processes on $name", (database) => {
  test("make one key of a name, however they race", async () => {
    const data = await database.make()
    const edges = [await startEdge({ database: data.options }), await startEdge({ database: data.options })] as const
    try {
      const { key } = await edges[0].tenant("acme")
      for (let round = 0; round < 10; round++) {
        const made = await Promise.all(
          [...edges, ...edges].map((edge) =>
            edge.call("POST", "/v1/tenants/acme/keys", { key, body: { name: `n${round}` } })
          )
        )
        expect(made.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409])
        const refused = made.find(({ status }) => status === 409)!.json
        expect(refused).toMatchObject({ code: "name_taken", field: "name", rule: "is the name of a key in use" })
        expect(refused.detail).toContain(`"n${round}"`)
      }
    } finally {
      for (const edge of edges) await edge.close()
      await data.close()
    }
  })

  test("answer a key's repeat as they answered it first, when both are asked at once", async () => {
    const data = await database.make()
    const limits = { database: data.options, encryptionKeys: randomBytes(32).toString("base64") }
    const edges = [await startEdge(limits), await startEdge(limits)] as const
    try {
      const { key } = await edges[0].tenant("acme")
      for (let round = 0; round < 20; round++) {
        const made = await Promise.all(
          edges.map((edge) =>
            edge.call("POST", "/v1/tenants/acme/keys", {
              key,
              headers: { "idempotency-key": `once-${round}` },
              body: { name: `n${round}` }
            })
          )
        )
        expect(made.map(({ status }) => status)).toEqual([201, 201])
        expect(made[0]!.json).toEqual(made[1]!.json)
      }
    } finally {
      for (const edge of edges) await edge.close()
      await data.close()
    }
  })
})

describe.each(databases)("keys on $name", (database) => {
  test("that share a name since an earlier version keep working, and are told apart by a number", async () => {
    const data = await database.make("empty")
    const before = Object.fromEntries(Object.entries(migrations).filter(([name]) => Number.parseInt(name, 10) < 86))
    const secrets = Array.from({ length: 5 }, () => `sb_acme_${randomBytes(32).toString("base64url")}`)
    const names = ["desk", "desk", "desk", "desk (2)", "desk"]
    await Effect.runPromise(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* PgMigrator.make({})({ loader: PgMigrator.fromRecord(before), table: "migrations" })
        for (const [n, secret] of secrets.entries()) {
          const hash = createHash("sha256").update(secret).digest()
          yield* sql`insert into api_keys (hash, tenant_id, name, scopes, created_at, revoked_at)
            values (${hash}, 'acme', ${names[n]!}, '{}', ${new Date(1_000 * n)}, ${n === 4 ? new Date(9_000) : null}::timestamptz)`
        }
      }).pipe(Effect.provide(layerDatabase(data.options)))
    )
    const edge = await startEdge({ database: data.options })
    try {
      await edge.tenant("acme")
      const { items } = (await edge.call("GET", "/v1/tenants/acme/keys", { key: adminKeyOfEdge })).json
      const called = items.map(({ name, revoked_at }: any) => `${name}, ${revoked_at === null ? "in use" : "revoked"}`)
      const shown = called.map((each: string) => [each, called.filter((other: string) => other === each).length])
      expect(new Map(shown)).toEqual(
        new Map([
          ["desk, in use", 1],
          ["desk, revoked", 1],
          ["desk (2), in use", 1],
          ["desk (2) (2), in use", 1],
          ["desk (3), in use", 1],
          ["first key, in use", 1]
        ])
      )
      const statuses = []
      for (const key of secrets) statuses.push((await edge.call("GET", "/v1/tenants/acme/stats", { key })).status)
      expect(statuses).toEqual([200, 200, 200, 200, 401])
    } finally {
      await edge.close()
      await data.close()
    }
  })
})

describe.each(databases.slice(0, 1))("what a key made, on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database)
    acme = await server.tenant("acme", "account")
  })
  afterAll(() => server.close())

  const make = async (name: string) => (await server.call("POST", "/v1/tenants/acme/keys", acme.key, { name })).json
  const revoke = ({ id }: { readonly id: string }) => server.call("DELETE", `/v1/tenants/acme/keys/${id}`, acme.key)
  const token = async (key: string): Promise<string> =>
    (await server.call("POST", "/v1/tenants/acme/feed-tokens", key, { user_id: "u" })).json.token
  const socket = (token: string) => new Client(`${server.url.replace("http", "ws")}/v1/feed?token=${token}`)
  const isRefused = async (token: string): Promise<boolean> => {
    const client = socket(token)
    return Promise.race([client.opened().then(() => (client.ws.close(), false)), client.closed.then(() => true)])
  }

  test("a feed token ends with the key that made it, and with no other of its name", async () => {
    const [desk, other] = [await make("desk"), await make("other")]
    const old = await token(desk.key)
    const [viewer, beside] = [await socket(old).opened(), await socket(await token(other.key)).opened()]
    await revoke(desk)
    expect(await viewer.closed).toBe(4001)
    const again = await make("desk")
    const fresh = await token(again.key)
    expect(await isRefused(old)).toBe(true)
    expect(await isRefused(fresh)).toBe(false)
    await revoke(again)
    expect(await isRefused(fresh)).toBe(true)
    // Whoever came with another key is still there.
    expect(await beside.ask({ type: "ping" })).toEqual({ type: "pong" })
    beside.ws.close()
  })

  test("an answer that shows a secret is for the key that got it, not for a later one of its name", async () => {
    const desk = await make("till")
    const ask = async (key: string) => {
      const response = await fetch(`${server.url}/v1/tenants/acme/keys`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}`, "idempotency-key": "once" },
        body: JSON.stringify({ name: "made by the till" })
      })
      return { status: response.status, json: (await response.json()) as any }
    }
    const first = await ask(desk.key)
    expect(first.status).toBe(201)
    expect(await ask(desk.key)).toEqual(first)
    await revoke(desk)
    const again = await make("till")
    expect(await ask(again.key)).toMatchObject({ status: 422, json: { field: "idempotency_key" } })
  })
})
