/** Keys are rotated by putting a new one in front; once everything is sealed with it, the old one can go. */
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { SqlClient } from "effect/sql/SqlClient"
import { randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { outgoingSecretPlace } from "../../actors/sealed/sealed-place.ts"
import { OutgoingEndpoints } from "../../persistence/registers/outgoing-endpoints.ts"
import { KeyRing } from "../../src/secrets/key-ring.ts"
import { accountId, deliver, fixture, type Tenant, tenantWithAccount } from "../http/account.ts"
import { adminKey, type Edge, startEdge } from "../http/edge.ts"
import { copyFreshCluster } from "../support/fresh-cluster.ts"

const key = () => randomBytes(32).toString("base64")
const opened: Array<() => Promise<unknown>> = []
afterEach(async () => {
  while (opened.length > 0) await opened.pop()!()
})

const house = async () => {
  const dataDir = await mkdtemp(join(tmpdir(), "switchboard-keys-"))
  opened.push(() => rm(dataDir, { recursive: true, force: true }))
  await copyFreshCluster(dataDir)
  return async (...keys: ReadonlyArray<string>) => {
    const edge = await startEdge({ dataDir, encryptionKeys: keys.join(",") })
    let ended: Promise<void> | null = null
    const close = () => (ended ??= edge.close())
    opened.push(close)
    return { ...edge, close }
  }
}

const tokens = `/v1/tenants/vault/connections/${accountId}/tokens`
const read = (edge: Edge, token: string) => edge.call("GET", `${tokens}?token=${token}`, { key: adminKey })
const lastRun = async (edge: Edge) => {
  const { json } = await edge.call("GET", "/v1/tenants/vault/schedule?limit=1", { key: adminKey })
  return json.runs[0]
}
const reencrypt = async (edge: Edge) => {
  await edge.call("POST", "/v1/tenants/vault/schedule/reencrypt_secrets/run", { key: adminKey })
  await expect.poll(() => lastRun(edge), { timeout: 10_000 }).toMatchObject({ task: "reencrypt_secrets" })
  return lastRun(edge)
}
const secretsInColumns = (edge: Edge) =>
  edge.run(
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const rows = yield* sql<{ sealed: string }>`
        select access_token as sealed from connections union all select refresh_token from connections
        union all select webhook_secret from tenants union all select secret from outgoing_endpoints`
      return rows.map(({ sealed }) => sealed.split(".")[1])
    })
  )

const endpoint = "/v1/tenants/vault/outgoing-webhook"
const setEndpoint = async (edge: Edge) =>
  (await edge.call("PUT", endpoint, { key: adminKey, body: { url: "https://crm.example/hooks" } })).json
const endpointSecret = async (edge: Edge, ...keys: ReadonlyArray<string>) => {
  const known = await edge.run(OutgoingEndpoints.use((endpoints) => endpoints.get("vault", "default")))
  const opened = KeyRing.use((ring) => ring.open(known!.secret, outgoingSecretPlace("vault")))
  return Redacted.value(
    await Effect.runPromise(opened.pipe(Effect.provide(KeyRing.layer(Redacted.make(keys.join(","))))))
  )
}

const filled = async (edge: Edge): Promise<Tenant> => {
  const tenant = await tenantWithAccount(edge, "vault")
  await edge.call("PUT", tokens, {
    key: tenant.key,
    body: { access_token: "at", refresh_token: "rt", expires_in: 9000 }
  })
  return tenant
}

test("after the task, every secret opens with the new key alone", async () => {
  const start = await house()
  const [old, fresh] = [key(), key()]
  const first = await start(old)
  const tenant = await filled(first)
  const { secret } = await setEndpoint(first)
  await first.close()

  const both = await start(fresh, old)
  expect((await read(both, "access")).json.value).toBe("at")
  expect(await reencrypt(both)).toMatchObject({ error: null, touched: 4 })
  expect(new Set(await secretsInColumns(both)).size).toBe(1)
  const trail = await both.call("GET", "/v1/tenants/vault/audit?field=access_token&limit=1", { key: adminKey })
  expect(trail.json.items).toMatchObject([{ actor: "clock", action: "secret_resealed", old: "••••", new: "••••" }])
  expect(await reencrypt(both)).toMatchObject({ error: null })
  await both.close()

  const alone = await start(fresh)
  expect((await read(alone, "access")).json.value).toBe("at")
  expect((await read(alone, "refresh")).json.value).toBe("rt")
  expect(await endpointSecret(alone, fresh)).toBe(secret)
  expect((await deliver(alone, tenant, fixture("account_status.ok"))).status).toBe(200)
})

test("a new address of an endpoint keeps its secret as the task left it", async () => {
  const start = await house()
  const [old, fresh] = [key(), key()]
  const first = await start(old)
  await filled(first)
  const { secret } = await setEndpoint(first)
  await first.close()
  const both = await start(fresh, old)
  expect(await reencrypt(both)).toMatchObject({ error: null })
  const moved = await setEndpoint(both)
  expect(moved).toMatchObject({ url: "https://crm.example/hooks" })
  expect(moved).not.toHaveProperty("secret")
  expect(await endpointSecret(both, fresh)).toBe(secret)
})

test("without the old key a reading says what is missing, and the task fails by naming the value", async () => {
  const start = await house()
  const first = await start(key())
  await filled(first)
  await setEndpoint(first)
  await first.close()
  const stranger = await start(key())
  const refused = await read(stranger, "access")
  expect(refused).toMatchObject({ status: 500, json: { code: "unsealable" } })
  expect(refused.json.detail).toMatch(/SWITCHBOARD_ENCRYPTION_KEYS/)
  const { error } = await reencrypt(stranger)
  expect(error).toMatch(/access_token of connection .* has no key/s)
  expect(error).toMatch(/secret of outgoing endpoint default.* has no key/s)
})
