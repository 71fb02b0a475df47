import { afterAll, beforeAll, expect, test } from "vitest"
import { accountId, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "inside")
})
afterAll(() => edge.close())

const get = (path: string) => edge.call("GET", `/v1/tenants/inside${path}`, { key: tenant.key })

test("an actor can be looked into, and sensitive fields stay masked", async () => {
  expect((await get(`/actors/connection/${accountId}`)).json).toMatchObject({
    kind: "connection",
    machine_state: expect.anything()
  })
  const self = await get("/actors/tenant/inside")
  expect(self.json).toMatchObject({ kind: "tenant", resident: true, seq: expect.any(Number) })
  expect(self.text).not.toContain(tenant.secret)
  expect(self.text).not.toMatch(/v1\.[\w-]{8}\./)
  expect((await get("/actors/dragon/x")).status).toBe(400)
})

test("the schedule shows tasks and their runs", async () => {
  const before = await get("/schedule")
  expect(before.json.scheduler.tasks).toHaveProperty("retention")
  const run = await edge.call("POST", "/v1/tenants/inside/schedule/detect_hot_conversations/run", { key: tenant.key })
  expect(run.json).toEqual({ outcome: "applied" })
  await expect
    .poll(async () => (await get("/schedule")).json.runs, { timeout: 10_000 })
    .toMatchObject([
      { task: "detect_hot_conversations", error: null, took_ms: expect.any(Number), due: expect.stringMatching(/Z$/) }
    ])
})

test("feed tokens are given for tenants that exist", async () => {
  const wish = { user_id: "anna", topics: ["inbox"], ttl_s: 60 }
  const made = await edge.call("POST", "/v1/tenants/inside/feed-tokens", { key: tenant.key, body: wish })
  expect(made.status).toBe(201)
  expect(made.json).toEqual({ token: expect.any(String), expires_at: expect.stringMatching(/Z$/) })
  expect((await edge.call("POST", "/v1/tenants/nobody/feed-tokens", { key: adminKey, body: wish })).status).toBe(404)
})

test("the document is there to be read", async () => {
  expect((await edge.call("GET", "/docs")).text).toContain("<title>Switchboard")
})
