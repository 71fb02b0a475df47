/** The client library against the real process: what its stores promise. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { msgpack } from "../../src/client/msgpack.ts"
import { json } from "../../src/client/protocol.ts"
import { fixture } from "../support/fixtures.ts"
import { message } from "../support/whatsapp.ts"
import { told } from "../feed/told.ts"
import type { House } from "./house.ts"
import { isLive, record, startHouse, until } from "./house.ts"

const inbound = fixture("message_received.whatsapp_direct")

let house: House
beforeAll(async () => {
  house = await startHouse()
  await house.server.webhook(house.acme, inbound)
})
afterAll(() => house.close())

describe.each([
  ["json", json],
  ["msgpack", msgpack]
])("with %s", (encoding, codec) => {
  it("a message moves the badge, and the store holds what a fresh fetch gives", async () => {
    const client = house.client(undefined, { codec })
    const before = (await until(client.inbox(), isLive)).state!.totals.unread_count
    const chat = `badge-${encoding}`
    await house.server.webhook(house.acme, message({ chat, id: `m-${encoding}`, at: Date.UTC(2026, 4, 5) }))
    const inbox = await until(client.inbox(), ({ state }) => state?.totals.unread_count === before + 1)
    expect(Object.values(inbox.state!.conversations).filter((c) => c.external_thread_id === chat)).toHaveLength(1)
    const conversation = client.conversation(chat)
    const { state } = await until(conversation, isLive)
    const { last_accessed_at: _, updated_at: __, ...fresh } = await house.fetched(chat)
    expect(told(state)).toMatchObject(told(fresh) as object)
  })
})

describe("after a break", () => {
  it("kill -9 and a restart: the stores are right again by themselves, and say that it was no recovery", async () => {
    const client = house.client()
    const seen = record(client.inbox())
    const before = (await until(client.inbox(), isLive)).state!.totals.unread_count
    await house.server.kill()
    await until(client.inbox(), ({ status }) => status === "stale")
    await house.server.restart()
    await house.server.webhook(house.acme, message({ chat: "after", id: "after-1", at: Date.UTC(2026, 4, 6) }))
    const value = await until(client.inbox(), (v) => v.status === "live" && v.state.totals.unread_count === before + 1)
    expect(value).toMatchObject({ recovered: false })
    expect(seen.values.map(({ status }) => status)).toEqual(expect.arrayContaining(["loading", "live", "stale"]))
    seen.stop()
  })
})
