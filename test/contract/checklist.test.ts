/** The contract's acceptance checklist, as ten tests on a real process. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { databases } from "../support/databases.ts"
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import { adminKey, type Server, startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"
import type { World } from "./chapter.ts"
import { minutes, worldOn } from "./world.ts"

const inbound = fixture("message_received.whatsapp_direct")
const group = fixture("message_received.whatsapp_group")

let server: Server
let w: World
beforeAll(async () => {
  server = await startServer(databases[0]!)
  const { json } = await server.call("PUT", "/v1/tenants/acme", adminKey, { name: "Acme" })
  w = worldOn(server, { id: "acme", key: json.api_key, secret: json.webhook_secret })
  await w.put(`/connections/${fixtureAccount}`, { channel_type: "whatsapp", account_name: "Sales", user_id: "anna" })
  await w.hook(fixture("account_status.ok"))
})
afterAll(() => server.close())

const account = () => w.get(`/connections/${fixtureAccount}`)
const chat = (id: string) => w.get(`/conversations/${id}`)
const tenant = async () => (await w.get("/actors/tenant/acme")).context

test("send a message and see rate-limit fields", async () => {
  expect(await account()).toMatchObject({ messages_sent_count: 0, rate_limit_per_hour: 100, rate_limit_per_day: 1000 })
  const { remaining_hour, remaining_day } = await w.post(`/connections/${fixtureAccount}/sends`, { count: 1 })
  expect([remaining_hour, remaining_day]).toEqual([99, 999])
  expect(await account()).toMatchObject({
    messages_sent_count: 1,
    messages_sent_today: 1,
    messages_sent_this_hour: 1
  })
})

test("create a group and see its type", async () => {
  await w.hook(group)
  expect(await chat(group.chat_id)).toMatchObject({ conversation_type: "group", participant_count: 4 })
})

test("process a webhook and see its reception time", async () => {
  const before = Date.now()
  await w.hook(inbound)
  const { last_webhook_received, webhook_failures } = await tenant()
  expect(Date.parse(last_webhook_received)).toBeGreaterThanOrEqual(before)
  expect(webhook_failures).toBe(0)
})

test("scheduled tasks create analytics", async () => {
  await w.post("/schedule/generate_daily_analytics/run")
  const day = new Date(Date.now() - 24 * 60 * minutes).toISOString().slice(0, 10)
  await expect
    .poll(async () => (await w.get("/analytics")).items.map((row: any) => row.date), { timeout: 10_000 })
    .toContain(day)
})

test("members change counts", async () => {
  await w.post("/events", {
    type: "participant_left",
    conversation: group.chat_id,
    participant: group.sender.attendee_provider_id,
    at: "2026-05-05T09:00:00.000Z"
  })
  const { participant_count, members } = await chat(group.chat_id)
  expect(participant_count).toBe(3)
  expect(members.filter((member: any) => member.is_active)).toHaveLength(3)
})

test("reading changes unread", async () => {
  expect(await chat(inbound.chat_id)).toMatchObject({ unread_count: 1 })
  expect(await w.post(`/conversations/${inbound.chat_id}/read`, { user_id: "anna" })).toMatchObject({ unread_count: 0 })
  expect((await chat(inbound.chat_id)).members.find((member: any) => member.role === "owner")).toMatchObject({
    unread_count: 0,
    last_read_at: inbound.timestamp
  })
})

test("resolution sets its fields", async () => {
  const { members } = await chat(inbound.chat_id)
  const { participant_id } = members.find((member: any) => member.role !== "owner")
  await w.put(`/participants/${participant_id}/resolution`, { record_id: "contact-7" })
  expect(await w.get(`/participants/${participant_id}`)).toMatchObject({
    contact_record: "contact-7",
    resolution_confidence: 1,
    resolution_method: "manual_link",
    resolved_at: expect.stringMatching(/Z$/)
  })
})

test("activity makes a conversation hot", async () => {
  const one = (n: number) => message({ chat: "busy", id: `busy-${n}`, at: Date.now() - n * minutes })
  for (let n = 1; n <= 9; n++) await w.hook(one(n))
  expect(await chat("busy")).toMatchObject({ is_hot: false })
  await w.hook(one(10))
  expect(await chat("busy")).toMatchObject({ is_hot: true })
})

test("an expired token is noticed", async () => {
  await w.put(`/connections/${fixtureAccount}/tokens`, { access_token: "a-token", expires_in: 1 })
  expect(await account()).toMatchObject({ is_token_expired: false, needs_refresh: true, account_status: "active" })
  await expect
    .poll(account, { timeout: 15_000 })
    .toMatchObject({ is_token_expired: true, account_status: "expired", auth_status: "expired", can_send: false })
})

test("auto-sync scheduling fields are kept", async () => {
  const wish = { auto_sync_enabled: false, sync_frequency_hours: 6, pipeline_id: "sales" }
  const path = "/records/contact%2F7"
  const made = await w.put(`${path}/auto-sync`, { ...wish, user_id: "anna" })
  expect(made).toMatchObject({ ...wish, record_id: "contact/7", created_by: "anna" })
  await server.kill()
  await server.restart()
  expect(await w.get(`${path}/profile`)).toEqual(made)
})
