import { afterAll, beforeAll, expect, test } from "vitest"
import { accountId, fixture, deliver, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "sends")
})
afterAll(() => edge.close())

const call = (method: string, path: string, body?: unknown) =>
  edge.call(method, `/v1/tenants/sends/connections/${accountId}${path}`, { key: tenant.key, body })
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)

test("the hourly limit is set, counted and refused with the time to wait", async () => {
  expect((await call("PUT", "/rate-limit", { rate_limit_per_hour: 3 })).json).toMatchObject({ rate_limit_per_hour: 3 })
  const first = await call("POST", "/sends", { count: 2 })
  expect(first.status).toBe(200)
  expect(first.json).toEqual({
    allowed: true,
    reservation_id: expect.any(String),
    remaining_hour: 1,
    remaining_day: expect.any(Number),
    reset_at: instant
  })
  const refused = await call("POST", "/sends", { count: 2 })
  expect(refused.status).toBe(429)
  expect(refused.json).toEqual({ allowed: false, reason: "hourly", retry_after_s: expect.any(Number) })
  expect(refused.headers.get("retry-after")).toBe(String(refused.json.retry_after_s))
  expect(refused.json.retry_after_s).toBeGreaterThan(3_500)
  expect(refused.json.retry_after_s).toBeLessThanOrEqual(3_600)

  expect((await call("DELETE", `/sends/${first.json.reservation_id}`)).json).toEqual({ outcome: "applied" })
  expect((await call("GET", "/quota")).json).toMatchObject({
    rate_limit_per_hour: 3,
    messages_sent_this_hour: 0,
    remaining_hour: 3,
    can_send: true
  })
})

test("a request for sends without a body asks for one; the same idempotency key is the same reservation", async () => {
  const one = await call("POST", "/sends")
  expect(one.json).toMatchObject({ allowed: true, remaining_hour: 2 })
  const keyed = await call("POST", "/sends", { idempotency_key: "k-1" })
  const again = await call("POST", "/sends", { idempotency_key: "k-1" })
  expect(again.json.reservation_id).toBe(keyed.json.reservation_id)
  expect(again.json.remaining_hour).toBe(1)
  expect((await call("POST", `/sends/${keyed.json.reservation_id}/confirm`, { message_id: "m-1" })).json).toEqual({
    outcome: "applied"
  })
  expect((await call("GET", "/quota")).json.messages_sent_this_hour).toBe(2)
})

test("a connection that is not active sends nothing, and no time is promised", async () => {
  await deliver(edge, tenant, { AccountStatus: { account_id: accountId, message: "ERROR", account_type: "WHATSAPP" } })
  const refused = await call("POST", "/sends", {})
  expect(refused).toMatchObject({ status: 429, json: { allowed: false, reason: "not_active", retry_after_s: null } })
  expect(refused.headers.has("retry-after")).toBe(false)
  await deliver(edge, tenant, fixture("account_status.ok"))
})

test("counts must be whole and at least one", async () => {
  for (const count of [0, -1, 1.5, "2", 1_001]) {
    expect(await call("POST", "/sends", { count })).toMatchObject({
      status: 422,
      json: { code: "body_invalid", field: "count" }
    })
  }
})
