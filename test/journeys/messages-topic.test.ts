/** The topic `messages:<conversation>` on the real process: the newest 50, live, the same as over HTTP (CONTRACT §8). */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { applyPatch } from "../../actors/feed/apply-patch.ts"
import { liveText } from "../../actors/views/messages.ts"
import { Client } from "../feed/client.ts"
import { told } from "../feed/told.ts"
import { databases } from "../support/databases.ts"
import { fixtureAccount } from "../support/fixtures.ts"
import type { Server, Tenant } from "../support/server.ts"
import { startServer } from "../support/server.ts"
import { message } from "../support/whatsapp.ts"

const noon = Date.UTC(2026, 4, 4, 12)
const sent = 70

describe.each(databases)("messages on $name", (database) => {
  let server: Server
  let acme: Tenant
  beforeAll(async () => {
    server = await startServer(database)
    acme = await server.tenant("acme", fixtureAccount)
    for (let n = 0; n < sent; n++)
      await server.webhook(acme, message({ chat: "chat", id: `m-${n}`, at: noon + n * 1_000 }))
  }, 120_000)
  afterAll(() => server.close())

  const path = (rest: string) => `/v1/tenants/acme${rest}`
  const hook = (more: Parameters<typeof message>[0]) => server.webhook(acme, message(more))
  const socket = async (topics?: ReadonlyArray<string>) => {
    const { json } = await server.call("POST", path("/feed-tokens"), acme.key, {
      user_id: "anna",
      ...(topics && { topics })
    })
    return new Client(`${server.url.replace("http", "ws")}/v1/feed?token=${json.token}`).opened()
  }
  const page = async (query: string) =>
    (await server.call("GET", path(`/conversations/chat/messages?${query}`), acme.key)).json
  const fresh = async () => {
    const client = await socket()
    const { state } = await client.ask({ type: "subscribe", topic: "messages:chat" })
    client.ws.close()
    return state
  }

  test("a viewer gets the newest fifty and goes on page by page over HTTP", async () => {
    const state = await fresh()
    const shown = Object.values<any>(state.messages)
    const newest = Array.from({ length: 50 }, (_, n) => `m-${sent - 1 - n}`)
    expect(shown.map((one) => one.external_message_id)).toEqual(newest)
    expect(shown[0]).toMatchObject({ content: expect.any(String), direction: "inbound", status: "delivered" })
    expect(shown[0].sender).toEqual(expect.any(String))
    const { items } = await page("limit=50")
    expect(Object.keys(state.messages)).toEqual(items.map((item: any) => item.id))
    for (const { id, ...item } of items)
      expect(item, "over HTTP").toMatchObject(told({ ...state.messages[id], sender: null, is_cut: null }) as object)
    const older = await page(`limit=50&cursor=${state.older}`)
    expect(older.items.map((item: any) => item.external_message_id)).toEqual(
      Array.from({ length: sent - 50 }, (_, n) => `m-${sent - 51 - n}`)
    )
    expect(older.next_cursor).toBeNull()
  })

  test("a change is a patch of one message, and what it leads to is what a fresh viewer gets", async () => {
    const client = await socket()
    let { state } = await client.ask({ type: "subscribe", topic: "messages:chat" })
    const idOf = (name: string) =>
      Object.entries<any>(state.messages).find(([, one]) => one.external_message_id === name)![0]
    const id = idOf("m-60")
    const patched = async () => {
      const { type, changes } = await client.next()
      expect(type).toBe("patch")
      state = applyPatch(state, changes)
      return changes
    }
    await hook({ chat: "chat", id: "m-60", at: noon + 100_000, event: "message_edited" })
    expect(Object.keys((await patched()).messages)).toEqual([id])
    await hook({ chat: "chat", id: "m-60", at: noon + 101_000, event: "message_deleted" })
    const { messages: gone } = await patched()
    expect(Object.keys(gone)).toEqual([id])
    expect(gone[id]).toMatchObject({ content: null, deleted_at: expect.any(String) })
    await hook({ chat: "chat", id: "new", at: noon + 102_000 })
    const { messages, older } = await patched()
    // One comes, the oldest goes.
    expect(Object.values(messages).filter((one) => one === null)).toHaveLength(1)
    expect(Object.values<any>(messages).find((one) => one !== null)).toMatchObject({ external_message_id: "new" })
    expect(older).toEqual(expect.any(String))
    await hook({ chat: "chat", id: "long", at: noon + 103_000, text: "x".repeat(liveText + 1) })
    await patched()
    expect(state.messages[idOf("long")]).toMatchObject({ is_cut: true, content: "x".repeat(liveText) })
    await hook({ chat: "chat", id: "too old", at: noon - 9_000_000 })
    expect(await client.settled()).toEqual([])
    expect(told(state)).toEqual(told(await fresh()))
    client.ws.close()
  })

  test("after kill -9 it shows the same", async () => {
    const before = await fresh()
    await server.kill()
    await server.restart()
    expect(told(await fresh())).toEqual(told(before))
  })

  test("a token for the conversation alone does not open its messages", async () => {
    const client = await socket(["conversation:chat"])
    expect(await client.ask({ type: "subscribe", topic: "messages:chat" })).toMatchObject({ code: "topic_not_allowed" })
    const other = await socket(["messages:*"])
    expect(await other.ask({ type: "subscribe", topic: "messages:chat" })).toMatchObject({ type: "snapshot" })
    expect(await other.ask({ type: "subscribe", topic: "messages:nobody" })).toMatchObject({ code: "not_found" })
    for (const each of [client, other]) each.ws.close()
  })
})
