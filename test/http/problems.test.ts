import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as References from "effect/References"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import {
  CutBehind,
  DatabaseAway,
  EventIndigestible,
  MailboxFull,
  MemoryDropped,
  OwnershipLost,
  RuleBroken
} from "../../actors/errors.ts"
import { problemOf, problemResponse } from "../../src/http/problem.ts"
import { refuse } from "../../src/http/refuse.ts"
import { accountId, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Edge, startEdge } from "./edge.ts"

let edge: Edge
let tenant: Tenant
beforeAll(async () => {
  edge = await startEdge()
  tenant = await tenantWithAccount(edge, "problems")
})
afterAll(() => edge.close())

const base = "/v1/tenants/problems"

describe("a refusal is a problem with a stable code", () => {
  test.each([
    ["no such path", "GET", "/v2/nothing", undefined, 404, { code: "route_unknown" }],
    ["no such method", "DELETE", "/v1/tenants/problems", undefined, 405, { code: "method_unknown" }],
    ["no such tenant", "GET", "/v1/tenants/nobody/stats", undefined, 404, { code: "tenant_unknown" }],
    ["no such conversation", "GET", `${base}/conversations/none`, undefined, 404, { code: "conversation_unknown" }],
    ["no such connection", "GET", `${base}/connections/none/quota`, undefined, 404, { code: "connection_unknown" }],
    ["no such participant", "GET", `${base}/participants/none`, undefined, 404, { code: "participant_unknown" }],
    [
      "a bad tenant id",
      "PUT",
      "/v1/tenants/Not-Good",
      { name: "x" },
      400,
      { code: "parameter_invalid", field: "tenant" }
    ],
    [
      "an id that is too long",
      "GET",
      `${base}/conversations/${"x".repeat(501)}`,
      undefined,
      400,
      { code: "parameter_invalid", field: "id" }
    ],
    [
      "a bad query",
      "GET",
      `${base}/conversations?priority=extreme`,
      undefined,
      400,
      { code: "parameter_invalid", field: "priority" }
    ],
    [
      "a bad limit",
      "GET",
      `${base}/conversations?limit=0`,
      undefined,
      400,
      { code: "parameter_invalid", field: "limit" }
    ],
    [
      "a bad cursor",
      "GET",
      `${base}/conversations?cursor=zzz`,
      undefined,
      400,
      { code: "parameter_invalid", field: "cursor" }
    ],
    [
      "a missing field",
      "PUT",
      `${base}/connections/a`,
      { channel_type: "whatsapp", account_name: "x" },
      422,
      { code: "body_invalid", field: "user_id" }
    ],
    [
      "a value outside its vocabulary",
      "PUT",
      `${base}/connections/a`,
      { channel_type: "fax", account_name: "x", user_id: "u" },
      422,
      { code: "body_invalid", field: "channel_type" }
    ],
    [
      "a negative limit",
      "PUT",
      `${base}/connections/${accountId}/rate-limit`,
      { rate_limit_per_hour: -1 },
      422,
      { code: "body_invalid", field: "rate_limit_per_hour" }
    ],
    ["a body that is no object", "PUT", "/v1/tenants/list", ["x"], 422, { code: "body_invalid" }],
    ["no such task", "POST", `${base}/schedule/dance/run`, undefined, 400, { code: "parameter_invalid", field: "task" }]
  ])("%s", async (_, method, path, body, status, shape) => {
    const answer = await edge.call(method, path, { key: adminKey, body })
    expect(answer.json).toMatchObject({
      ...shape,
      status,
      type: "about:blank",
      title: expect.any(String),
      detail: expect.any(String)
    })
    expect(answer.status).toBe(status)
    expect(answer.headers.get("content-type")).toBe("application/problem+json")
  })

  test("text that Postgres cannot hold is refused, wherever it stands", async () => {
    const registration = { channel_type: "whatsapp", account_name: "x", user_id: "u" }
    const put = (path: string, raw: string) => edge.call("PUT", path, { key: tenant.key, raw })
    for (const bad of ["\\u0000", "\\ud800", "\\uDFFF x"]) {
      const raw = (field: object) => JSON.stringify({ ...registration, ...field }).replaceAll("BAD", bad)
      for (const field of [
        { account_name: "BAD" },
        { connection_config: { deep: ["BAD"] } },
        { provider_config: { BAD: 1 } }
      ]) {
        expect(await put(`${base}/connections/a`, raw(field))).toMatchObject({
          status: 422,
          json: { field: expect.stringMatching(/^(account_name|connection_config|provider_config)/) }
        })
      }
    }
    const whole = await put(`${base}/connections/a`, JSON.stringify(registration).replace('"x"', '"\\ud83d\\ude00"'))
    expect(whole).toMatchObject({ status: 201, json: { account_name: "😀" } })
    expect((await put(`${base}/connections/a%00b`, JSON.stringify(registration))).status).toBe(400)
    expect((await edge.call("GET", `${base}/conversations?q=a%00b`, { key: tenant.key })).status).toBe(400)
    for (const path of [
      "/conversations/%00",
      "/conversations/%ff",
      "/conversations/%ED%A0%80",
      "/participants/%",
      "/conversations?q=%ff"
    ]) {
      expect([path, (await edge.call("GET", base + path, { key: tenant.key })).status]).toEqual([
        path,
        expect.toSatisfy((status) => status < 500)
      ])
    }
  })

  test("405 says what is possible", async () => {
    const answer = await edge.call("PATCH", `${base}/connections/x`, { key: adminKey })
    expect(answer.headers.get("allow")).toBe("GET, PUT")
  })

  test("a body that is not JSON gets 400, one over 1 MiB 413, in every endpoint that takes one", async () => {
    const path = `${base}/feed-tokens`
    expect(await edge.call("POST", path, { key: tenant.key, raw: "{" })).toMatchObject({
      status: 400,
      json: { code: "not_json" }
    })
    const large = JSON.stringify({ user_id: "u", pad: "x".repeat(1024 * 1024) })
    expect(await edge.call("POST", path, { key: tenant.key, raw: large })).toMatchObject({
      status: 413,
      json: { code: "too_large" }
    })
    const chunked = await fetch(edge.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${tenant.key}` },
      body: new Blob([large]).stream(),
      duplex: "half"
    } as RequestInit)
    expect(chunked.status).toBe(413)
    await chunked.body?.cancel()
  })
})

describe("what cannot be provoked from outside has its place in the table", () => {
  test.each([
    [new MailboxFull({ tenant: "t", limit: 5, retry_after_s: 2 }), 503, "mailbox_full", "2"],
    [new OwnershipLost({ tenant: "t" }), 503, "ownership_lost", "1"],
    [new CutBehind({ tenant: "t", limit: 5, unit: "events", retry_after_s: 5 }), 503, "cut_behind", "5"],
    [new MemoryDropped({ tenant: "t", reason: "r" }), 503, "memory_dropped", "1"],
    [new DatabaseAway({}), 503, "database_unavailable", "1"],
    [new EventIndigestible({ type: "x", detail: "y" }), 500, "event_indigestible", undefined],
    [new RuleBroken({ field: "f", rule: "must be r" }), 422, "rule_broken", undefined]
  ])("%s", (fault, status, code, retry) => {
    const response = problemResponse(fault)
    expect([response.status, response.headers["retry-after"], problemOf(fault).code]).toEqual([status, retry, code])
  })

  test("a defect is answered without its details", async () => {
    const response = await Effect.runPromise(
      refuse(Cause.die(new Error("password=hunter2"))).pipe(Effect.provideService(References.MinimumLogLevel, "None"))
    )
    const text = JSON.stringify(await HttpServerResponse.toWeb(response).json())
    expect(response.status).toBe(500)
    expect(text).not.toContain("hunter2")
  })
})
