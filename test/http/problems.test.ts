import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { accountId, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "problems")
})
afterAll(() => edge.close())

const base = "/v1/tenants/problems"

describe("a refusal is a problem with a stable code", () => {
  test.each([
    ["no such path", "GET", "/v2/nothing", undefined, 404, { code: "route_unknown" }],
    ["no such method", "DELETE", "/v1/tenants/problems", undefined, 405, { code: "method_unknown" }],
    ["no such tenant", "GET", "/v1/tenants/nobody/stats", undefined, 404, { code: "tenant_unknown" }],
    ["no such conversation", "GET", `${base}/conversations/none`, undefined, 404, { code: "conversation_unknown" }],
    ["no such connection", "GET", `${base}/connections/none/quota`, undefined, 404, { code: "connection_unknown" }],
    ["no such participant", "GET", `${base}/participants/none`, undefined, 404, { code: "participant_unknown" }],
    ["a bad tenant id", "PUT", "/v1/tenants/Not-Good", { name: "x" }, 400, { code: "parameter_invalid", field: "tenant" }],
    ["a bad query", "GET", `${base}/conversations?priority=extreme`, undefined, 400, { code: "parameter_invalid", field: "priority" }],
    ["a bad limit", "GET", `${base}/conversations?limit=0`, undefined, 400, { code: "parameter_invalid", field: "limit" }],
    ["a bad cursor", "GET", `${base}/conversations?cursor=zzz`, undefined, 400, { code: "parameter_invalid", field: "cursor" }],
    ["a missing field", "PUT", `${base}/connections/a`, { channel_type: "whatsapp", account_name: "x" }, 422, { code: "body_invalid", field: "user_id" }],
    ["a value outside its vocabulary", "PUT", `${base}/connections/a`, { channel_type: "fax", account_name: "x", user_id: "u" }, 422, { code: "body_invalid", field: "channel_type" }],
    ["a negative limit", "PUT", `${base}/connections/${accountId}/rate-limit`, { rate_limit_per_hour: -1 }, 422, { code: "body_invalid", field: "rate_limit_per_hour" }],
    ["a body that is no object", "PUT", "/v1/tenants/list", ["x"], 422, { code: "body_invalid" }],
    ["no such task", "POST", `${base}/schedule/dance/run`, undefined, 400, { code: "parameter_invalid", field: "task" }]
  ])("%s", async (_, method, path, body, status, shape) => {
    const answer = await edge.call(method, path, { key: adminKey, body })
    expect(answer.json).toMatchObject({ ...shape, status, type: "about:blank", title: expect.any(String), detail: expect.any(String) })
    expect(answer.status).toBe(status)
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
  })

  test("405 says what is possible", async () => {
    const answer = await edge.call("PATCH", `${base}/connections/x`, { key: adminKey })
    expect(answer.headers.get("allow")).toBe("GET, PUT")
  })

  test("a body that is not JSON gets 400, one over 1 MiB 413, in every endpoint that takes one", async () => {
    const path = `${base}/feed-tokens`
    expect(await edge.call("POST", path, { key: tenant.key, raw: "{" })).toMatchObject({ status: 400, json: { code: "not_json" } })
    const large = JSON.stringify({ user_id: "u", pad: "x".repeat(1024 * 1024) })
    expect(await edge.call("POST", path, { key: tenant.key, raw: large })).toMatchObject({ status: 413, json: { code: "too_large" } })
    const chunked = await fetch(edge.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${tenant.key}` },
      body: new Blob([large]).stream(),
      duplex: "half"
    } as RequestInit)
    expect(chunked.status).toBe(413)
    await chunked.body?.cancel()
  })
})
