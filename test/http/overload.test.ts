import { afterAll, beforeAll, expect, test } from "vitest"
import { deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge({ mailbox: 2 })
  tenant = await tenantWithAccount(edge, "busy")
})
afterAll(() => edge.close())

test("a full mailbox answers 503 and when to come back; sent again, nothing is missing or counted twice", async () => {
  const message = fixture("message_received.whatsapp_direct")
  const payloads = Array.from({ length: 40 }, (_, n) => ({
    ...message,
    message_id: `m-${n}`,
    provider_message_id: `p-${n}`
  }))
  const answers = await Promise.all(payloads.map((payload) => deliver(edge, tenant, payload)))
  const refused = answers.filter((answer) => answer.status === 503)
  expect(refused.length).toBeGreaterThan(0)
  for (const { json, headers } of refused) {
    expect(json).toMatchObject({ code: "mailbox_full", retry_after_s: expect.any(Number) })
    expect(headers.get("retry-after")).toBe(String(json.retry_after_s))
  }
  for (const payload of payloads) expect((await deliver(edge, tenant, payload)).status).toBe(200)
  const { json } = await edge.call("GET", `/v1/tenants/busy/conversations/${message["chat_id"]}`, { key: tenant.key })
  expect(json).toMatchObject({ message_count: 40, unread_count: 40 })
})
