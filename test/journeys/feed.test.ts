/** The feed of the real process: people, figures, who looks, read and unread, bad clients, and the end of the server. */
import { once } from "node:events"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { closeCodes } from "../../src/feed/close-codes.ts"
import { feedLimits } from "../../src/feed/limits.ts"
import type { FeedTokenRequest } from "../../src/feed/tokens.ts"
import { Client } from "../feed/client.ts"
import { told } from "../feed/told.ts"
import { Viewer } from "../feed/viewer.ts"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

const noon = Date.UTC(2026, 4, 4, 12)

describe.each(databases)("the feed on $name", (database) => {
  let server: Server
  let acme: Tenant
  let rival: Tenant
  beforeAll(async () => {
    server = await startServer(database)
    acme = await server.tenant("acme", fixtureAccount)
    rival = await server.tenant("rival", "rival-account")
    for (const chat of ["one", "two"]) await say(chat, 0)
    await server.webhook(rival, message({ chat: "theirs", id: "r", at: noon, account: "rival-account" }))
  })
  afterAll(() => server.close())

  /** The n-th message of a chat. */
  const say = async (chat: string, n: number, outbound = false) => {
    const payload = message({ chat, id: `${chat}-${n}`, at: noon + n * 1_000, outbound })
    expect((await server.webhook(acme, payload)).json).toEqual({ outcome: "applied" })
  }
  const get = async (path: string, tenant = acme) =>
    (await server.call("GET", `/v1/tenants/${tenant.id}${path}`, tenant.key)).json
  const join = async (wish: Partial<FeedTokenRequest> = {}, tenant = acme) => {
    const { json } = await server.call("POST", `/v1/tenants/${tenant.id}/feed-tokens`, tenant.key, {
      user_id: "user-1",
      ...wish
    })
    return new Client(`${server.url.replace("http", "ws")}/v1/feed?token=${json.token}`).opened()
  }
  /** The next frame of a type. */
  const until = async (client: Client, type: string, holds: (frame: any) => boolean = () => true): Promise<any> => {
    for (;;) {
      const frame = await client.next()
      if (frame.type === type && holds(frame)) return frame
    }
  }

  it("a person can be followed: what they do is a patch, and the whole is what REST says", async () => {
    const { members } = await get("/conversations/one")
    const id = members.find(({ role }: any) => role !== "owner").participant_id
    const client = await join()
    const viewer = new Viewer()
    viewer.take(await client.ask({ type: "subscribe", topic: `participant:${id}` }))
    expect(viewer.state).toMatchObject({ id, total_messages: 1 })
    await say("one", 1)
    viewer.take(await until(client, "patch"))
    expect(viewer.state).toMatchObject({ total_messages: 2, last_seen: new Date(noon + 1_000).toISOString() })
    expect(told(viewer.state)).toEqual(told(await get(`/participants/${id}`)))
    client.ws.close()
  })

  it("who looks is seen by the others until their socket closes, and by nobody after kill -9 (I10)", async () => {
    const [ann, bo] = [await join({ user_id: "ann", name: "Ann" }), await join({ user_id: "bo" })]
    await bo.ask({ type: "subscribe", topic: "conversation:one" })
    const seq = async () => (await get("/stats")).seq
    await bo.settled()
    const before = await seq()
    ann.send({ type: "viewing", conversation: "one" })
    expect(await until(bo, "viewing")).toEqual({
      type: "viewing",
      topic: "conversation:one",
      viewers: [{ id: "ann", name: "Ann" }]
    })
    ann.ws.terminate()
    expect((await until(bo, "viewing")).viewers).toEqual([])
    bo.send({ type: "viewing", conversation: "one" })
    expect((await until(bo, "viewing")).viewers).toHaveLength(1)
    expect(await seq(), "nothing of it is journaled").toBe(before)
    await server.kill()
    await server.restart()
    const again = await join({ user_id: "ann" })
    await again.ask({ type: "subscribe", topic: "conversation:one" })
    expect((await again.settled()).filter(({ type }) => type === "viewing")).toEqual([])
    again.ws.close()
  })

  it("figures are followed at most once a second, by a token that names them, and are what /stats says", async () => {
    const client = await join({ topics: ["*", "ops"] })
    const viewer = new Viewer()
    const began = performance.now()
    viewer.take(await client.ask({ type: "subscribe", topic: "ops" }))
    const { events_applied } = viewer.state as any
    for (let n = 0; n < 20; n++) await say("two", 10 + n)
    const duplicate = message({ chat: "two", id: "two-29", at: noon + 29_000 })
    expect((await server.webhook(acme, duplicate)).json).toEqual({ outcome: "duplicate" })
    let patches = 0
    while ((viewer.state as any).events_applied < events_applied + 20 || (viewer.state as any).events_duplicate < 1) {
      viewer.take(await until(client, "patch"))
      patches++
    }
    expect(patches).toBeLessThanOrEqual(Math.ceil((performance.now() - began) / 1_000))
    const chat = await get("/conversations/two")
    expect(viewer.state).toMatchObject({
      tenant: "acme",
      mailbox: 0,
      mailbox_limit: 10_000,
      residents: { conversation: 2, connection: 1 },
      connections: { total: 1 },
      webhook_failures: 0,
      acknowledged_ms: { count: expect.any(Number), p99: expect.any(Number) }
    })
    expect((viewer.state as any).hottest.map(({ id }: any) => id)).toContain(chat.id)
    expect((viewer.state as any).events_applied_per_s).toBeGreaterThan(0)
    const stats = await get("/stats")
    expect(told(stats)).toMatchObject({ schedule: told((viewer.state as any).schedule), tenant: "acme" })
    expect(Object.keys(told(stats) as object).sort()).toEqual(Object.keys(told(viewer.state) as object).sort())
    client.ws.close()

    const plain = await join()
    expect(await plain.ask({ type: "subscribe", topic: "ops" })).toMatchObject({ code: "topic_not_allowed" })
    const other = await join({ topics: ["ops"] }, rival)
    expect(await other.ask({ type: "subscribe", topic: "ops" })).toMatchObject({ state: { tenant: "rival" } })
    plain.ws.close()
    other.ws.close()
  })

  it("each CRM user who has marked read has a horizon and a count of their own; unread is seen by everybody", async () => {
    const [ann, bo] = [await join({ user_id: "ann" }), await join({ user_id: "bo" })]
    const watcher = new Viewer()
    watcher.take(await bo.ask({ type: "subscribe", topic: "conversation:one" }))
    const seen = async (holds: (state: any) => boolean) => {
      while (!holds(watcher.state)) watcher.take(await bo.next())
      return watcher.state as any
    }
    ann.send({ type: "read", conversation: "one" })
    const read = { last_read_at: new Date(noon + 1_000).toISOString(), unread_count: 0 }
    expect(await seen(({ readers }) => readers?.ann)).toMatchObject({ unread_count: 0, readers: { ann: read } })
    await say("one", 2)
    expect(await seen(({ message_count }) => message_count === 3)).toMatchObject({
      unread_count: 1,
      readers: { ann: { ...read, unread_count: 1 } }
    })
    bo.send({ type: "read", conversation: "one" })
    expect((await seen(({ readers }) => readers.bo)).readers).toEqual({
      ann: { ...read, unread_count: 1 },
      bo: { last_read_at: new Date(noon + 2_000).toISOString(), unread_count: 0 }
    })
    expect((watcher.state as any).unread_count).toBe(0)
    ann.send({ type: "unread", conversation: "one" })
    expect(await seen(({ unread_count }) => unread_count === 1)).toMatchObject({ unread_count: 1 })
    expect(told(watcher.state)).toEqual(told(await get("/conversations/one")))
    ann.ws.close()
    bo.ws.close()
  })

  it("subscribing and looking count as access and never as reading, whatever the tenant's read_on", async () => {
    for (const read_on of ["open", "reply"]) {
      const changed = await server.call("PATCH", "/v1/tenants/acme", acme.key, { read_on })
      expect(changed.json.read_on).toBe(read_on)
      const { unread_count } = await get("/conversations/two")
      expect(unread_count).toBeGreaterThan(0)
      const client = await join({ user_id: "cy" })
      expect(await client.ask({ type: "subscribe", topic: "conversation:two" })).toMatchObject({
        state: { unread_count }
      })
      client.send({ type: "viewing", conversation: "two" })
      await until(client, "viewing")
      const after = await get("/conversations/two")
      expect([after.unread_count, after.readers]).toEqual([unread_count, {}])
      expect(after.last_accessed_at).not.toBeNull()
      client.ws.close()
    }
    // `reply` reads the owner's messages, `open` leaves that to the read mark.
    await say("two", 40, true)
    expect((await get("/conversations/two")).unread_count).toBe(0)
    await server.call("PATCH", "/v1/tenants/acme", acme.key, { read_on: "open" })
    await say("two", 41)
    await say("two", 42, true)
    expect((await get("/conversations/two")).unread_count).toBe(1)
  })

  it("a thousand subscriptions, foreign ids and nonsense get an answer each, and nobody else notices", async () => {
    const bystander = await join({ user_id: "bystander" })
    await bystander.ask({ type: "subscribe", topic: "inbox" })
    const wild = await join({ user_id: "wild" })
    const theirs = (await get("/conversations/theirs", rival)).id
    const topics = Array.from({ length: 1_000 }, (_, n) => {
      if (n % 4 === 0) return `conversation:${theirs}`
      if (n % 4 === 1) return `conversation:no-such-${n}`
      return n % 4 === 2 ? `nonsense:${n}` : "inbox"
    })
    for (const topic of topics) wild.send({ type: "subscribe", topic })
    for (const topic of topics) {
      const frame = await wild.next()
      expect(frame.topic).toBe(topic)
      const kind = topic.split(":")[0]
      expect(frame.code ?? frame.type).toBe(
        kind === "inbox" ? "snapshot" : kind === "nonsense" ? "unknown_topic" : "not_found"
      )
    }
    for (const junk of [
      "",
      "null",
      `{"type":"subscribe"}`,
      "[".repeat(60_000),
      `{"type":"viewing","conversation":""}`
    ]) {
      wild.ws.send(junk)
      expect(await wild.next()).toMatchObject({ type: "error", code: "malformed" })
    }
    for (const type of ["read", "unread", "typing", "viewing"]) {
      const frame = { type, conversation: theirs, ...(type === "typing" && { is_typing: true }) }
      expect(await wild.ask(frame)).toMatchObject({ type: "error", code: "not_found" })
    }
    expect(await wild.ask({ type: "ping" })).toEqual({ type: "pong" })
    wild.ws.send(" ".repeat(feedLimits.frameBytes + 1))
    expect(await wild.closed).toBe(closeCodes.too_large.code)
    expect((await bystander.settled()).filter(({ type }) => type === "error")).toEqual([])
    await say("two", 50)
    expect(await until(bystander, "patch")).toMatchObject({ topic: "inbox" })
    expect((await get("/stats", rival)).events_applied).toBeGreaterThan(0)
    bystander.ws.close()
  })

  it(`a socket watches at most ${feedLimits.subscriptions} topics; the next one is refused and the others go on`, async () => {
    const client = await join()
    const names = Array.from({ length: feedLimits.subscriptions + 10 }, (_, n) => `conversation:many-${n}`)
    for (const [n, name] of names.entries()) await say(name.slice("conversation:".length), n)
    for (const topic of names) client.send({ type: "subscribe", topic })
    const answers = new Map<string, string>()
    while (answers.size < names.length) {
      const { type, topic, code } = await client.next()
      if (type !== "patch") answers.set(topic, code ?? type)
    }
    const said = names.map((name) => answers.get(name))
    expect(said).toEqual(names.map((_, n) => (n < feedLimits.subscriptions ? "snapshot" : "too_many_subscriptions")))
    await say("many-0", 1_000)
    expect(
      await until(client, "patch", ({ topic, changes }) => topic === names[0] && "message_count" in changes)
    ).toMatchObject({ changes: { message_count: 2 } })
    client.ws.close()
  })

  it("stopping says goodbye to every socket with a time to come back, ends by itself, and loses nothing", async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, (_, n) => join({ user_id: `user-${n}` })))
    const viewers = clients.map(() => new Viewer())
    for (const [n, client] of clients.entries())
      viewers[n]!.take(await client.ask({ type: "subscribe", topic: "inbox" }))
    // The newest of all, or the inbox would not list it.
    await Promise.all(Array.from({ length: 20 }, (_, n) => say("last", 2_000 + n)))
    const stopped = server.stop()
    const waits: Array<number> = []
    for (const client of clients) waits.push((await until(client, "bye")).retry_after_ms)
    expect(new Set(await Promise.all(clients.map(({ closed }) => closed)))).toEqual(
      new Set([closeCodes.restarting.code])
    )
    await stopped
    const [least, most] = closeCodes.restarting.comeBack
    expect(waits.every((wait) => wait >= least && wait <= most)).toBe(true)
    expect(new Set(waits).size).toBeGreaterThan(10)
    await server.restart()
    expect((await get("/conversations/last")).message_count).toBe(20)
    const back = await join()
    const viewer = viewers[0]!
    back.send({ type: "subscribe", topic: "inbox", since: viewer.position })
    const first = await back.next()
    expect(first).toMatchObject({ type: "snapshot", recovered: false })
    expect(first.state.conversations).toHaveProperty((await get("/conversations/last")).id)
    back.ws.close()
    await once(back.ws, "close")
  })
})
