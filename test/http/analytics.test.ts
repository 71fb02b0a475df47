import * as Schema from "effect/Schema"
import { afterAll, beforeAll, expect, test } from "vitest"
import { AnalyticsWire } from "../../src/http/api/wire.ts"
import { accountId, deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
const date = "2026-05-04"
const received = (id: string, time: string) =>
  deliver(edge, tenant, {
    ...fixture("message_received.whatsapp_direct"),
    message_id: id,
    provider_message_id: `provider-${id}`,
    timestamp: `${date}T${time}.000Z`
  })
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "figures")
  await received("a", "10:00:00")
})
afterAll(() => edge.close())

const call = (method: string, path: string, body?: unknown) =>
  edge.call(method, `/v1/tenants/figures${path}`, { key: tenant.key, body })
const day = `from=${date}&to=${date}`

test("figures are as of now, for the tenant, one channel, or all", async () => {
  const whole = await call("GET", `/analytics?${day}`)
  expect(whole.json.items).toMatchObject([
    {
      date,
      channel_id: null,
      messages_received: 1,
      messages_sent: 0,
      active_channels: 1,
      metadata: { total_messages: 1 }
    }
  ])
  Schema.decodeUnknownSync(Schema.toCodecJson(AnalyticsWire) as unknown as Schema.Codec<unknown, unknown>)(
    whole.json.items[0]
  )
  await received("b", "11:00:00")
  const channel = await call("GET", `/analytics?${day}&channel=${accountId}`)
  expect(channel.json.items).toMatchObject([{ date, messages_received: 2, active_channels: 1 }])
  const id = channel.json.items[0].channel_id
  expect((await call("GET", `/analytics?${day}&channel=${id}`)).json).toEqual(channel.json)
  expect((await call("GET", `/analytics?${day}&channel=*`)).json.items).toHaveLength(2)
  expect((await call("GET", "/analytics")).json.items).not.toContainEqual(expect.objectContaining({ date }))
})

test("a day is calculated on demand, quiet channels included, as often as one likes", async () => {
  const made = await call("POST", "/analytics", { date: new Date().toISOString().slice(0, 10) })
  expect(made.status).toBe(200)
  expect(made.json.items).toMatchObject([
    { channel_id: null, messages_received: 0, active_channels: 0, response_rate: 0, engagement_score: 0 },
    { channel_id: expect.any(String), messages_received: 0, active_channels: 1 }
  ])
  const again = await call("POST", "/analytics", { date: new Date().toISOString().slice(0, 10) })
  expect(again.json.items).toHaveLength(2)
})

test("what is asked wrongly is refused with field and rule", async () => {
  const refused = async (method: string, path: string, body?: unknown) => {
    const { status, json } = await call(method, path, body)
    return [status, json.code, json.field]
  }
  expect(await refused("GET", "/analytics?from=2026-02-30")).toEqual([400, "parameter_invalid", "from"])
  expect(await refused("GET", "/analytics?from=2026-02-02&to=2026-02-01")).toEqual([400, "parameter_invalid", "from"])
  expect(await refused("GET", "/analytics?from=2024-01-01&to=2026-02-01")).toEqual([400, "parameter_invalid", "to"])
  expect(await refused("GET", `/analytics?${day}&channel=nobody`)).toEqual([404, "channel_unknown", undefined])
  expect(await refused("POST", "/analytics", { date: "yesterday" })).toEqual([422, "body_invalid", "date"])
  expect(await refused("POST", "/analytics", { date: "2999-01-01" })).toEqual([422, "body_invalid", "date"])
  expect(await refused("POST", "/analytics", {})).toEqual([422, "body_invalid", "date"])
})

test("the tasks can be run by hand, and the drift figure is there and 0", async () => {
  const tasks = [
    "update_channel_statistics",
    "update_participant_statistics",
    "update_conversation_types",
    "generate_daily_analytics"
  ]
  for (const task of tasks) expect((await call("POST", `/schedule/${task}/run`)).json).toEqual({ outcome: "applied" })
  const runs = () => call("GET", "/schedule").then(({ json }) => json.runs)
  await expect
    .poll(async () => (await runs()).map((run: any) => run.task).sort(), { timeout: 20_000 })
    .toEqual(tasks.toSorted())
  for (const run of await runs()) {
    expect(run).toMatchObject({ due: expect.stringMatching(/Z$/), started: expect.stringMatching(/Z$/), error: null })
    if (run.task.endsWith("statistics")) expect(run.touched).toBe(0)
  }
  const figures = (await edge.call("GET", "/metrics")).text.match(/^switchboard_drift_total\{.*\} (\d+)$/gm) ?? []
  expect(figures).toHaveLength(3)
  for (const figure of figures) expect(figure).toMatch(/ 0$/)
})
