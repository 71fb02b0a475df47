/** The syncs of a record (CONTRACT 2.9, 2.11): each field of a job is populated, and what went wrong is said. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { eventually } from "../support/eventually.ts"
import { pglite } from "../support/fresh-databases.ts"
import type { Server } from "../support/server.ts"
import { gmail, whatsapp } from "../unipile-server/content.ts"
import type { UniPileServer } from "../unipile-server/server.ts"
import { startUniPile } from "../unipile-server/server.ts"
import { apiKey, atTenant, newTenant, startReaching } from "./house.ts"

const newest = Date.now() - 3_600_000
const chats = whatsapp({ seed: 11, account_id: "wa-1", chats: 6, messages: 10, newest })
const mails = gmail("mail-1", 120, 4, newest)
const chat = chats.chats[3]!
const phone = `+${(chat.attendees[1]!["provider_id"] as string).split("@")[0]}`
const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/)

let server: Server
let provider: UniPileServer
let tenant: ReturnType<typeof atTenant>
beforeAll(async () => {
  provider = await startUniPile({ api_key: apiKey, accounts: [chats, mails] })
  server = await startReaching(pglite)
  tenant = atTenant(server, await newTenant(server, "acme"))
  await tenant.register("wa-1")
  await tenant.register("mail-1", "gmail")
}, 300_000)
afterAll(async () => {
  await server.close()
  await provider.close()
})

const sync = (body: object = {}) => tenant.call("POST", "/records/r-1/sync", body)
const profile = async () => (await tenant.call("GET", "/records/r-1/profile")).json
const ofRecord = "?record=r-1"

test("an address that is not public, and one with credentials, is refused; the key is never shown", async () => {
  for (const base_url of ["http://10.0.0.1", "https://user:secret@unipile.example", "file:///etc/passwd"])
    expect(await tenant.call("PUT", "/provider-access", { base_url, api_key: "k" })).toMatchObject({
      status: 422,
      json: { field: "base_url" }
    })
  const set = await tenant.access(provider)
  expect(set).toMatchObject({ status: 200, json: { base_url: provider.url, api_key: "••••" } })
  expect((await tenant.call("GET", "/provider-access")).json).toEqual(set.json)
  const audit = await tenant.call("GET", "/audit")
  expect(JSON.stringify(audit.json)).toContain("provider_api_key")
  expect(JSON.stringify(audit.json)).not.toContain(apiKey)
})

test("mails of several pages are fetched once the key is there", async () => {
  const job = await tenant.ended("?account=mail-1")
  expect(job).toMatchObject({ status: "completed", messages_found: 120, conversations_found: 120 })
  await tenant.ended("?account=wa-1")
  expect((await tenant.conversations()).length).toBe(126)
}, 300_000)

test("a record that the CRM has not told of cannot be synced", async () => {
  expect(await sync()).toMatchObject({ status: 422, json: { field: "record_id" } })
})

test("a record's sync fetches what was said with its people, over all accounts, and every field of the job says so", async () => {
  await tenant.call("PUT", "/records/r-1", {
    kind: "contact",
    phones: [phone],
    emails: ["person-2@example.org"],
    pipeline_id: "sales"
  })
  provider.now({ mishap: ({ path }) => (path === "/chat_attendees" ? { wait: 4_000 } : null) })
  const { status, json: asked } = await sync({ user_id: "u1" })
  expect(status).toBe(202)
  expect(await sync({ forced: true })).toMatchObject({ status: 409, json: { code: "in_the_way", field: "sync" } })
  const links = { new_links_created: 2 }
  expect(await tenant.call("PUT", `/sync-jobs/${asked.id}/progress`, links)).toMatchObject({ json: links })
  const trigger = { trigger_reason: "Identifier fields updated: phone, email" }
  expect(await tenant.call("PUT", `/sync-jobs/${asked.id}/trigger`, trigger)).toMatchObject({ json: trigger })
  expect(await tenant.call("PUT", `/sync-jobs/${asked.id}/trigger`, { trigger_reason: "just so" })).toMatchObject({
    status: 422
  })
  const during = await eventually(profile, ({ sync_in_progress }) => sync_in_progress)
  expect(during).toMatchObject({ sync_in_progress: true, sync_lease_until: instant })
  const job = await tenant.ended(ofRecord)
  expect(job).toMatchObject({
    id: asked.id,
    record_id: "r-1",
    profile_id: uuid,
    account_id: null,
    job_type: "full_history",
    status: "completed",
    progress_percentage: 100,
    total_accounts_to_sync: 2,
    accounts_synced: 2,
    messages_found: chat.messages.length + 30,
    conversations_found: 1 + 30,
    new_links_created: 2,
    error_message: "",
    started_at: instant,
    completed_at: instant,
    created_at: instant,
    triggered_by: "u1",
    ...trigger
  })
  expect(await profile()).toMatchObject({
    sync_in_progress: false,
    sync_lease_until: null,
    sync_error_count: 0,
    last_sync_error: "",
    last_full_sync: job.completed_at,
    sync_status: {
      "wa-1": { last_sync: job.completed_at, status: "synced", message_count: chat.messages.length },
      "mail-1": { last_sync: job.completed_at, status: "synced", message_count: 30 }
    }
  })
}, 300_000)

test("an account that is refused fails its leg, and the other one is synced", async () => {
  provider.now({
    mishap: ({ path }) => (path === "/accounts/wa-1" ? { status: 400, body: { type: "errors/x" } } : null)
  })
  await sync({ forced: true, full: true })
  const job = await tenant.ended(ofRecord, 2)
  expect(job).toMatchObject({ status: "failed", accounts_synced: 1, messages_found: 30 })
  expect(job.error_message).toContain("errors/x")
  expect(Object.keys(job.error_details.accounts)).toEqual(["wa-1"])
  expect(await profile()).toMatchObject({ sync_error_count: 1, sync_status: { "wa-1": { status: "failed" } } })
}, 300_000)

test("a wrong key is one call, and the job says where to set another", async () => {
  provider.now({})
  await tenant.access(provider, "wrong")
  const before = provider.asked.length
  await sync({ forced: true })
  const job = await tenant.ended(ofRecord, 3)
  expect(job).toMatchObject({ status: "failed", error_details: { kind: "KeyRefused" } })
  expect(job.error_message).toContain("provider-access")
  expect(provider.asked.length).toBe(before + 1)
}, 300_000)

test("without a key a job fails at once; one that is cancelled stays so", async () => {
  expect((await tenant.call("DELETE", "/provider-access")).json).toEqual({ base_url: null, api_key: null })
  await sync({ forced: true })
  expect(await tenant.ended(ofRecord, 4)).toMatchObject({ status: "failed", error_details: { kind: "AccessMissing" } })
  provider.now({ mishap: () => ({ wait: 3_000 }) })
  await tenant.access(provider)
  const { json } = await sync({ forced: true })
  expect(await tenant.call("POST", `/sync-jobs/${json.id}/cancel`)).toMatchObject({
    status: 200,
    json: { status: "cancelled", completed_at: instant }
  })
  expect(await tenant.call("POST", `/sync-jobs/${json.id}/cancel`)).toMatchObject({ status: 422 })
  expect(await tenant.call("GET", "/sync-jobs/no-such-job")).toMatchObject({ status: 404 })
}, 300_000)
