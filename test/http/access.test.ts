import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
let key: string
let otherKey: string
let operations: ReadonlyArray<{ method: string; path: string; secured: boolean; closed: boolean }>

beforeAll(async () => {
  edge = await startEdge()
  key = (await edge.tenant("mine")).key
  otherKey = (await edge.tenant("theirs")).key
  const { json } = await edge.call("GET", "/openapi.json")
  operations = Object.entries<Record<string, any>>(json.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path: path
        .replace("{tenant}", "mine")
        .replace("{task}", "retention")
        .replace("{kind}", "tenant")
        .replace(/\{[^}]+\}/g, "x"),
      secured: operation.security.length > 0,
      closed: ["tenants.put", "secrets.readToken", "history.post"].includes(operation.operationId)
    }))
  )
})
afterAll(() => edge.close())

describe("every documented endpoint with a key", () => {
  test("answers 401 without one and with a wrong one, 403 with another tenant's", async () => {
    const secured = operations.filter((operation) => operation.secured)
    expect(secured.length).toBeGreaterThan(25)
    const wrong = `sb_mine_${"x".repeat(43)}`
    for (const { method, path } of secured) {
      const statuses = []
      for (const given of [undefined, "nonsense", wrong, `${key}x`, otherKey]) {
        statuses.push((await edge.call(method, path, { key: given })).status)
      }
      expect([method, path, ...statuses]).toEqual([method, path, 401, 401, 401, 401, 403])
    }
  })

  test("lets the tenant's own key and the admin key pass", async () => {
    for (const { method, path, secured, closed } of operations) {
      // The demo plays in the tenant `demo` only, whoever asks (test/demo/).
      if (!secured || path.endsWith("/demo")) continue
      const admin = (await edge.call(method, path, { key: adminKey })).status
      expect([path, admin === 401 || admin === 403]).toEqual([path, false])
      const own = (await edge.call(method, path, { key })).status
      expect([path, own === 403]).toEqual([path, closed])
      expect(own).not.toBe(401)
    }
  })
})

test("a 401 says how to come in, and is a problem", async () => {
  const answer = await edge.call("GET", "/v1/tenants/mine/stats")
  expect(answer.headers.get("www-authenticate")).toBe("Bearer")
  expect(answer.headers.get("content-type")).toBe("application/problem+json")
  expect(answer.json).toEqual({
    type: "about:blank",
    title: "Unauthorized",
    status: 401,
    code: "unauthorised",
    detail: expect.stringContaining("Authorization: Bearer")
  })
})

test("what needs no key says so", async () => {
  const open = operations.filter((operation) => !operation.secured).map(({ method, path }) => `${method} ${path}`)
  expect(open.sort()).toEqual([
    "GET /livez",
    "GET /metrics",
    "GET /readyz",
    "POST /v1/tenants/mine/webhooks/generic",
    "POST /v1/tenants/mine/webhooks/unipile",
    "POST /v1/webhooks/unipile"
  ])
  expect(await edge.call("GET", "/livez")).toMatchObject({ status: 200, json: { status: "ok" } })
  expect(await edge.call("GET", "/readyz")).toMatchObject({ status: 200, json: { status: "ok" } })
})

test("every endpoint of the document says what it sets", async () => {
  const { json } = await edge.call("GET", "/openapi.json")
  for (const [path, item] of Object.entries<Record<string, any>>(json.paths)) {
    for (const [method, { description = "" }] of Object.entries(item)) {
      expect([method, path, description]).toEqual([
        method,
        path,
        expect.stringMatching(/[Ss]ets|Sets|shown|Gives|Keeps|Starts/)
      ])
    }
  }
})

test("the figures count refusals and answers", async () => {
  const { text, headers } = await edge.call("GET", "/metrics")
  expect(headers.get("content-type")).toContain("text/plain")
  expect(text).toMatch(/switchboard_auth_refused_total\{by="key"\} \d+/)
  expect(text).toMatch(/switchboard_http_responses_total\{status="401"\} \d+/)
  expect(text).toMatch(/switchboard_tenants_resident 2/)
  expect(text).not.toContain("theirs")
})
