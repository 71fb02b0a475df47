import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, expect, test } from "vitest"
import { fieldEntities } from "../../persistence/database/tables.ts"
import { deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "fields")
})
afterAll(() => edge.close())

const get = (path: string) => edge.call("GET", `/v1/tenants/fields${path}`, { key: tenant.key })
const figure = async (entity: string, field: string) => {
  const { json } = await get(`/fields?entity=${entity}`)
  return json.items.find((item: any) => item.field === field)
}

test("every field is told with its definition; what nothing has is 0 since never", async () => {
  const { status, json } = await get("/fields")
  expect(status).toBe(200)
  const defined = Object.entries(fieldEntities).flatMap(([entity, { fields }]) =>
    Object.keys(fields).map((field) => `${entity}.${field}`)
  )
  expect(json.items.map((item: any) => `${item.entity}.${item.field}`)).toEqual(defined)
  expect(await figure("conversation", "priority")).toEqual({
    entity: "conversation",
    field: "priority",
    meaning: "How urgent it is",
    type: "one of low, normal, high, urgent",
    default: "normal",
    populated_by: "set_conversation_priority; urgent webhooks",
    sensitive: false,
    required: false,
    entities: 0,
    populated: 0,
    first_populated_at: null,
    last_populated_at: null
  })
  expect((await get("/fields?entity=dragon")).status).toBe(400)
})

test("a field counts once it has left its default, and remembers since when", async () => {
  const direct = fixture("message_received.whatsapp_direct")
  await deliver(edge, tenant, direct)
  expect(await figure("conversation", "unread_count")).toMatchObject({ entities: 1, populated: 1 })
  expect(await figure("conversation", "priority")).toMatchObject({
    entities: 1,
    populated: 0,
    first_populated_at: null
  })
  const path = `/v1/tenants/fields/conversations/${direct.chat_id}/priority`
  await edge.call("PUT", path, { key: tenant.key, body: { priority: "high" } })
  const high = await figure("conversation", "priority")
  expect(high).toMatchObject({ populated: 1, first_populated_at: expect.stringMatching(/^\d{4}-.*Z$/) })
  await edge.call("PUT", path, { key: tenant.key, body: { priority: "normal" } })
  const { first_populated_at, last_populated_at } = high
  expect(await figure("conversation", "priority")).toMatchObject({
    populated: 0,
    first_populated_at,
    last_populated_at
  })
})

test("of a sensitive field only the count is told", async () => {
  expect(await figure("tenant", "webhook_secret")).toMatchObject({
    sensitive: true,
    entities: 1,
    populated: 1,
    first_populated_at: null,
    last_populated_at: null
  })
})

test("an entity that lacks what it must have is reported by id", async () => {
  expect((await get("/fields/missing")).json).toEqual({ items: [] })
  const rows = await edge.run(
    SqlClient.use((sql) => sql<{ id: string }>`update messages set sender_participant_id = null returning id`)
  )
  expect((await get("/fields/missing")).json).toEqual({
    items: [{ entity: "message", field: "sender_participant_id", entities: 1, missing: 1, ids: [rows[0]!.id] }]
  })
})

test("the hourly task counts the same, and the metric shows shares without tenants", async () => {
  await edge.call("POST", "/v1/tenants/fields/schedule/measure_field_population/run", { key: tenant.key })
  await expect
    .poll(async () => (await get("/schedule")).json.runs, { timeout: 10_000 })
    .toMatchObject([{ task: "measure_field_population", error: null }])
  const { text } = await edge.call("GET", "/metrics")
  expect(text).toMatch(/switchboard_field_population_ratio\{entity="message",field="content"\} 1/)
  expect(text).toMatch(/switchboard_field_population_ratio\{entity="member",field="left_at"\} 0/)
  expect(text).not.toContain('field="fields"')
})
