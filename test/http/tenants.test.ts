import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, expect, test } from "vitest"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.close())

test("a new tenant shows its secrets once, a repeat only renames it", async () => {
  const made = await edge.call("PUT", "/v1/tenants/acme", { key: adminKey, body: { name: "Acme" } })
  expect(made.status).toBe(201)
  expect(made.json).toEqual({
    id: "acme",
    name: "Acme",
    api_key: expect.stringMatching(/^sb_acme_[A-Za-z0-9_-]{43}$/),
    webhook_secret: expect.stringMatching(/^whs_[A-Za-z0-9_-]{43}$/),
    webhook_url: "https://inbox.example/v1/tenants/acme/webhooks/unipile"
  })
  const again = await edge.call("PUT", "/v1/tenants/acme", { key: adminKey, body: { name: "Acme Ltd" } })
  expect(again.status).toBe(200)
  expect(again.json).toEqual({ id: "acme", name: "Acme Ltd", webhook_url: made.json.webhook_url })
  expect((await edge.call("GET", "/v1/tenants/acme/stats", { key: made.json.api_key })).status).toBe(200)
})

test("of ten who create the same tenant at once, one gets secrets, and they work", async () => {
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => edge.call("PUT", "/v1/tenants/rush", { key: adminKey, body: { name: "Rush" } }))
  )
  const made = answers.filter((answer) => answer.status === 201)
  expect(answers.filter((answer) => answer.status === 200)).toHaveLength(9)
  expect(made).toHaveLength(1)
  const { api_key, webhook_secret } = made[0]!.json
  expect((await edge.call("GET", "/v1/tenants/rush/stats", { key: api_key })).status).toBe(200)
  const hook = await edge.call("POST", "/v1/tenants/rush/webhooks/unipile", {
    body: {},
    headers: { "unipile-auth": webhook_secret }
  })
  expect(hook.status).toBe(200)
})

test("neither key nor secret stands in the database as it is", async () => {
  const { api_key, webhook_secret } = (
    await edge.call("PUT", "/v1/tenants/safe", { key: adminKey, body: { name: "Safe" } })
  ).json
  await edge.call("GET", "/v1/tenants/safe/conversations", { key: api_key })
  const dump = await edge.run(
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const tables = yield* sql<{ name: string }>`
        select table_name as name from information_schema.tables where table_schema = 'public'`
      return yield* Effect.forEach(tables, ({ name }) => sql`select ${sql(name)}::text as row from ${sql(name)}`)
    })
  )
  const text = JSON.stringify(dump)
  expect(text).toContain("safe")
  for (const secret of [api_key, webhook_secret]) {
    for (const form of [secret, Buffer.from(secret).toString("hex"), Buffer.from(secret).toString("base64")]) {
      expect(text).not.toContain(form)
    }
  }
})
