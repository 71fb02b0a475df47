/** The walk of the README, on the real process and both databases. */
import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Client } from "../feed/client.ts"
import { databases, openPersistenceOn } from "../support/databases.ts"
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"

const inbound = fixture("message_received.whatsapp_direct")

describe.each(databases)("the walk on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database, { SWITCHBOARD_SNAPSHOT_INTERVAL: "1 second" })
    acme = await server.tenant("acme", fixtureAccount)
  })
  afterAll(() => server.close())

  const conversation = async () =>
    (await server.call("GET", `/v1/tenants/acme/conversations/${inbound.chat_id}`, acme.key)).json

  it("a webhook moves the counters and reaches a subscriber; five repeats change nothing", async () => {
    const { json: pass } = await server.call("POST", "/v1/tenants/acme/feed-tokens", acme.key, { user_id: "user-1" })
    const viewer = await new Client(`${server.url.replace("http", "ws")}/v1/feed?token=${pass.token}`).opened()
    const snapshot = await viewer.ask({ type: "subscribe", topic: "inbox" })
    expect(snapshot).toMatchObject({ type: "snapshot", recovered: false, state: { totals: { unread_count: 0 } } })

    const answer = await server.webhook(acme, inbound)
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({ outcome: "applied" })
    const patch = await viewer.next()
    expect(patch).toMatchObject({
      type: "patch",
      topic: "inbox",
      offset: snapshot.offset + 1,
      changes: { totals: { unread_count: 1, unread_conversations: 1 } }
    })

    const first = await conversation()
    expect(first).toMatchObject({
      unread_count: 1,
      message_count: 1,
      last_message_at: inbound.timestamp,
      conversation_type: "direct",
      participant_count: 2
    })
    expect(first.members.map((member: any) => member.role).sort()).toEqual(["member", "owner"])

    for (let repeat = 0; repeat < 5; repeat++) {
      expect((await server.webhook(acme, inbound)).json).toEqual({ outcome: "duplicate" })
    }
    const { last_accessed_at: _, updated_at: __, ...counted } = await conversation()
    expect(first).toMatchObject(counted)
    expect(await viewer.settled()).toEqual([])
    viewer.ws.close()
  })

  it("a snapshot of a conversation topic has its members, and reading it is seen by all", async () => {
    const { json: pass } = await server.call("POST", "/v1/tenants/acme/feed-tokens", acme.key, { user_id: "user-2" })
    const viewer = await new Client(
      `${server.url.replace("http", "ws")}/v1/feed?token=${pass.token}`,
      "msgpack"
    ).opened()
    const topic = `conversation:${inbound.chat_id}`
    const snapshot = await viewer.ask({ type: "subscribe", topic })
    expect(snapshot.state.members).toHaveLength(2)
    await server.call("POST", `/v1/tenants/acme/conversations/${inbound.chat_id}/read`, acme.key, { user_id: "user-1" })
    let unread: unknown
    while (unread === undefined) unread = (await viewer.next()).changes?.unread_count
    expect(unread).toBe(0)
    await server.call("POST", `/v1/tenants/acme/conversations/${inbound.chat_id}/unread`, acme.key, {
      user_id: "user-1"
    })
    unread = undefined
    while (unread === undefined) unread = (await viewer.next()).changes?.unread_count
    expect(unread).toBe(1)
    viewer.ws.close()
  })

  it("plain SQL shows the truth: live on Postgres within the snapshot interval, after SIGTERM on the embedded one", async () => {
    if (database.name === "pglite") await server.stop()
    const sql = await openPersistenceOn(server.options)
    const read = () =>
      sql.run(
        Effect.flatMap(
          SqlClient,
          (query) => query<{ unread_count: number; message_count: number; members: number }>`
            select c.unread_count, c.message_count, count(m.*)::integer as members from conversations c
            join members m on m.conversation_id = c.id
            where c.tenant_id = 'acme' and c.external_thread_id = ${inbound.chat_id}
            group by c.unread_count, c.message_count`
        )
      )
    try {
      await expect.poll(read, { timeout: 10_000 }).toEqual([{ unread_count: 1, message_count: 1, members: 2 }])
    } finally {
      await sql.close()
    }
  })
})
