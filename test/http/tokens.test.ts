import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { accountId, deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
let secretsKey: string
const path = `/v1/tenants/vault/connections/${accountId}`

beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "vault")
  const made = await edge.call("POST", "/v1/tenants/vault/keys", {
    key: adminKey,
    body: { name: "vault reader", scopes: ["secrets"] }
  })
  expect(made.status).toBe(201)
  secretsKey = made.json.key
})
afterAll(() => edge.close())

const store = (body: unknown, key = tenant.key) => edge.call("PUT", `${path}/tokens`, { key, body })
const read = (token: string, key = secretsKey) => edge.call("GET", `${path}/tokens?token=${token}`, { key })
const audit = async (query = "") =>
  (await edge.call("GET", `/v1/tenants/vault/audit${query}`, { key: tenant.key })).json
const connection = async () => (await edge.call("GET", path, { key: tenant.key })).json

describe("tokens", () => {
  test("are stored, kept when absent, and read in clear only with the scope", async () => {
    const first = await store({ access_token: "at-1", refresh_token: "rt-1", expires_in: 7200 })
    expect(first.status).toBe(200)
    expect(first.text).not.toMatch(/at-1|rt-1|v1\.[\w-]{8}\./)
    expect(first.json).toMatchObject({ is_token_expired: false, needs_refresh: false })
    expect(Date.parse(first.json.token_expires_at)).toBeGreaterThan(Date.now() + 7_000_000)
    const again = await store({ access_token: "at-2", expires_in: null })
    expect(again.json.token_expires_at).toBe(first.json.token_expires_at)
    expect((await read("access")).json).toEqual({
      token: "access",
      value: "at-2",
      token_expires_at: first.json.token_expires_at,
      is_token_expired: false
    })
    expect((await read("refresh", adminKey)).json).toMatchObject({ value: "rt-1" })
    expect((await read("access")).headers.get("cache-control")).toBe("no-store")
    expect(await read("access", tenant.key)).toMatchObject({ status: 403, json: { code: "forbidden" } })
  })

  test("that break a rule are refused by field and rule, and nothing of them is quoted", async () => {
    for (const [body, field] of [
      [{ access_token: { x: "do-not-show" } }, "access_token"],
      [{ expires_in: "do-not-show" }, "expires_in"],
      [{ expires_in: -1 }, "expires_in"],
      [{ refresh_token: "" }, "refresh_token"],
      [["do-not-show"], ""]
    ] as const) {
      const refused = await store(body)
      expect(refused).toMatchObject({ status: 422, json: { code: "body_invalid", field } })
      expect(refused.text).not.toContain("do-not-show")
    }
    const odd = await read("do-not-show")
    expect(odd.status).toBe(400)
    expect(odd.json.rule).not.toContain("do-not-show")
  })

  test("of an account that is not there are not found", async () => {
    const none = await edge.call("PUT", "/v1/tenants/vault/connections/nobody/tokens", { key: tenant.key, body: {} })
    expect(none).toMatchObject({ status: 404, json: { code: "connection_unknown" } })
  })

  test("that are over expire the account by themselves, and a new word of the provider brings it back", async () => {
    await deliver(edge, tenant, fixture("account_status.ok"))
    expect(await connection()).toMatchObject({ account_status: "active", needs_action: null })
    expect((await store({ expires_in: 1 })).json).toMatchObject({ account_status: "active", needs_refresh: true })
    await expect.poll(connection, { timeout: 10_000, interval: 100 }).toMatchObject({
      account_status: "expired",
      auth_status: "expired",
      is_token_expired: true,
      needs_action: "reconnect",
      can_send: false
    })
    await store({ access_token: "at-3", expires_in: 7200 })
    await deliver(edge, tenant, fixture("account_status.reconnected"))
    expect(await connection()).toMatchObject({ account_status: "active", is_token_expired: false, can_send: true })
  })

  test("that slipped are found by the task", async () => {
    await store({ expires_in: 0 })
    expect(await connection()).toMatchObject({ account_status: "expired" })
    await deliver(edge, tenant, fixture("account_status.ok"))
    expect(await connection()).toMatchObject({ account_status: "active", is_token_expired: true })
    await edge.call("POST", "/v1/tenants/vault/schedule/cleanup_expired_tokens/run", { key: tenant.key })
    await expect.poll(connection, { timeout: 10_000 }).toMatchObject({ account_status: "expired" })
    await store({ expires_in: 7200 })
    await deliver(edge, tenant, fixture("account_status.ok"))
  })
})

