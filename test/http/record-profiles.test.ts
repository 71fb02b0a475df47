import { afterAll, beforeAll, expect, test } from "vitest"
import * as Schema from "effect/Schema"
import { RecordProfileWire } from "../../src/http/api/wire.ts"
import type { Tenant } from "./account.ts"
import { type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await edge.tenant("records")
})
afterAll(() => edge.close())

const call = (method: string, path: string, body?: unknown) =>
  edge.call(method, `/v1/tenants/records/records${path}`, { key: tenant.key, body })

test("a profile begins with the contract's defaults, and what a command leaves out stays", async () => {
  const made = await call("PUT", "/r-1/auto-sync", {})
  expect(made).toMatchObject({
    status: 200,
    json: { auto_sync_enabled: true, sync_frequency_hours: 24, created_by: null }
  })
  await call("PUT", "/r-1/auto-sync", { sync_frequency_hours: 0 })
  await call("PUT", "/r-1/auto-sync", { pipeline_id: "sales", user_id: "too late" })
  const { json } = await call("GET", "/r-1/profile")
  expect(json).toMatchObject({ sync_frequency_hours: 0, pipeline_id: "sales", created_by: null })
  await Schema.decodeUnknownPromise(RecordProfileWire as never, { onExcessProperty: "error" })(json)
})

test("the same command once more changes nothing", async () => {
  const first = await call("PUT", "/r-2/auto-sync", { sync_frequency_hours: 6 })
  expect((await call("PUT", "/r-2/auto-sync", { sync_frequency_hours: 6 })).json).toEqual(first.json)
})

test("a broken rule is named, and an unknown record is not there", async () => {
  expect(await call("PUT", "/r-3/auto-sync", { sync_frequency_hours: -1 })).toMatchObject({
    status: 422,
    json: { field: "sync_frequency_hours" }
  })
  expect(await call("GET", "/r-3/profile")).toMatchObject({ status: 404, json: { code: "record_unknown" } })
})
