import { afterAll, beforeAll, expect, test } from "vitest"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
beforeAll(async () => {
  edge = await startEdge()
})
afterAll(() => edge.close())

test("a new tenant shows its secrets once, a repeat only renames it", async () => {
  const made = await edge.call("PUT", "/v1/tenants/acme", { key: adminKey, body: { name: "Acme" } })
  expect(made.status).toBe(201)
  expect(made.json).toEqual({
    id: "acme",
    name: "Acme",
    api_key: expect.stringMatching(/^sb_acme_[A-Za-z0-9_-]{43}$/),
    webhook_secret: expect.stringMatching(/^whs_[A-Za-z0-9_-]{43}$/),
    webhook_url: "https://inbox.example/v1/tenants/acme/webhooks/unipile"
  })
  const again = await edge.call("PUT", "/v1/tenants/acme", { key: adminKey, body: { name: "Acme Ltd" } })
  expect(again.status).toBe(200)
  expect(again.json).toEqual({ id: "acme", name: "Acme Ltd", webhook_url: made.json.webhook_url })
  expect((await edge.call("GET", "/v1/tenants/acme/stats", { key: made.json.api_key })).status).toBe(200)
})
