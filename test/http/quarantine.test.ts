import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { encodeEvent } from "../../actors/journal/event-codec.ts"
import type { Event } from "../../machines/events.ts"
import { databases } from "../support/databases.ts"
import { eventually } from "../support/eventually.ts"
import { accountId, chatId, deliver, register, type Tenant, tenantWithAccount } from "./account.ts"
import { adminKey, type Answer, type Edge } from "./edge.ts"
import { edgeOn, messageOf, quarantined, unknown } from "./kept.ts"

describe.each(databases)("the quarantine on $name", (database) => {
  let edge: Edge
  beforeAll(async () => {
    edge = await edgeOn(database)
  })
  afterAll(() => edge.close())

  const at = ({ id, key }: Tenant) => {
    const base = `/v1/tenants/${id}/quarantine`
    return {
      list: (query = "") => edge.call("GET", `${base}${query}`, { key }),
      ids: async (query = ""): Promise<ReadonlyArray<string>> =>
        (await edge.call("GET", `${base}${query}`, { key })).json.items.map((item: any) => item.id),
      get: (one: string) => edge.call("GET", `${base}/${one}`, { key }),
      replay: (one: string) => edge.call("POST", `${base}/${one}/replay`, { key }),
      replayAll: (query = "") => edge.call("POST", `${base}/replay${query}`, { key }),
      remove: (one: string) => edge.call("DELETE", `${base}/${one}`, { key })
    }
  }
  const conversation = ({ id, key }: Tenant): Promise<Answer> =>
    edge.call("GET", `/v1/tenants/${id}/conversations/${chatId}`, { key })

  test("is listed in pages, the newest first, by source and by whether it was replayed, without bodies", async () => {
    const acme = await tenantWithAccount(edge, "listed")
    const made = []
    for (let n = 0; n < 5; n++) {
      const source = n === 2 ? "unipile_hosted_auth" : "unipile_webhook"
      made.unshift(await quarantined(edge, "listed", messageOf(`m-${n}`), { received_at: 1e12 + n, source }))
    }
    const { list, ids, replay } = at(acme)
    const first = await list("?limit=2")
    const second = await list(`?limit=2&cursor=${first.json.next_cursor}`)
    const third = await list(`?limit=2&cursor=${second.json.next_cursor}`)
    expect([first, second, third].flatMap(({ json }) => json.items.map((item: any) => item.id))).toEqual(made)
    expect(third.json.next_cursor).toBeNull()
    expect(first.json.items[0]).toEqual({
      id: made[0],
      received_at: "2001-09-09T01:46:40.004Z",
      source: "unipile_webhook",
      reason: "an earlier version could not",
      size_bytes: JSON.stringify(messageOf("m-4")).length,
      replayed_at: null
    })
    expect(await ids("?source=unipile_hosted_auth")).toEqual([made[2]])
    await replay(made[0]!)
    expect(await ids()).toEqual(made.slice(1))
    expect(await ids("?replayed=true")).toEqual(made.slice(0, 1))
    expect(await ids("?replayed=any")).toEqual(made)
    for (const bad of ["?cursor=zzz", "?source=elsewhere", "?replayed=perhaps", "?limit=0"])
      expect(await list(bad)).toMatchObject({ status: 400, json: { code: "parameter_invalid" } })
  })

  test("shows a payload's bytes, as text or base64, and what this version reads in them", async () => {
    const acme = await tenantWithAccount(edge, "shown")
    const { get } = at(acme)
    const readable = messageOf("m-1", { message: "héllo\u0000 \ud83d\ude00" })
    const shown = await get(await quarantined(edge, "shown", readable))
    expect(shown.headers.get("cache-control")).toBe("no-store")
    expect(shown.json).toMatchObject({ encoding: "utf8", now: { readable: true, events: ["message_received"] } })
    expect(JSON.parse(shown.json.body)).toEqual(readable)
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0x22, 0xff])
    const odd = await get(await quarantined(edge, "shown", bytes))
    expect(odd.json).toMatchObject({ encoding: "base64", now: { readable: false, reason: expect.any(String) } })
    expect(Buffer.from(odd.json.body, "base64")).toEqual(Buffer.from(bytes))
    const marked = await get(await quarantined(edge, "shown", bytes.subarray(0, 3)))
    expect(Buffer.from(marked.json.body, marked.json.encoding)).toEqual(Buffer.from(bytes.subarray(0, 3)))
    const { json } = await deliver(edge, acme, unknown("1"))
    expect((await get(json.id)).json).toMatchObject({
      now: { readable: false, reason: expect.stringContaining("message_from_the_future is not handled yet") }
    })
  })

  test("a replay applies once, however often and however many at a time, and leaves the list (I3)", async () => {
    const acme = await tenantWithAccount(edge, "replayed")
    const { ids, replay, get } = at(acme)
    const id = await quarantined(edge, "replayed", messageOf("m-1"), { received_at: 1_777_900_000_000 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => replay(id)))
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
    expect(answers.filter(({ json }) => json.outcome === "applied")).toHaveLength(1)
    expect((await replay(id)).json).toEqual({ outcome: "duplicate" })
    expect((await conversation(acme)).json).toMatchObject({ message_count: 1, unread_count: 1 })
    expect(await ids()).toEqual([])
    expect((await get(id)).json.replayed_at).toMatch(/Z$/)
    // What was kept in one spelling and came in another is a duplicate too.
    const spelt = new TextEncoder().encode(JSON.stringify(messageOf("m-1"), null, 2))
    const again = await quarantined(edge, "replayed", spelt)
    expect((await replay(again)).json).toEqual({ outcome: "duplicate" })
    expect(await ids()).toEqual([])
    expect((await conversation(acme)).json.message_count).toBe(1)
  })

  test("what is still not understood gets 422 with the reason, and stays", async () => {
    const acme = await tenantWithAccount(edge, "stays")
    const { ids, replay } = at(acme)
    const { json } = await deliver(edge, acme, unknown("1"))
    expect(await replay(json.id)).toMatchObject({
      status: 422,
      json: { code: "still_unreadable", detail: expect.stringContaining("is not handled yet") }
    })
    expect(await ids()).toEqual([json.id])
  })

  test("the same payload again is the same case, until it was replayed", async () => {
    const acme = await tenantWithAccount(edge, "again")
    const answers = []
    for (let n = 0; n < 5; n++) answers.push((await deliver(edge, acme, unknown("1"))).json)
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1)
    expect(await at(acme).ids()).toHaveLength(1)
  })

  test("a replay of a payload whose account is not registered makes it wait, and the registration applies it", async () => {
    const early = await edge.tenant("notyet")
    const { ids, replay } = at(early)
    const id = await quarantined(edge, "notyet", messageOf("m-1"))
    const answer = await replay(id)
    expect(answer).toMatchObject({ status: 200, json: { outcome: "waiting", id: expect.any(String) } })
    expect(await ids()).toEqual([])
    const waits = () => edge.call("GET", "/v1/tenants/notyet/waiting", { key: early.key })
    expect((await waits()).json.items).toMatchObject([{ id: answer.json.id, account_id: accountId }])
    expect((await replay(id)).json).toEqual({ outcome: "duplicate" })
    await register(edge, early)
    expect((await waits()).json.items).toEqual([])
    expect((await conversation(early)).json.message_count).toBe(1)
  })

  test("a journal entry is replayed as the command of its author; a registration also applies what waited", async () => {
    const acme = await edge.tenant("entries")
    await deliver(edge, acme, messageOf("m-1"))
    const entry = (event: Event) =>
      quarantined(edge, "entries", encodeEvent(event), { source: "journal", received_at: event.received })
    const common = { via: "api", by: "key:ops", account_id: accountId } as const
    const limit = await entry({ type: "rate_limit_set", ...common, rate_limit_per_hour: 7, received: 1e12 + 2 })
    await entry({
      type: "connection_registered",
      ...common,
      channel_type: "whatsapp",
      account_name: "Sales",
      user_id: "user-1",
      connection_config: {},
      provider_config: {},
      is_active: null,
      received: 1e12 + 1
    })
    const { get, replayAll, replay } = at(acme)
    expect((await get(limit)).json).toMatchObject({
      source: "journal",
      encoding: "utf8",
      now: { readable: true, events: ["rate_limit_set"] }
    })
    expect((await replayAll()).json).toMatchObject({ applied: 2, remaining: 0, next_cursor: null })
    const connection = await edge.call("GET", `/v1/tenants/entries/connections/${accountId}`, { key: acme.key })
    expect(connection.json).toMatchObject({ rate_limit_per_hour: 7, account_name: "Sales" })
    expect((await conversation(acme)).json.message_count).toBe(1)
    const audit = await edge.call("GET", "/v1/tenants/entries/audit?field=rate_limit_per_hour", { key: acme.key })
    expect(audit.json.items).toMatchObject([{ actor: "key:ops", new: 7 }])
    const garbage = new Uint8Array([0xc1, 0, 0xff])
    for (const body of [
      garbage,
      encodeEvent(5 as never),
      encodeEvent({ type: "from_the_future", received: 1, via: "api" } as never)
    ]) {
      const id = await quarantined(edge, "entries", body, { source: "journal" })
      expect(await replay(id)).toMatchObject({ status: 422, json: { code: "still_unreadable" } })
    }
  })

  test("a replay of all goes through everything, the oldest first, past what stays, a bounded number a call", async () => {
    const acme = await tenantWithAccount(edge, "all")
    const { replayAll, ids } = at(acme)
    const stays: Array<string> = []
    for (let n = 0; n < 7; n++) {
      const payload =
        n % 3 === 0 ? unknown(`${n}`) : n === 5 ? messageOf("m-5", { account_id: "other" }) : messageOf(`m-${n}`)
      const id = await quarantined(edge, "all", payload, { received_at: 1e12 + n })
      if (n % 3 === 0) stays.unshift(id)
    }
    const first = await replayAll("?limit=3")
    expect(first.json).toMatchObject({
      applied: 2,
      unreadable: 1,
      waiting: 0,
      remaining: 5,
      next_cursor: expect.any(String)
    })
    const second = await replayAll(`?limit=3&cursor=${first.json.next_cursor}`)
    expect(second.json).toMatchObject({ applied: 1, unreadable: 1, waiting: 1, duplicate: 0, remaining: 3 })
    const third = await replayAll(`?limit=3&cursor=${second.json.next_cursor}`)
    expect(third.json).toMatchObject({ applied: 0, unreadable: 1, remaining: 3, next_cursor: null })
    expect(await ids()).toEqual(stays)
    expect((await conversation(acme)).json.message_count).toBe(3)
  })

  test("a deletion is for good and stands in the audit trail with its author, without the body", async () => {
    const acme = await tenantWithAccount(edge, "deleted")
    const { remove, get } = at(acme)
    const id = await quarantined(edge, "deleted", messageOf("m-1", { message: "a secret word" }))
    expect(await remove(id)).toMatchObject({ status: 200, json: { outcome: "applied" } })
    for (const answer of [await remove(id), await get(id)])
      expect(answer).toMatchObject({ status: 404, json: { code: "quarantined_payload_unknown" } })
    const audit = await edge.call("GET", `/v1/tenants/deleted/audit?entity=${id}`, { key: acme.key })
    expect(audit.json.items).toMatchObject([
      {
        actor: expect.stringMatching(/^key:/),
        action: "payload_deleted",
        entity_kind: "quarantine",
        old: { source: "unipile_webhook", reason: "an earlier version could not" }
      }
    ])
    expect(audit.text).not.toContain("secret word")
  })

  test("nobody sees or moves another tenant's payloads", async () => {
    const mine = await tenantWithAccount(edge, "mine")
    await tenantWithAccount(edge, "theirs")
    const id = await quarantined(edge, "theirs", messageOf("m-1"))
    const { get, replay, remove, ids } = at(mine)
    for (const answer of [await get(id), await replay(id), await remove(id), await get("nonsense")])
      expect(answer.status).toBe(404)
    expect(await ids()).toEqual([])
    const path = "/v1/tenants/theirs/quarantine"
    for (const [method, rest] of [
      ["GET", ""],
      ["GET", `/${id}`],
      ["POST", `/${id}/replay`],
      ["POST", "/replay"],
      ["DELETE", `/${id}`]
    ])
      expect((await edge.call(method!, path + rest, { key: mine.key })).status).toBe(403)
    expect((await edge.call("GET", "/v1/tenants/nobody/quarantine", { key: adminKey })).status).toBe(404)
    expect((await edge.call("GET", `${path}/${id}`, { key: adminKey })).json.replayed_at).toBeNull()
  })

  test("at its limit what is not understood is refused with 503 and when to come back; what is understood is taken (I8, I9)", async () => {
    const acme = await tenantWithAccount(edge, "mad")
    await edge.run(
      SqlClient.use(
        (sql) => sql`
          insert into quarantine (tenant_id, received_at, source, reason, body)
          select 'mad', now(), 'unipile_webhook', 'x', int4send(n) from generate_series(1, 9999) as n`
      )
    )
    const first = await deliver(edge, acme, unknown("first"))
    expect(first.json.outcome).toBe("quarantined")
    // A room is looked into with every sixteenth payload.
    for (let n = 0; n < 15; n++) await deliver(edge, acme, unknown(`more-${n}`))
    for (let n = 0; n < 3; n++) {
      const refused = await deliver(edge, acme, unknown(`${n}`))
      expect(refused).toMatchObject({ status: 503, json: { code: "quarantine_full", retry_after_s: 60 } })
      expect(refused.headers.get("retry-after")).toBe("60")
    }
    // The room is looked into again after a second: many that come at once do not slip in behind the one that looks.
    await new Promise((resolve) => setTimeout(resolve, 1_001))
    const crowd = await Promise.all(Array.from({ length: 30 }, (_, n) => deliver(edge, acme, unknown(`crowd-${n}`))))
    expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([503]))
    expect((await deliver(edge, acme, messageOf("m-1"))).json.outcome).toBe("applied")
    const other = await tenantWithAccount(edge, "calm")
    expect((await deliver(edge, other, unknown("1"))).json.outcome).toBe("quarantined")
    const { text } = await edge.call("GET", "/metrics")
    expect(text).toMatch(/switchboard_payloads_refused_total\{room="quarantine"\} \d\d/)
    for (const id of (await at(acme).ids("?limit=20")).slice(0, 17)) await at(acme).remove(id)
    const taken = await eventually(
      () => deliver(edge, acme, unknown("next")),
      ({ status }) => status === 200
    )
    expect(taken.json.outcome).toBe("quarantined")
  })

  test("the figures say how much is kept and for how long", async () => {
    const { text } = await edge.call("GET", "/metrics")
    for (const room of ["quarantine", "waiting"])
      for (const figure of ["payloads", "bytes", "oldest_age_seconds"])
        expect(text).toMatch(new RegExp(`^switchboard_${room}_${figure} \\d`, "m"))
  })
})
