/** A body with a member that nobody knows is refused with its name, everywhere (CONTRACT §4), and the document says so. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { documented } from "../../src/http/api/api.ts"
import * as OpenApi from "effect/http-api/OpenApi"
import { accountId, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"

type Json = Record<string, any>
const document = OpenApi.fromApi(documented) as unknown as Json

/** Every endpoint with a body; webhooks are the provider's, who may add what it likes. */
const endpoints = Object.entries<Json>(document["paths"]).flatMap(([path, methods]) =>
  Object.entries<Json>(methods).flatMap(([method, { requestBody }]) => {
    const schema = requestBody?.content["application/json"]?.schema as Json | undefined
    return schema === undefined || path.includes("/webhooks/") ? [] : [{ method: method.toUpperCase(), path, schema }]
  })
)
/** Bodies that are a map of the caller's own. */
const isFree = ({ schema }: { readonly schema: Json }) => schema["properties"] === undefined && !schema["anyOf"]

const resolved = (schema: Json): Json =>
  schema["$ref"] === undefined ? schema : document["components"].schemas[schema["$ref"].split("/").at(-1)]

/** What a body needs beyond its schema. */
const needed: Readonly<Record<string, Json>> = {
  "/v1/tenants/{tenant}/analytics": { date: "2026-05-04" },
  "/v1/tenants/{tenant}/conversations/{id}/messages/{message_id}/timestamps": { sent_at: "2026-05-04T00:00:00Z" }
}

/** The least that the schema takes. */
const valueOf = (of: Json): unknown => {
  const schema = resolved(of)
  if (schema["anyOf"] !== undefined) return valueOf(schema["anyOf"][0])
  if (schema["enum"] !== undefined) return schema["enum"][0]
  switch (schema["type"]) {
    case "object":
      return Object.fromEntries(
        (schema["required"] ?? []).map((name: string) => [name, valueOf(schema["properties"][name])])
      )
    case "array":
      return []
    case "boolean":
      return true
    case "integer":
    case "number":
      return schema["minimum"] ?? 1
    default:
      return schema["format"] === "date-time" ? "2026-05-04T00:00:00Z" : "https://x.example"
  }
}

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "spelling")
})
afterAll(() => edge.close())

const names: Readonly<Record<string, string>> = { tenant: "spelling", account_id: accountId, provider: "whatsapp" }
const pathTo = (path: string) => path.replace(/\{(\w+)\}/g, (_, name: string) => names[name] ?? "any")
const call = (method: string, path: string, body: unknown) =>
  edge.call(method, pathTo(path), {
    key: path === "/v1/tenants/{tenant}" && method === "PUT" ? adminKey : tenant.key,
    body
  })

describe("a member that nobody knows", () => {
  test("there are endpoints to walk", () => expect(endpoints.length).toBeGreaterThan(35))

  test.each(endpoints.filter((each) => !isFree(each)))(
    "is refused by $method $path",
    async ({ method, path, schema }) => {
      const body = { ...(valueOf(schema) as Json), ...needed[path] }
      const refusal = await call(method, path, { ...body, exipres_at: "2027-01-01T00:00:00Z" })
      expect([refusal.status, refusal.json.code, refusal.json.field]).toEqual([422, "body_invalid", "exipres_at"])
      expect(refusal.json.rule).toContain("not known")
      // Without it, whatever else may be missing, the body is a good one.
      expect((await call(method, path, body)).json?.code).not.toBe("body_invalid")
    }
  )

  test("is closed out by the document too", () => {
    for (const { method, path, schema } of endpoints.filter((each) => !isFree(each)))
      for (const one of (schema["anyOf"] as ReadonlyArray<Json> | undefined) ?? [schema])
        if (one["type"] !== "array")
          expect([`${method} ${path}`, resolved(one)["additionalProperties"]]).toEqual([`${method} ${path}`, false])
  })

  test("is refused inside an inner value and inside each of several events; the others are applied", async () => {
    const put = await call("PUT", "/v1/tenants/{tenant}/provider-preferences/{provider}", { rate_limit: {} })
    expect(put).toMatchObject({ status: 422, json: { field: "rate_limit" } })
    const events = [
      { type: "auth", account: accountId, status: "connected", provider_confg: {} },
      { type: "auth", account: accountId, status: "expired" },
      {
        type: "message",
        account: accountId,
        conversation: "c",
        message_id: "m",
        direction: "inbound",
        sender: { nmae: "x" }
      }
    ]
    const { json } = await call("POST", "/v1/tenants/{tenant}/events", events)
    expect(json.results).toMatchObject([
      { error: { status: 422, field: "provider_confg" } },
      { outcome: "applied" },
      { error: { status: 422, field: "sender.nmae" } }
    ])
  })

  test("of a map that is the caller's own is kept", async () => {
    const told = { channel_type: "whatsapp", account_name: "Sales", user_id: "u", connection_config: { theirs: 1 } }
    const { status, json } = await call("PUT", "/v1/tenants/{tenant}/connections/{account_id}", told)
    expect([status, json.connection_config]).toEqual([200, { theirs: 1 }])
  })

  test("changes nothing: neither a setting nor a key", async () => {
    const { json: before } = await call("GET", "/v1/tenants/{tenant}", undefined)
    const patch = await call("PATCH", "/v1/tenants/{tenant}", { auto_create_enable: true, default_contact_status: "x" })
    expect(patch).toMatchObject({ status: 422, json: { field: "auto_create_enable" } })
    expect((await call("GET", "/v1/tenants/{tenant}", undefined)).json).toEqual(before)
    const key = { name: "for ever", expires_at: "2027-01-01T00:00:00Z" }
    expect((await call("POST", "/v1/tenants/{tenant}/keys", key)).json.field).toBe("expires_at")
    const { json } = await call("GET", "/v1/tenants/{tenant}/keys", undefined)
    expect(json.items.map(({ name }: { name: string }) => name)).not.toContain("for ever")
  })
})
