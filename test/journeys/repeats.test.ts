/** A request under an Idempotency-Key over kill -9: the first answer comes again, and nothing happens twice (I1, CONTRACT §4). */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { databases } from "../support/databases.ts"
import type { Server, Tenant } from "../support/server.ts"
import { adminKey, startServer } from "../support/server.ts"

describe.each(databases)("on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database)
    acme = await server.tenant("acme", "account")
    await server.webhook(acme, { AccountStatus: { account_id: "account", message: "OK", account_type: "WHATSAPP" } })
  }, 180_000)
  afterAll(() => server.close())

  const ask = async (method: string, path: string, body: object, key: string, caller = acme.key) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${caller}`, "idempotency-key": key },
      body: JSON.stringify(body)
    })
    return { status: response.status, text: await response.text() }
  }
  const requests = () =>
    [
      ["POST", "/v1/tenants/acme/connections/account/sends", { count: 2 }],
      ["POST", "/v1/tenants/acme/keys", { name: "desk" }],
      ["PUT", "/v1/tenants/acme/outgoing-webhook", { url: "https://crm.example/" }],
      ["POST", "/v1/tenants/acme/connections/account/syncs", { error: "broke" }],
      ["PUT", "/v1/tenants/acme/records/r-1", { emails: ["a@b.example"] }],
      ["PUT", "/v1/tenants/other", { name: "Other" }, adminKey]
    ] as const

  test("what was answered before is answered again after it, and counted once", async () => {
    const all = () =>
      Promise.all(
        requests().map(([method, path, body, key], n) => ask(method, path, body, `key-${n}`, key ?? acme.key))
      )
    const first = await all()
    expect(first.map(({ status }) => status)).toEqual([200, 201, 201, 200, 201, 201])
    await server.kill()
    await server.restart()
    expect(await all()).toEqual(first)
    const connection = await server.call("GET", "/v1/tenants/acme/connections/account", acme.key)
    expect(connection.json).toMatchObject({ messages_sent_this_hour: 2, sync_error_count: 1 })
    const keys = await server.call("GET", "/v1/tenants/acme/keys", acme.key)
    expect(keys.json.items.filter(({ name }: { name: string }) => name === "desk")).toHaveLength(1)
    const { api_key } = JSON.parse(first[5]!.text)
    expect((await server.call("GET", "/v1/tenants/other", api_key)).status).toBe(200)
  }, 180_000)
})
