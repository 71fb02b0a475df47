/** The history of an account: fetched once it runs, and again for the time in which it did not. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { pglite } from "../support/fresh-databases.ts"
import type { Server } from "../support/server.ts"
import { whatsapp } from "../unipile-server/content.ts"
import type { UniPileServer } from "../unipile-server/server.ts"
import { startUniPile } from "../unipile-server/server.ts"
import { apiKey, atTenant, newTenant, shown, startReaching, sumOf, told } from "./house.ts"

const newest = Date.now() - 3_600_000
const account = whatsapp({ seed: 7, account_id: "wa-1", chats: 12, messages: 8, newest })
const other = whatsapp({ seed: 8, account_id: "wa-2", chats: 3, messages: 140, newest })

let server: Server
let provider: UniPileServer
beforeAll(async () => {
  provider = await startUniPile({ api_key: apiKey, accounts: [account, other] })
  server = await startReaching(pglite)
}, 120_000)
afterAll(async () => {
  await server.close()
  await provider.close()
})

test("a new account's history is fetched by itself, and the counters are those of what the provider holds", async () => {
  const tenant = atTenant(server, await newTenant(server, "acme"))
  await tenant.access(provider)
  await tenant.register("wa-1")
  const job = await tenant.ended()
  expect(job).toMatchObject({
    status: "completed",
    job_type: "full_history",
    trigger_reason: "Account registered",
    account_id: "wa-1",
    total_accounts_to_sync: 1,
    accounts_synced: 1,
    progress_percentage: 100,
    messages_found: sumOf(account),
    conversations_found: 12,
    error_message: ""
  })
  expect(shown(await tenant.conversations())).toEqual(told(account))
  // History is no send, and nobody is announced for it.
  const { json } = await tenant.call("GET", "/connections/wa-1")
  expect(json).toMatchObject({ messages_sent_count: 0, last_sync_at: job.completed_at })
}, 300_000)

test("messages of several pages are all there, and what a webhook tells of the same is a repeat", async () => {
  const made = await newTenant(server, "pages")
  const tenant = atTenant(server, made)
  await tenant.register("wa-2")
  await tenant.access(provider)
  expect(await tenant.ended()).toMatchObject({ status: "completed", messages_found: sumOf(other) })
  expect(shown(await tenant.conversations())).toEqual(told(other))
}, 300_000)

test("a second request within the hour is refused with the seconds to wait, a forced one is not", async () => {
  const tenant = atTenant(server, await newTenant(server, "throttled", { sync_historical_days: 0 }))
  await tenant.access(provider)
  await tenant.register("wa-1")
  expect(await tenant.jobs()).toEqual([])
  const first = await tenant.call("POST", "/connections/wa-1/sync", { user_id: "u1" })
  expect(first).toMatchObject({ status: 202, json: { trigger_reason: "Manual sync", triggered_by: "u1" } })
  await tenant.ended()
  const second = await tenant.call("POST", "/connections/wa-1/sync", {})
  expect(second).toMatchObject({ status: 429, json: { code: "too_soon", field: "sync" } })
  expect(second.json.retry_after_s).toBeGreaterThan(3_000)
  expect(await tenant.call("POST", "/connections/wa-1/sync", { forced: true })).toMatchObject({ status: 202 })
  await tenant.ended("", 2)
}, 300_000)
