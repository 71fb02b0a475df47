/** What was acknowledged stands in the audit trail, once, also when the process was killed before any cut. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { databases } from "../support/databases.ts"
import { adminKey, type Server, startServer, type Tenant } from "../support/server.ts"

describe.each(databases)("on $name", (database) => {
  let server: Server
  let tenant: Tenant
  beforeAll(async () => {
    server = await startServer(database, { SWITCHBOARD_SNAPSHOT_INTERVAL: "1 hour" })
    tenant = await server.tenant("vault", "acc-1")
  })
  afterAll(() => server.close())

  const path = "/v1/tenants/vault/connections/acc-1"
  const trail = async (field: string) =>
    (await server.call("GET", `/v1/tenants/vault/audit?field=${field}`, tenant.key)).json.items

  test("a kill -9 loses no line and doubles none, of changes and of readings", async () => {
    await server.call("PUT", `${path}/tokens`, tenant.key, { access_token: "at-1", expires_in: 9000 })
    expect((await server.call("GET", `${path}/tokens?token=access`, adminKey)).json.value).toBe("at-1")
    await server.call("PUT", `${path}/rate-limit`, tenant.key, { rate_limit_per_hour: 7 })
    await server.kill()
    await server.restart()
    const afterCrash = [await trail("access_token"), await trail("rate_limit_per_hour"), await trail("webhook_secret")]
    expect(afterCrash).toMatchObject([
      [
        { action: "token_read", actor: "admin" },
        { action: "tokens_stored", actor: "key:first key" }
      ],
      [{ old: 100, new: 7, actor: "key:first key" }],
      [{ action: "tenant_created", actor: "admin" }]
    ])
    // Now there is a cut; the journal before it must not be told a second time.
    await server.kill()
    await server.restart()
    expect([await trail("access_token"), await trail("rate_limit_per_hour"), await trail("webhook_secret")]).toEqual(
      afterCrash
    )
    expect((await server.call("GET", `${path}/tokens?token=access`, adminKey)).json.value).toBe("at-1")
  })
})
