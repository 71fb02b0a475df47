/** last_webhook_received and webhook_failures (CONTRACT 2.1): what each authentic webhook does to them, whatever became of it. */
import * as Effect from "effect/Effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Journal } from "../../persistence/journal/journal.ts"
import { decodeEvent } from "../../actors/journal/event-codec.ts"
import { accountId, deliver, fixture, register, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.close())

const message = fixture("message_received.whatsapp_direct")
const unreadable = (n: number) => ({ event: "message_unheard_of", n })
const hook = (of: Tenant) => `/v1/tenants/${of.id}/webhooks/unipile`

const books = async ({ id, key }: Tenant) => {
  const { json } = await edge.call("GET", `/v1/tenants/${id}`, { key })
  return { failures: json.webhook_failures as number, at: Date.parse(json.last_webhook_received) }
}
/** Whether last_webhook_received moves with what is done. */
const moves = async (of: Tenant, done: () => Promise<unknown>) => {
  const before = await books(of)
  while (Date.now() <= before.at) await new Promise((resume) => setImmediate(resume))
  await done()
  return (await books(of)).at > before.at
}

describe("webhook_failures", () => {
  test("counts failed webhooks in a row, whatever is wrong with them, and is 0 after the next success", async () => {
    const tenant = await tenantWithAccount(edge, "in-a-row")
    for (const n of [1, 2, 3]) {
      expect((await deliver(edge, tenant, unreadable(n))).json.outcome).toBe("quarantined")
      expect((await books(tenant)).failures).toBe(n)
    }
    const headers = { "unipile-auth": tenant.secret }
    expect((await edge.call("POST", hook(tenant), { raw: "{not json", headers })).status).toBe(400)
    const deep = `${"[".repeat(65)}${"]".repeat(65)}`
    expect((await edge.call("POST", hook(tenant), { raw: deep, headers })).status).toBe(400)
    expect((await books(tenant)).failures).toBe(5)
    expect((await deliver(edge, tenant, message)).json.outcome).toBe("applied")
    expect((await books(tenant)).failures).toBe(0)
    await deliver(edge, tenant, unreadable(1))
    expect((await books(tenant)).failures).toBe(1)
    expect((await deliver(edge, tenant, message)).json.outcome).toBe("duplicate")
    expect((await books(tenant)).failures).toBe(0)
  })

  test("is not moved by strangers", async () => {
    const tenant = await tenantWithAccount(edge, "strangers")
    const before = await books(tenant)
    const headers = { "unipile-auth": "wrong" }
    await edge.call("POST", hook(tenant), { raw: "{not json", headers })
    await edge.call("POST", hook(tenant), { body: unreadable(1), headers })
    expect(await books(tenant)).toEqual(before)
  })

  test("stays when what came before the last failure is applied late", async () => {
    const tenant = await edge.tenant("late")
    await deliver(edge, tenant, message)
    await deliver(edge, tenant, unreadable(1))
    await register(edge, tenant)
    expect((await books(tenant)).failures).toBe(1)
  })
})

describe("last_webhook_received moves with a webhook", () => {
  test("that is applied, a duplicate, quarantined, waiting or not JSON", async () => {
    const tenant = await tenantWithAccount(edge, "moves")
    const other = { ...message, account_id: "nobody-registered" }
    const raw = () => edge.call("POST", hook(tenant), { raw: "{", headers: { "unipile-auth": tenant.secret } })
    expect(await moves(tenant, () => deliver(edge, tenant, message))).toBe(true)
    expect(await moves(tenant, () => deliver(edge, tenant, message))).toBe(true)
    expect(await moves(tenant, () => deliver(edge, tenant, unreadable(1)))).toBe(true)
    expect(await moves(tenant, () => deliver(edge, tenant, other))).toBe(true)
    expect(await moves(tenant, () => deliver(edge, tenant, other))).toBe(true)
    expect(await moves(tenant, raw)).toBe(true)
  })

  test("that an inactive tenant refuses, which is no failure", async () => {
    const tenant = await tenantWithAccount(edge, "inactive")
    const active = (is_active: boolean) =>
      edge.call("PATCH", `/v1/tenants/${tenant.id}`, { key: adminKey, body: { is_active } })
    await active(false)
    expect(
      await moves(tenant, async () => {
        expect((await deliver(edge, tenant, message)).status).toBe(403)
      })
    ).toBe(true)
    expect((await books(tenant)).failures).toBe(0)
  })

  test("that is repeated, at the price of a short journal entry instead of the payload once more", async () => {
    const tenant = await tenantWithAccount(edge, "short")
    await deliver(edge, tenant, message)
    await deliver(edge, tenant, message)
    const entries = await edge.run(Journal.use((journal) => journal.read(tenant.id, 0, 100)) as Effect.Effect<any>)
    const [first, repeat] = entries.slice(-2).map(({ body }: { body: Uint8Array }) => [decodeEvent(body), body.length])
    expect(first[0]).toMatchObject({ type: "message_received", account_id: accountId })
    expect(repeat[0]).toEqual({ type: "webhook_noted", success: true, via: "webhook", received: expect.any(Number) })
    expect(repeat[1]).toBeLessThan(100)
  })
})
