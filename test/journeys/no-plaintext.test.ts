/** The real process, with secrets in it: they stand in no log, figure, frame, error, view, and in no column of any table. */
import { SqlClient } from "effect/sql/SqlClient"
import * as Effect from "effect/Effect"
import { afterEach, describe, expect, test } from "vitest"
import { databases, openPersistenceOn } from "../support/databases.ts"
import { secretsIn, secretsInDatabase } from "../support/plaintext.ts"
import { adminKey, type Server, startServer } from "../support/server.ts"

const opened: Array<() => Promise<unknown>> = []
afterEach(async () => {
  while (opened.length > 0) await opened.pop()!()
})

const access = "at-Plaintext-Access-Token-0123456789"
const refresh = "rt-Plaintext-Refresh-Token-9876543210"
const status = (message: string) => ({
  AccountStatus: { account_id: "acc-1", account_type: "WHATSAPP", message }
})

/** Everything that a feed says about the account and the inbox, until it is closed. */
const follow = async (server: Server, key: string) => {
  const wish = { user_id: "anna" }
  const { json } = await server.call("POST", "/v1/tenants/vault/feed-tokens", key, wish)
  const url = `${server.url.replace("http", "ws")}/v1/feed?token=${json.token}`
  const socket = new WebSocket(url, "switchboard.v1.json")
  const frames: Array<string> = []
  socket.addEventListener("message", ({ data }) => frames.push(String(data)))
  await new Promise((resolve, reject) => {
    socket.addEventListener("open", resolve, { once: true })
    socket.addEventListener("error", reject, { once: true })
  })
  for (const topic of ["inbox", "connection:acc-1"]) socket.send(JSON.stringify({ type: "subscribe", topic }))
  const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }))
  return { frames, close: () => (socket.close(), closed) }
}

describe.each(databases)("on $name", (database) => {
  test("nothing shows a token, a webhook secret or a key", async () => {
    const server = await startServer(database, { SWITCHBOARD_SNAPSHOT_INTERVAL: "200 millis" })
    opened.push(() => server.close())
    const tenant = await server.tenant("vault", "acc-1")
    const path = "/v1/tenants/vault/connections/acc-1"
    const said: Array<string> = []
    const raw = async (method: string, to: string, key: string, body?: string) => {
      const response = await fetch(server.url + to, {
        method,
        headers: { authorization: `Bearer ${key}` },
        ...(body === undefined ? {} : { body })
      })
      const text = await response.text()
      return { status: response.status, text }
    }
    /** An answer that may show nothing. */
    const quiet = async (method: string, to: string, body?: object | string, key = tenant.key) => {
      const answer = await raw(method, to, key, typeof body === "object" ? JSON.stringify(body) : body)
      said.push(`${method} ${to} ${answer.text}`)
      return answer.status
    }

    await server.webhook(tenant, status("OK"))
    const feed = await follow(server, tenant.key)
    expect(
      await quiet("PUT", `${path}/tokens`, { access_token: access, refresh_token: refresh, expires_in: 9000 })
    ).toBe(200)
    const made = await server.call("POST", "/v1/tenants/vault/keys", adminKey, { name: "reader", scopes: ["secrets"] })
    expect((await server.call("GET", `${path}/tokens?token=access`, made.json.key)).json.value).toBe(access)
    expect((await server.call("GET", `${path}/tokens?token=refresh`, adminKey)).json.value).toBe(refresh)
    const secrets = {
      access,
      refresh,
      "webhook secret": tenant.secret,
      "first key": tenant.key,
      "second key": made.json.key as string,
      "admin key": adminKey
    }

    // Errors of every kind, each with a secret where it does not belong.
    expect(await quiet("PUT", `${path}/tokens`, { access_token: [access], expires_in: refresh })).toBe(422)
    expect(await quiet("PUT", `${path}/tokens`, { expires_in: access })).toBe(422)
    expect(await quiet("PUT", `${path}/tokens`, { refresh_token: refresh.repeat(600) })).toBe(422)
    expect(await quiet("PUT", `${path}/tokens`, `{"access_token":"${access}`)).toBe(400)
    expect(await quiet("PUT", "/v1/tenants/vault/connections/nobody/tokens", { access_token: access })).toBe(404)
    expect(await quiet("PUT", `${path}/tokens`, { access_token: access }, `${made.json.key}x`)).toBe(401)
    expect(await quiet("GET", `${path}/tokens?token=access`)).toBe(403)
    expect(await quiet("GET", `${path}/tokens?token=both`, undefined, made.json.key)).toBe(400)
    expect(await quiet("POST", "/v1/tenants/vault/events", { type: "tokens", access_token: access })).toBe(422)
    expect(await quiet("POST", "/v1/tenants/vault/keys", { name: "reader" })).toBe(409)
    expect((await server.webhook({ ...tenant, secret: access }, status("OK"))).status).toBe(401)
    expect((await server.webhook(tenant, status("CREDENTIALS"))).status).toBe(200)

    for (const to of [
      path,
      "/v1/tenants/vault/actors/connection/acc-1",
      "/v1/tenants/vault/actors/tenant/vault",
      "/v1/tenants/vault/audit?limit=200",
      "/v1/tenants/vault/keys",
      "/v1/tenants/vault/stats",
      "/v1/tenants/vault/schedule",
      "/v1/tenants/vault/quarantine",
      "/metrics",
      "/openapi.json"
    ])
      expect([to, await quiet("GET", to)]).toEqual([to, 200])
    await expect.poll(() => feed.frames.join("\n"), { timeout: 10_000 }).toContain("checkpoint_required")
    await feed.close()
    // The last cut and what is said at the end are looked at too.
    await server.stop()

    for (const answer of said)
      expect([answer.slice(0, 80), secretsIn(answer, secrets)]).toEqual([answer.slice(0, 80), []])
    expect(feed.frames.length).toBeGreaterThan(2)
    expect(secretsIn(feed.frames.join("\n"), secrets)).toEqual([])
    expect(server.output).toContain("listening")
    expect(secretsIn(server.output, secrets)).toEqual([])

    const persistence = await openPersistenceOn(server.options)
    opened.push(() => persistence.close())
    const { found, looked, columns } = await persistence.run(secretsInDatabase(secrets))
    expect(found).toEqual([])
    expect(looked).toBeGreaterThan(50)
    expect(columns).toEqual(
      expect.arrayContaining([
        "journal.body",
        "connections.internals",
        "connections.access_token",
        "audit.new",
        "api_keys.hash"
      ])
    )
    // The search itself finds what is there.
    const control = await persistence.run(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        yield* sql`insert into quarantine (tenant_id, received_at, source, reason, body)
          values ('x', now(), 'x', ${`so ${access}!`}, ${Buffer.from(`\0{"t":"${refresh}"}`)})`
        return yield* secretsInDatabase(secrets)
      })
    )
    expect(control.found).toEqual(["quarantine.reason: access", "quarantine.body: refresh"])
  })
})