describe("keys", () => {
  const make = (key: string, body: unknown) => edge.call("POST", "/v1/tenants/vault/keys", { key, body })

  test("are shown once, listed without themselves, and open nothing once revoked", async () => {
    const made = await make(tenant.key, { name: "robot" })
    expect(made).toMatchObject({ status: 201, json: { name: "robot", scopes: [] } })
    const robot = made.json.key as string
    const status = async () => (await edge.call("GET", path, { key: robot })).status
    expect(await status()).toBe(200)
    expect(await read("access", robot)).toMatchObject({ status: 403 })
    const listed = await edge.call("GET", "/v1/tenants/vault/keys", { key: tenant.key })
    expect(listed.json.items.map(({ name }: any) => name).sort()).toEqual(["first key", "robot", "vault reader"])
    expect(listed.text).not.toContain(robot)
    const revoke = () => edge.call("DELETE", `/v1/tenants/vault/keys/${made.json.id}`, { key: tenant.key })
    expect((await revoke()).json).toEqual({ outcome: "applied" })
    expect(await status()).toBe(401)
    expect((await revoke()).json).toEqual({ outcome: "duplicate" })
    expect((await make(tenant.key, { name: "robot" })).status).toBe(201)
  })

  test("with a scope need the admin, names are unique, other tenants' keys cannot be revoked", async () => {
    expect(await make(tenant.key, { name: "sly", scopes: ["secrets"] })).toMatchObject({ status: 403 })
    expect(await make(secretsKey, { name: "sly", scopes: ["secrets"] })).toMatchObject({ status: 403 })
    expect(await make(adminKey, { name: "sly", scopes: ["everything"] })).toMatchObject({ status: 422 })
    expect(await make(adminKey, { name: "vault reader" })).toMatchObject({
      status: 409,
      json: { code: "name_taken", field: "name" }
    })
    const other = await edge.tenant("other")
    const { id } = (await edge.call("GET", "/v1/tenants/vault/keys", { key: tenant.key })).json.items[0]
    expect(await edge.call("DELETE", `/v1/tenants/other/keys/${id}`, { key: other.key })).toMatchObject({ status: 404 })
    expect(await edge.call("POST", "/v1/tenants/nobody/keys", { key: adminKey, body: { name: "x" } })).toMatchObject({
      status: 404
    })
  })
})

describe("the audit trail", () => {
  test("says who stored tokens and who read them, and shows neither", async () => {
    const { id } = await connection()
    const access = await audit(`?entity=${accountId}&field=access_token`)
    expect(access.items.at(-1)).toMatchObject({
      actor: "key:first key",
      action: "tokens_stored",
      entity_kind: "connection",
      entity_id: id,
      field: "access_token",
      old: null,
      new: "••••"
    })
    const readings = access.items.filter(({ action }: any) => action === "token_read")
    expect(readings.map(({ actor }: any) => actor)).toEqual(["key:vault reader", "key:vault reader"])
    const refresh = await audit(`?entity=${id}&field=refresh_token`)
    expect(refresh.items.map(({ action, actor }: any) => [action, actor])).toEqual([
      ["token_read", "admin"],
      ["tokens_stored", "key:first key"]
    ])
  })

  test("shows limits and overrides in clear, old and new, and leaves alone what facts did", async () => {
    const limit = { rate_limit_per_hour: 7 }
    await edge.call("PUT", `${path}/rate-limit`, { key: tenant.key, body: limit })
    expect((await audit("?field=rate_limit_per_hour")).items).toMatchObject([
      { actor: "key:first key", action: "rate_limit_set", old: 100, new: 7 }
    ])
    await edge.call("PUT", path, {
      key: adminKey,
      body: { channel_type: "whatsapp", account_name: "Sales", user_id: "user-1", is_active: false }
    })
    expect((await audit("?field=is_active")).items).toMatchObject([{ actor: "admin", old: true, new: false }])
    // Words of the provider and the clock moved it many times; only commands count: good tokens, and one that was over.
    expect((await audit("?field=account_status")).items).toMatchObject([
      { action: "tokens_stored", new: "active" },
      { action: "tokens_stored", new: "expired" },
      { action: "tokens_stored", new: "active" }
    ])
    await deliver(edge, tenant, fixture("message_received.whatsapp_direct"))
    const chat = "v4wOGRWJb704L5rikhXCig"
    await edge.call("PUT", `/v1/tenants/vault/conversations/${chat}/status`, {
      key: tenant.key,
      body: { status: "archived" }
    })
    expect((await audit(`?entity=${chat}`)).items).toMatchObject([
      { actor: "key:first key", field: "status", old: "active", new: "archived" }
    ])
  })

  test("has keys and secrets from their creation", async () => {
    const created = (await audit("?entity=vault")).items.at(-1)
    expect(created).toMatchObject({ actor: "admin", action: "tenant_created", field: "webhook_secret", new: "••••" })
    const keys = (await audit("?field=scopes")).items
    expect(keys.map(({ action }: any) => action)).toContain("key_revoked")
    expect(keys.at(-1)).toMatchObject({ actor: "admin", new: { name: "vault reader", scopes: ["secrets"] } })
  })

  test("comes in pages that join without a gap or an overlap", async () => {
    const whole = (await audit("?limit=200")).items
    const walked = []
    let cursor: string | null = ""
    while (cursor !== null) {
      const page: any = await audit(`?limit=3${cursor === "" ? "" : `&cursor=${cursor}`}`)
      walked.push(...page.items)
      cursor = page.next_cursor
    }
    expect(walked).toEqual(whole)
    expect(whole.map(({ at }: any) => at)).toEqual(
      whole
        .map(({ at }: any) => at)
        .toSorted()
        .toReversed()
    )
    const broken = await edge.call("GET", "/v1/tenants/vault/audit?cursor=x", { key: tenant.key })
    expect(broken).toMatchObject({ status: 400, json: { field: "cursor" } })
  })

  test("has each change once, however often a cut is written", async () => {
    const rows = await edge.run(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        return yield* sql<{ changes: number; lines: number }>`
          select count(distinct (seq, entity_id, field))::integer as changes, count(*)::integer as lines from audit
          where action not in ('token_read', 'key_created', 'key_revoked')`
      })
    )
    expect(rows[0]!.lines).toBe(rows[0]!.changes)
  })
})
