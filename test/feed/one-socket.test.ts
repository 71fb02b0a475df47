/** I8: what one socket of the feed may watch, have open and have sent, with the limits that a server has. */
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { Duplex } from "node:stream"
import { afterEach, describe, expect, test } from "vitest"
import { WebSocket, WebSocketServer } from "ws"
import { feedLimits } from "../../src/feed/limits.ts"
import { type Incoming, Session } from "../../src/feed/session.ts"
import { type FeedHouse, startFeed } from "./house.ts"

const ends: Array<() => unknown> = []
afterEach(async () => {
  while (ends.length > 0) await ends.pop()!()
})
const started = async (): Promise<FeedHouse> => {
  const house = await startFeed(feedLimits)
  ends.push(() => house.stop())
  for (let n = 0; n < 300; n++) house.acme.states[`conversation:x${n}`] = { n }
  return house
}
const topic = (n: number) => `conversation:x${n}`

test("a socket watches 256 topics; one more is an error frame, until it leaves one", async () => {
  const house = await started()
  const client = await house.client()
  for (let n = 0; n < 256; n++)
    expect(await client.ask({ type: "subscribe", topic: topic(n) })).toMatchObject({ type: "snapshot" })
  const refused = { type: "error", code: "too_many_subscriptions", topic: topic(256) }
  expect(await client.ask({ type: "subscribe", topic: topic(256) })).toMatchObject(refused)
  expect(house.acme.hub.subscribers).toBe(256)
  // One that it watches already is not one more.
  expect(await client.ask({ type: "subscribe", topic: topic(3) })).toMatchObject({ type: "snapshot" })
  client.send({ type: "unsubscribe", topic: topic(3) })
  expect(await client.ask({ type: "subscribe", topic: topic(256) })).toMatchObject({ type: "snapshot" })
  expect(house.acme.hub.subscribers).toBe(256)
})

test("a socket has 16 conversations open; with one more it has left the one that it opened longest ago", async () => {
  const house = await started()
  const client = await house.client()
  const open = async (n: number) => {
    client.send({ type: "viewing", conversation: `x${n}` })
    await client.settled()
  }
  const opened = () =>
    [...house.acme.presence].filter(([, actor]) => actor.getSnapshot().value === "viewed").map(([id]) => id)
  for (let n = 0; n < 16; n++) await open(n)
  await open(0)
  expect(opened()).toHaveLength(16)
  await open(16)
  expect(opened().toSorted()).toEqual(
    Array.from({ length: 17 }, (_, n) => `x${n}`)
      .filter((id) => id !== "x1")
      .toSorted()
  )
  client.ws.close()
  await client.closed
  await expect.poll(opened).toEqual([])
})

describe("frames that wait for their turn", () => {
  /** A real socket whose frames nobody works off but the test. */
  const idle = async () => {
    const inbox = Effect.runSync(Queue.unbounded<Incoming>())
    const server = createServer()
    const wss = new WebSocketServer({ noServer: true, maxPayload: feedLimits.frameBytes })
    const session = new Promise<{ readonly session: Session; readonly ws: WebSocket }>((resolve) =>
      server.on("upgrade", (request, stream: Duplex, head) =>
        wss.handleUpgrade(request, stream, head, (ws) => {
          const pass = { tenant: "acme", user_id: "ann", name: "Ann", topics: null, expires_at: Infinity, key: null }
          const parts = { ws, stream, encoding: "json", limits: feedLimits, inbox, random: () => 0 } as const
          resolve({ ws, session: new Session({ ...parts, pass: pass as any }) })
        })
      )
    )
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
    ends.push(() => {
      client.terminate()
      server.closeAllConnections()
      server.close()
    })
    await once(client, "open")
    return { client, inbox, ...(await session) }
  }
  /** What one read of a socket may bring; the frames of the read with the last allowed one are here already. */
  const oneRead = 64 * 1024
  /** Of a frame of a client, beside what it carries. */
  const head = 6

  test.each([
    ["of the largest size", feedLimits.frameBytes, 200],
    ["of one byte", 1, 50_000]
  ])(
    "are 16, and those of one read: then the socket is not read; in the end all arrive, %s",
    async (_, size, total) => {
      const { client, inbox, session, ws } = await idle()
      for (let n = 0; n < total; n++) client.send("x".repeat(size))
      const waiting = () => Queue.sizeUnsafe(inbox)
      await expect.poll(() => ws.isPaused || waiting() === total, { timeout: 20_000 }).toBe(true)
      // Whatever is under way within the process has come by then.
      for (let n = 0; n < 100; n++) await new Promise(setImmediate)
      let most = waiting()
      expect(most).toBeGreaterThanOrEqual(16)
      for (let taken = 0; taken < total; taken++) {
        await Effect.runPromise(session.next)
        session.handled()
        most = Math.max(most, waiting())
      }
      expect(most).toBeLessThanOrEqual(16 + Math.ceil(oneRead / (size + head)))
      expect(waiting()).toBe(0)
    }
  )
})
