/**
 * Idempotency-Key on every write (CONTRACT §4). The endpoints come from the OpenAPI document: one that is added without an example
 * here fails the walk, as does one on which the key has no effect.
 */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { randomBytes, randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { KeptAnswers } from "../../persistence/kept/kept-answers.ts"
import { databases } from "../support/databases.ts"
import { eventually } from "../support/eventually.ts"
import { accountId, chatId, deliver, fixture, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Answer, type Edge, startEdge } from "./edge.ts"
import { edgeOn, messageOf, quarantined } from "./kept.ts"

const chat = `/conversations/${chatId}`
const account = `/connections/${accountId}`

/** What an endpoint is walked with: the tenant's path or a whole one, and a body. */
interface Example {
  readonly path: string
  readonly body?: unknown
  readonly key?: string
  readonly status?: number
  /** Waits until what the request has begun is over. */
  readonly settled?: () => Promise<unknown>
}

describe.each(databases)("Idempotency-Key on $name", (database) => {
  let edge: Edge
  let acme: Tenant
  const at = (path: string) => `/v1/tenants/acme${path}`
  const call = (method: string, path: string, body?: unknown, key?: string, caller = acme.key): Promise<Answer> =>
    edge.call(method, path.startsWith("/v1") ? path : at(path), {
      key: caller,
      body,
      headers: key === undefined ? {} : { "idempotency-key": key }
    })
  const ask = async (path: string) => (await call("GET", path)).json

  beforeAll(async () => {
    edge = await edgeOn(database)
    acme = await tenantWithAccount(edge, "acme")
    await deliver(edge, acme, fixture("message_received.whatsapp_direct"))
  })
  afterAll(() => edge.close())

  const reservation = async () => (await call("POST", `${account}/sends`, {})).json.reservation_id as string
  const member = async () => (await ask(chat)).members.find((one: any) => one.role !== "owner").participant_id as string
  const message = async () => (await ask(`${chat}/messages`)).items[0].external_message_id as string
  const channel = async () => (await ask(account)).channel_id as string
  const waiting = async (n: string) => {
    await deliver(edge, acme, messageOf(`w-${n}`, { account_id: `elsewhere-${n}` }))
    const { items } = await ask(`/waiting?account_id=elsewhere-${n}`)
    return items[0].id as string
  }
  const deadAnnouncement = async () => {
    const id = randomUUID()
    await edge.run(
      SqlClient.use(
        (sql) => sql`
          with made as (
            insert into outgoing (tenant_id, id, type, body, created_at) values ('acme', ${id}::uuid, 't', '{}', now())
          )
          insert into outgoing_deliveries (tenant_id, endpoint_id, outgoing_id, stream, place, status, next_attempt_at)
          values ('acme', 'crm', ${id}::uuid, '', 0, 'dead', now() + interval '1 day')`
      )
    )
    return id
  }

  const endpoint = async (name: string) => {
    await call("PUT", `/outgoing-webhooks/${name}`, { url: "https://crm.example/hooks" })
    return `/outgoing-webhooks/${name}`
  }
  let records = 0
  const record = async () => {
    const id = `synced-${++records}`
    await call("PUT", `/records/${id}`, { kind: "contact", emails: [`${id}@person.example`] })
    return `/records/${id}`
  }
  const job = async () => `/sync-jobs/${(await call("POST", `${await record()}/sync`, {})).json.id}`

  const examples: Readonly<Record<string, () => Promise<Example> | Example>> = {
    "PUT /v1/tenants/{tenant}": () => ({
      path: "/v1/tenants/other",
      body: { name: "Other" },
      key: adminKey,
      status: 201
    }),
    "PATCH /v1/tenants/{tenant}": () => ({ path: "", body: { sync_historical_days: 12 } }),
    "PUT /v1/tenants/{tenant}/provider-preferences/{provider}": () => ({
      path: "/provider-preferences/whatsapp",
      body: { rate_limits: { messages_per_day: 900 } }
    }),
    "POST /v1/tenants/{tenant}/webhook-secret": () => ({ path: "/webhook-secret", body: {} }),
    "POST /v1/tenants/{tenant}/webhook-status": () => ({ path: "/webhook-status", body: { ok: false } }),
    "POST /v1/tenants/{tenant}/keys": () => ({ path: "/keys", body: { name: "desk" }, status: 201 }),
    "DELETE /v1/tenants/{tenant}/keys/{key_id}": async () => ({
      path: `/keys/${(await call("POST", "/keys", { name: "gone" })).json.id}`
    }),
    "PUT /v1/tenants/{tenant}/connections/{account_id}": () => ({
      path: "/connections/second",
      body: { channel_type: "linkedin", account_name: "Second", user_id: "user-2" },
      status: 201
    }),
    "POST /v1/tenants/{tenant}/connections/{id}/sends": () => ({ path: `${account}/sends`, body: { count: 2 } }),
    "POST /v1/tenants/{tenant}/connections/{id}/sends/{reservation_id}/confirm": async () => ({
      path: `${account}/sends/${await reservation()}/confirm`,
      body: { message_id: "sent-1" }
    }),
    "DELETE /v1/tenants/{tenant}/connections/{id}/sends/{reservation_id}": async () => ({
      path: `${account}/sends/${await reservation()}`
    }),
    "PUT /v1/tenants/{tenant}/connections/{id}/rate-limit": () => ({
      path: `${account}/rate-limit`,
      body: { rate_limit_per_hour: 50 }
    }),
    "PUT /v1/tenants/{tenant}/connections/{id}/tokens": () => ({
      path: `${account}/tokens`,
      body: { access_token: "t-1", expires_in: 7_200 }
    }),
    "PUT /v1/tenants/{tenant}/connections/{id}/active": () => ({
      path: `${account}/active`,
      body: { is_active: true }
    }),
    "POST /v1/tenants/{tenant}/connections/{id}/syncs": () => ({
      path: `${account}/syncs`,
      body: { error: "it broke" }
    }),
    "PUT /v1/tenants/{tenant}/channels/{id}/sync-settings": async () => ({
      path: `/channels/${await channel()}/sync-settings`,
      body: { since: "2026" }
    }),
    "PUT /v1/tenants/{tenant}/channels/{id}/description": async () => ({
      path: `/channels/${await channel()}/description`,
      body: { description: "Sales" }
    }),
    "PUT /v1/tenants/{tenant}/channels/{id}/active": async () => ({
      path: `/channels/${await channel()}/active`,
      body: { is_active: false }
    }),
    "POST /v1/tenants/{tenant}/conversations/{id}/read": () => ({ path: `${chat}/read`, body: { user_id: "u" } }),
    "POST /v1/tenants/{tenant}/conversations/{id}/unread": () => ({ path: `${chat}/unread`, body: { user_id: "u" } }),
    "POST /v1/tenants/{tenant}/conversations/{id}/typing": () => ({
      path: `${chat}/typing`,
      body: { user_id: "u", is_typing: true }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/priority": () => ({
      path: `${chat}/priority`,
      body: { priority: "low" }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/status": () => ({
      path: `${chat}/status`,
      body: { status: "archived" }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/type": () => ({
      path: `${chat}/type`,
      body: { conversation_type: "group" }
    }),
    "POST /v1/tenants/{tenant}/conversations/{id}/detect-type": () => ({
      path: `${chat}/detect-type`,
      body: { release: true }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/hot": () => ({ path: `${chat}/hot`, body: { is_hot: true } }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/sync-status": () => ({
      path: `${chat}/sync-status`,
      body: { sync_status: "failed", error: "no" }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/messages/{message_id}/timestamps": async () => ({
      path: `${chat}/messages/${await message()}/timestamps`,
      body: { received_at: "2026-05-04T08:00:00.000Z" }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/messages/{message_id}/subject": async () => ({
      path: `${chat}/messages/${await message()}/subject`,
      body: { subject: "S" }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/local-messages/{client_key}": () => ({
      path: `${chat}/local-messages/c-1`,
      body: { content: "draft" }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/members/{participant}/provider-id": async () => ({
      path: `${chat}/members/${await member()}/provider-id`,
      body: { provider_participant_id: "p-1" }
    }),
    "POST /v1/tenants/{tenant}/conversations/{id}/members/{participant}/left": async () => ({
      path: `${chat}/members/${await member()}/left`,
      body: {}
    }),
    "POST /v1/tenants/{tenant}/conversations/{id}/members/{participant}/activity": async () => ({
      path: `${chat}/members/${await member()}/activity`,
      body: {}
    }),
    "PUT /v1/tenants/{tenant}/participants/{id}/social-handles": async () => ({
      path: `/participants/${await member()}/social-handles`,
      body: { twitter_handle: "ann" }
    }),
    "POST /v1/tenants/{tenant}/participants/{id}/recount": async () => ({
      path: `/participants/${await member()}/recount`
    }),
    "PUT /v1/tenants/{tenant}/participants/{id}/resolution": async () => ({
      path: `/participants/${await member()}/resolution`,
      body: { record_id: "r-1" }
    }),
    "PUT /v1/tenants/{tenant}/participants/{id}/secondary-resolution": async () => ({
      path: `/participants/${await member()}/secondary-resolution`,
      body: { record_id: "r-2", pipeline_id: "p" }
    }),
    "PUT /v1/tenants/{tenant}/records/{record_id}": () => ({
      path: "/records/r-9",
      body: { kind: "company", domains: ["acme.example"] },
      status: 201
    }),
    "DELETE /v1/tenants/{tenant}/records/{record_id}": async () => {
      await call("PUT", "/records/r-8", { emails: ["a@b.example"] })
      return { path: "/records/r-8" }
    },
    "PUT /v1/tenants/{tenant}/records/{record_id}/auto-sync": () => ({
      path: "/records/r-1/auto-sync",
      body: { auto_sync_enabled: false }
    }),
    "PUT /v1/tenants/{tenant}/outgoing-webhook": () => ({
      path: "/outgoing-webhook",
      body: { url: "https://crm.example/hooks" },
      status: 201
    }),
    "PUT /v1/tenants/{tenant}/outgoing-webhooks/{endpoint}": () => ({
      path: "/outgoing-webhooks/one",
      body: { url: "https://crm.example/hooks", events: ["message.received"] },
      status: 201
    }),
    "DELETE /v1/tenants/{tenant}/outgoing-webhooks/{endpoint}": async () => ({ path: await endpoint("gone") }),
    "POST /v1/tenants/{tenant}/outgoing-webhooks/{endpoint}/replay": async () => ({
      path: `${await endpoint("again")}/replay`,
      body: { from: "2026-05-04T00:00:00.000Z" }
    }),
    "POST /v1/tenants/{tenant}/outgoing/{id}/replay": async () => ({
      path: `/outgoing/${await deadAnnouncement()}/replay`
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/assigned-to": () => ({
      path: `${chat}/assigned-to`,
      body: { assigned_to: "anna" }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/snooze": () => ({
      path: `${chat}/snooze`,
      body: { until: new Date(Date.now() + 3_600_000).toISOString() }
    }),
    "PUT /v1/tenants/{tenant}/conversations/{id}/labels": () => ({ path: `${chat}/labels`, body: { labels: ["vip"] } }),
    "POST /v1/tenants/{tenant}/conversations/{id}/labels": () => ({ path: `${chat}/labels`, body: { add: ["late"] } }),
    "POST /v1/tenants/{tenant}/history": () => ({
      path: "/history",
      key: adminKey,
      body: [
        {
          type: "message",
          account: accountId,
          conversation: "long-ago",
          message_id: "h1",
          direction: "inbound",
          content: "hello",
          sender: { name: "Ann", identifiers: { phone: "+447700900001" } },
          at: "2026-01-05T10:00:00.000Z"
        }
      ]
    }),
    "PUT /v1/tenants/{tenant}/provider-access": () => ({
      path: "/provider-access",
      body: { base_url: "https://api1.unipile.com:13111", api_key: "k" }
    }),
    "DELETE /v1/tenants/{tenant}/provider-access": () => ({ path: "/provider-access" }),
    "POST /v1/tenants/{tenant}/connections/{id}/sync": async () => {
      const wish = { channel_type: "whatsapp", account_name: "Past", user_id: "user-1", account_status: "active" }
      await call("PUT", "/connections/past", wish)
      return { path: "/connections/past/sync", body: {}, status: 202 }
    },
    "POST /v1/tenants/{tenant}/records/{record_id}/sync": async () => ({
      path: `${await record()}/sync`,
      body: {},
      status: 202
    }),
    "POST /v1/tenants/{tenant}/sync-jobs/{id}/cancel": async () => ({ path: `${await job()}/cancel` }),
    "PUT /v1/tenants/{tenant}/sync-jobs/{id}/trigger": async () => ({
      path: `${await job()}/trigger`,
      body: { triggered_by: "anna" }
    }),
    "PUT /v1/tenants/{tenant}/sync-jobs/{id}/progress": async () => ({
      path: `${await job()}/progress`,
      body: { messages_found: 3 }
    }),
    "POST /v1/tenants/{tenant}/outgoing/{id}/retry": async () => ({
      path: `/outgoing/${await deadAnnouncement()}/retry`
    }),
    "POST /v1/tenants/{tenant}/analytics": () => ({ path: "/analytics", body: { date: "2026-05-04" } }),
    "POST /v1/tenants/{tenant}/schedule/{task}/run": () => ({
      path: "/schedule/reset_daily_counters/run",
      settled: () =>
        eventually(
          () => ask("/schedule"),
          ({ runs }) => runs.some(({ task }: any) => task === "reset_daily_counters")
        )
    }),
    "POST /v1/tenants/{tenant}/feed-tokens": () => ({ path: "/feed-tokens", body: { user_id: "u" }, status: 201 }),
    "POST /v1/tenants/{tenant}/events": () => ({
      path: "/events",
      body: [
        { type: "conversation", account: accountId, conversation: chatId, message_count: 500 },
        { type: "participant", email: "new@person.example", name: "New" },
        { type: "participant", name: "nobody" }
      ]
    }),
    "POST /v1/tenants/{tenant}/quarantine/{id}/replay": async () => ({
      path: `/quarantine/${await quarantined(edge, "acme", messageOf("q-1"))}/replay`
    }),
    "POST /v1/tenants/{tenant}/quarantine/replay": async () => {
      await quarantined(edge, "acme", messageOf("q-2"))
      return { path: "/quarantine/replay" }
    },
    "DELETE /v1/tenants/{tenant}/quarantine/{id}": async () => ({
      path: `/quarantine/${await quarantined(edge, "acme", messageOf("q-3"))}`
    }),
    "POST /v1/tenants/{tenant}/waiting/{account_id}/replay": () => ({ path: `/waiting/${accountId}/replay` }),
    "DELETE /v1/tenants/{tenant}/waiting/{id}": async () => ({ path: `/waiting/${await waiting("1")}` }),
    // Plays only in the tenant of the first start; a refusal changes nothing and is decided anew.
    "POST /v1/tenants/{tenant}/demo": () => ({ path: "/demo", status: 403 })
  }

  /** Every row that there is, but those of the keys themselves and the time of the newest cut. */
  const everything = async () => {
    await edge.run(TenantOwner.use((owner) => owner.flush("acme")))
    return edge.run(
      Effect.gen(function* () {
        const sql = yield* SqlClient
        const tables = yield* sql<{ readonly name: string }>`
          select tablename as name from pg_tables
          where schemaname = 'public' and tablename not in ('kept_answers', 'checkpoints', 'migrations')`
        const rows: Record<string, unknown> = {}
        for (const { name } of tables) {
          const [found] =
            yield* sql`select count(*)::integer as rows, md5(string_agg(each::text, '|' order by each::text))
            from ${sql(name)} as each`
          rows[name] = found
        }
        return rows
      })
    )
  }

  test("every operation that writes takes it, and an example of it stands here", async () => {
    const { paths } = (await edge.call("GET", "/openapi.json")).json
    const writes: Array<string> = []
    for (const [path, operations] of Object.entries<any>(paths)) {
      for (const method of ["post", "put", "patch", "delete"]) {
        const operation = operations[method]
        if (operation === undefined || operation.tags.includes("webhooks")) continue
        writes.push(`${method.toUpperCase()} ${path}`)
        const headers = operation.parameters.filter((one: any) => one.in === "header").map((one: any) => one.name)
        expect([method, path, headers]).toEqual([method, path, ["Idempotency-Key"]])
      }
    }
    expect(writes.sort()).toEqual(Object.keys(examples).sort())
  })

  test.each(Object.keys(examples))("%s: the same key has one effect and gives the first answer", async (endpoint) => {
    const method = endpoint.split(" ")[0]!
    const { path, body, status = 200, key: caller, settled } = await examples[endpoint]!()
    const key = randomUUID()
    const first = await call(method, path, body, key, caller)
    expect([first.status, first.text]).toEqual([status, first.text])
    await settled?.()
    const before = await everything()
    const again = await call(method, path, body, key, caller)
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(await everything()).toEqual(before)
    if (status >= 400) return
    const other = await call(method, `${path}?another=1`, body, key, caller)
    expect(other).toMatchObject({ status: 422, json: { code: "rule_broken", field: "idempotency_key" } })
    expect(await everything()).toEqual(before)
  })

  test("who ask at once under one key cause one effect and hear one answer", async () => {
    const twenty = <A>(ask: () => Promise<A>) => Promise.all(Array.from({ length: 20 }, ask))
    const keys = await twenty(() => call("POST", "/keys", { name: "crowd" }, "crowd-1"))
    expect(new Set(keys.map(({ text }) => text)).size).toBe(1)
    expect(keys[0]!.status).toBe(201)
    expect((await ask("/keys")).items.filter(({ name }: any) => name === "crowd")).toHaveLength(1)
    const used = (await ask(`${account}/quota`)).messages_sent_this_hour
    const sends = await twenty(() => call("POST", `${account}/sends`, { count: 3 }, "crowd-2"))
    expect(new Set(sends.map(({ text }) => text)).size).toBe(1)
    expect((await ask(`${account}/quota`)).messages_sent_this_hour).toBe(used + 3)
  })

  test("sends: the header counts, else the key in the body, which is the account's; both give the first answer", async () => {
    const reserve = (body: object, key?: string) => call("POST", `${account}/sends`, body, key)
    const first = await reserve({ idempotency_key: "b-1" })
    await reserve({})
    expect((await reserve({ idempotency_key: "b-1" })).text).toBe(first.text)
    expect(await reserve({ idempotency_key: "b-1", count: 2 })).toMatchObject({
      status: 422,
      json: { field: "idempotency_key" }
    })
    const byHeader = await reserve({ idempotency_key: "b-1" }, "h-1")
    expect(byHeader.json.reservation_id).not.toBe(first.json.reservation_id)
    expect((await reserve({ idempotency_key: "b-1" }, "h-1")).text).toBe(byHeader.text)
    await call("DELETE", `${account}/sends/${byHeader.json.reservation_id}`)
    expect((await reserve({ idempotency_key: "b-1" }, "h-1")).text).toBe(byHeader.text)
  })

  test("a refusal is not remembered: the same request may succeed later", async () => {
    await call("PUT", `${account}/rate-limit`, { rate_limit_per_hour: 0 })
    expect((await call("POST", `${account}/sends`, {}, "later")).status).toBe(429)
    await call("PUT", `${account}/rate-limit`, { rate_limit_per_hour: 1_000 })
    expect((await call("POST", `${account}/sends`, {}, "later")).status).toBe(200)
    const late = { channel_type: "whatsapp", account_name: "Late", user_id: "u" }
    expect((await call("PUT", "/connections/late/rate-limit", { rate_limit_per_hour: 1 }, "late")).status).toBe(404)
    await call("PUT", "/connections/late", late)
    expect((await call("PUT", "/connections/late/rate-limit", { rate_limit_per_hour: 1 }, "late")).status).toBe(200)
  })

  test("a repeat may come from another caller of the tenant, but a secret is shown to the first alone", async () => {
    const ask = (caller: string) => call("PUT", `${chat}/priority`, { priority: "high" }, "shared", caller)
    expect((await ask(adminKey)).text).toBe((await ask(acme.key)).text)
    for (const [method, path, body] of [
      ["POST", "/keys", { name: "secret" }],
      ["POST", "/webhook-secret", { grace_s: 60 }],
      ["PUT", "/outgoing-webhook", { url: "https://crm.example/", rotate_secret: true }],
      ["POST", "/feed-tokens", { user_id: "u" }]
    ] as const) {
      const first = await call(method, path, body, `secret ${path}`, adminKey)
      expect([first.status < 300, first.headers.get("cache-control")]).toEqual([true, "no-store"])
      expect((await call(method, path, body, `secret ${path}`)).json).toMatchObject({ field: "idempotency_key" })
    }
  })

  test("the order of a body's members says nothing", async () => {
    const one = { name: "ordered", scopes: ["secrets"] }
    const first = await call("POST", "/keys", one, "order", adminKey)
    const again = await call("POST", "/keys", { scopes: ["secrets"], name: "ordered" }, "order", adminKey)
    expect([again.status, again.text]).toEqual([201, first.text])
    expect(again.headers.get("idempotency-replayed")).toBe("true")
    expect(again.headers.get("cache-control")).toBe("no-store")
  })

  test("no answer stands in clear in the database", async () => {
    const { json } = await call("POST", "/keys", { name: "sealed" }, "sealed")
    const rows = await edge.run(
      SqlClient.use((sql) => sql<{ readonly row: string }>`select kept_answers::text as row from kept_answers`)
    )
    expect(rows.length).toBeGreaterThan(0)
    for (const { row } of rows) {
      expect(row).not.toContain(json.key)
      expect(row).not.toContain("sealed_")
      expect(row).not.toContain('"name"')
    }
  })

  test("a key has 1 to 255 characters", async () => {
    for (const key of ["", "k".repeat(256)])
      expect(await call("PUT", `${chat}/priority`, { priority: "low" }, key)).toMatchObject({
        status: 400,
        json: { field: "Idempotency-Key" }
      })
  })

  test("several events are told apart: what was applied is not applied again when the rest is tried again", async () => {
    const failed = { type: "read_receipt", conversation: chatId, message_id: "unknown" }
    const first = await call("POST", "/events", [{ type: "participant", email: "x@y.example" }, failed], "several")
    const again = await call("POST", "/events", [{ type: "participant", email: "x@y.example" }, failed], "several")
    expect(again.text).toBe(first.text)
    expect(await call("POST", "/events", [{ type: "participant", email: "z@y.example" }], "several")).toMatchObject({
      status: 422,
      json: { field: "idempotency_key" }
    })
  })

  test("what is kept has bounds: of age, of number, of size; what is pruned is still not applied again", async () => {
    const answer = (n: number) => ({ key: `k${n}`, print: "p", caller: "c", sealed: "x".repeat(100) })
    const kept = <A, E>(use: (answers: KeptAnswers["Service"]) => Effect.Effect<A, E>) => edge.run(KeptAnswers.use(use))
    const day = 24 * 3_600_000
    for (let n = 0; n < 10; n++) await kept((answers) => answers.keep("bounds", answer(n), n * day))
    const left = async () =>
      (
        await edge.run(
          SqlClient.use(
            (sql) => sql<{ key: string }>`
        select key from kept_answers where tenant_id = 'bounds' order by at`
          )
        )
      ).map(({ key }) => key)
    expect(await kept((answers) => answers.prune("bounds", 9 * day))).toBe(7)
    expect(await left()).toEqual(["k7", "k8", "k9"])
    await kept((answers) => answers.prune("bounds", 9 * day, { answers: 2, bytes: 1_000 }))
    expect(await left()).toEqual(["k8", "k9"])
    await kept((answers) => answers.prune("bounds", 9 * day, { answers: 2, bytes: 150 }))
    expect(await left()).toEqual(["k9"])

    const ended = await call("POST", `${account}/syncs`, { error: "once" }, "pruned")
    const errors = ended.json.sync_error_count
    await edge.run(SqlClient.use((sql) => sql`delete from kept_answers where tenant_id = 'acme'`))
    expect((await call("POST", `${account}/syncs`, { error: "once" }, "pruned")).json.sync_error_count).toBe(errors)
    expect(await call("POST", `${account}/syncs`, { error: "twice" }, "pruned")).toMatchObject({
      status: 422,
      json: { field: "idempotency_key" }
    })
  })
})

test("an answer that was sealed by a key that is gone is not made anew", async () => {
  const { options, close } = await databases[0]!.make()
  const ring = () => randomBytes(32).toString("base64")
  const at = async (encryptionKeys: string, use: (edge: Edge) => Promise<Answer>) => {
    const edge = await startEdge({ database: options, encryptionKeys })
    try {
      return await use(edge)
    } finally {
      await edge.close()
    }
  }
  const headers = { "idempotency-key": "k" }
  const make = (edge: Edge) =>
    edge.call("POST", "/v1/tenants/acme/keys", { key: adminKey, body: { name: "desk" }, headers })
  await at(ring(), async (edge) => {
    await edge.tenant("acme")
    return make(edge)
  })
  expect(await at(ring(), make)).toMatchObject({ status: 422, json: { field: "idempotency_key" } })
  await close()
})
