/** Assigning, putting off and labelling over HTTP, and what lists and totals make of it (CONTRACT §8). */
import { afterAll, beforeAll, expect, test } from "vitest"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import { type Server, startServer, type Tenant } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

const noon = Date.UTC(2026, 4, 4, 12)
const chats = ["one", "two", "three"]

let server: Server
let acme: Tenant
beforeAll(async () => {
  server = await startServer(databases[0]!)
  acme = await server.tenant("acme", fixtureAccount)
  for (const [n, chat] of chats.entries()) await server.webhook(acme, message({ chat, id: `m-${chat}`, at: noon - n }))
})
afterAll(() => server.close())

const call = (method: string, path: string, body?: unknown) =>
  server.call(method, `/v1/tenants/acme${path}`, acme.key, body)
const listed = async (query: string) =>
  (await call("GET", `/conversations?${query}`)).json.items.map((item: any) => item.external_thread_id)

test("assign, label and filter by both", async () => {
  expect((await call("PUT", "/conversations/one/assigned-to", { assigned_to: "anna" })).json.assigned_to).toBe("anna")
  await call("PUT", "/conversations/two/assigned-to", { assigned_to: "bo" })
  expect((await call("POST", "/conversations/one/labels", { add: ["vip", "münchen"] })).json.labels).toEqual([
    "münchen",
    "vip"
  ])
  expect(await listed("assigned=anna")).toEqual(["one"])
  expect(await listed("unassigned=true")).toEqual(["three"])
  expect(await listed("assigned=anna&unassigned=true")).toEqual(["one", "three"])
  expect(await listed("unassigned=false")).toEqual(["one", "two"])
  expect(await listed(`label=${encodeURIComponent("münchen")}`)).toEqual(["one"])
  expect(await listed("label=m%C3%BC")).toEqual([])
  expect((await call("PUT", "/conversations/one/labels", { labels: [] })).json.labels).toEqual([])
  const { items } = (await call("GET", "/audit")).json
  const line = items.find((entry: any) => entry.field === "assigned_to" && entry.new === "bo")
  expect(line).toMatchObject({ action: "conversation_assigned", old: null, actor: expect.stringMatching(/^key:/) })
  expect(items.some((entry: any) => entry.field === "labels")).toBe(true)
})

test.each([
  ["assigned-to", { assigned_to: "" }, "assigned_to"],
  ["assigned-to", { assigned_to: "anna", by: "me" }, "by"],
  ["snooze", { until: "soon" }, "until"],
  ["snooze", { until: "2020-01-01T00:00:00Z" }, "until"],
  ["labels", { labels: [" vip"] }, "labels.0"],
  ["labels", { labels: ["x".repeat(51)] }, "labels.0"]
])("a wrong %s is refused with its field", async (path, body, field) => {
  const { status, json } = await call("PUT", `/conversations/one/${path}`, body)
  expect([status, json.field]).toEqual([422, field])
})

test("what is put off is out of the list and counted apart; it comes back by itself, across kill -9", async () => {
  const until = new Date(Date.now() + 8_000).toISOString()
  expect((await call("PUT", "/conversations/two/snooze", { until })).json).toMatchObject({
    snoozed_until: until,
    status: "active"
  })
  await call("PUT", "/conversations/three/snooze", { until: "2099-01-01T00:00:00Z" })
  const shown = { unread: await listed("unread=true"), active: await listed("status=active") }
  expect(shown).toEqual({ unread: ["one"], active: ["one"] })
  expect(await listed("snoozed=true")).toEqual(["two", "three"])
  expect(await listed("status=active&snoozed=true")).toEqual(["two", "three"])
  await server.kill()
  await server.restart()
  await expect.poll(() => listed("unread=true"), { timeout: 60_000 }).toEqual(["one", "two"])
  expect(await listed("snoozed=true")).toEqual(["three"])
  await server.webhook(acme, message({ chat: "three", id: "news", at: noon - 60_000 }))
  expect(await listed("unread=true")).toEqual(["one", "two", "three"])
}, 120_000)
