/** The embedded Postgres dies under load: its thread ends, and the process goes on. */
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { deliver, fixture, type Tenant, tenantWithAccount } from "../http/account.ts"
import { type Edge, startEdge } from "../http/edge.ts"
import { eventually } from "../support/eventually.ts"
import { killThread } from "../support/kill-thread.ts"
import { copyFreshCluster } from "../support/fresh-cluster.ts"

let dataDir: string
let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "switchboard-data-"))
  await copyFreshCluster(dataDir)
  edge = await startEdge({ dataDir })
  tenant = await tenantWithAccount(edge, "embedded")
})
afterAll(async () => {
  await edge.close()
  await rm(dataDir, { recursive: true, force: true })
})

const readyz = async () => (await edge.call("GET", "/readyz")).status
const base = fixture("message_received.whatsapp_direct")
const payload = (n: number) => ({ ...base, message_id: `m-${n}`, provider_message_id: `p-${n}` })

test("a thread that dies is started again on its files: every webhook is answered 200 and counts once, and /readyz tells", async () => {
  const answers: Array<Promise<{ readonly status: number }>> = []
  let posting: NodeJS.Timeout | undefined
  onTestFinished(() => clearInterval(posting))
  posting = setInterval(() => answers.push(deliver(edge, tenant, payload(answers.length))), 20)
  await eventually(
    async () => answers.length,
    (posted) => posted > 10
  )
  expect(await readyz()).toBe(200)
  expect(await killThread("pglite/worker.ts"), "the thread was found").toBe(true)
  expect(await eventually(readyz, (status) => status === 503)).toBe(503)
  expect((await edge.call("GET", "/livez")).status).toBe(200)
  expect(await eventually(readyz, (status) => status === 200, 3000)).toBe(200)
  clearInterval(posting)
  for (const { status } of await Promise.all(answers)) expect(status).toBe(200)
  const { json } = await edge.call("GET", `/v1/tenants/embedded/conversations/${base["chat_id"]}`, { key: tenant.key })
  expect([json.message_count, json.unread_count]).toEqual([answers.length, answers.length])
  const list = await edge.call("GET", "/v1/tenants/embedded/conversations", { key: tenant.key })
  expect(list.json.items.map((item: any) => item.message_count)).toEqual([answers.length])
})
