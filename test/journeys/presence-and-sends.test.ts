/** Typing ends by itself, and a send budget says no in time: on the real process. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Client } from "../feed/client.ts"
import { databases } from "../support/databases.ts"
import { fixture, fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"

const inbound = fixture("message_received.whatsapp_direct")
const other = inbound.sender.attendee_provider_id

describe.each(databases)("presence and sends on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database)
    acme = await server.tenant("acme", fixtureAccount)
    await server.webhook(acme, inbound)
    await server.webhook(acme, fixture("account_status.ok"))
  })
  afterAll(() => server.close())

  const watch = async (topic: string): Promise<Client> => {
    const { json } = await server.call("POST", "/v1/tenants/acme/feed-tokens", acme.key, { user_id: "user-1" })
    const viewer = await new Client(`${server.url.replace("http", "ws")}/v1/feed?token=${json.token}`).opened()
    expect(await viewer.ask({ type: "subscribe", topic })).toMatchObject({ type: "snapshot", topic })
    return viewer
  }
  const typing = async (viewer: Client): Promise<ReadonlyArray<any>> => {
    let frame = await viewer.next()
    while (frame.type !== "typing") frame = await viewer.next()
    return frame.typists
  }

  it("a typist who never says stop disappears from the feed by deadline", async () => {
    const viewer = await watch(`conversation:${inbound.chat_id}`)
    const { status } = await server.call("POST", "/v1/tenants/acme/events", acme.key, {
      type: "typing",
      conversation: inbound.chat_id,
      participant: other,
      is_typing: true,
      expires_in_s: 1
    })
    expect(status).toBe(200)
    expect(await typing(viewer)).toMatchObject([{ name: "Ben Okafor" }])
    expect(await typing(viewer)).toEqual([])
    viewer.ws.close()
  })

  it("a message ends its sender's typing", async () => {
    const viewer = await watch(`conversation:${inbound.chat_id}`)
    const signal = {
      type: "typing",
      conversation: inbound.chat_id,
      participant: other,
      is_typing: true,
      expires_in_s: 60
    }
    expect((await server.call("POST", "/v1/tenants/acme/events", acme.key, signal)).status).toBe(200)
    expect(await typing(viewer)).toHaveLength(1)
    await server.webhook(acme, {
      ...inbound,
      message_id: "next",
      provider_message_id: "NEXT",
      timestamp: "2026-05-04T09:20:00.000Z"
    })
    expect(await typing(viewer)).toEqual([])
    viewer.ws.close()
  })

  it("typing does not survive a restart (I10)", async () => {
    const signal = {
      type: "typing",
      conversation: inbound.chat_id,
      participant: other,
      is_typing: true,
      expires_in_s: 60
    }
    expect((await server.call("POST", "/v1/tenants/acme/events", acme.key, signal)).status).toBe(200)
    await server.kill()
    await server.restart()
    const viewer = await watch(`conversation:${inbound.chat_id}`)
    // Opening the topic is an access, and that is a patch; but nobody types.
    expect((await viewer.settled()).filter(({ type }) => type === "typing")).toEqual([])
    viewer.ws.close()
  })

  it("reservations past the hourly limit answer 429 with a retry_after that is right, and survive kill -9", async () => {
    const connection = `/v1/tenants/acme/connections/${fixtureAccount}`
    await server.call("PUT", `${connection}/rate-limit`, acme.key, { rate_limit_per_hour: 3 })
    const before = Date.now()
    const allowed = await server.call("POST", `${connection}/sends`, acme.key, { count: 2, idempotency_key: "first" })
    expect(allowed).toMatchObject({ status: 200, json: { allowed: true, remaining_hour: 1, remaining_day: 998 } })
    const repeat = await server.call("POST", `${connection}/sends`, acme.key, { count: 2, idempotency_key: "first" })
    expect(repeat.json.reservation_id).toBe(allowed.json.reservation_id)
    await server.kill()
    await server.restart()
    const refused = await server.call("POST", `${connection}/sends`, acme.key, { count: 2 })
    const after = Date.now()
    expect(refused).toMatchObject({ status: 429, json: { allowed: false, reason: "hourly" } })
    const wait = refused.json.retry_after_s
    expect(refused.headers.get("retry-after")).toBe(String(wait))
    expect(wait).toBeLessThanOrEqual(3_600)
    expect(wait * 1_000).toBeGreaterThanOrEqual(3_600_000 - (after - before))
    const view = await server.call("GET", connection, acme.key)
    expect(view.json).toMatchObject({
      messages_sent_this_hour: 2,
      messages_sent_today: 2,
      messages_sent_count: 2,
      can_send: true
    })
  })
})
