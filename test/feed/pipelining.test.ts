/** One connection's requests wait for their turn, and so many that nobody needs them are not taken (I8). */
import { once } from "node:events"
import { connect } from "node:net"
import * as Effect from "effect/Effect"
import { expect, test } from "vitest"
import { FeedServer } from "../../src/feed/server.ts"
import { UpgradeServer } from "../../src/feed/upgrade-server.ts"
import type { Take } from "../../src/http/front.ts"

const noFeed = FeedServer.of({ handleUpgrade: () => {}, close: Effect.void, sockets: () => 0 })

const opened = async (take: Take) => {
  const server = new UpgradeServer(noFeed, {}, take).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  if (address === null || typeof address === "string") throw new Error("no port")
  const socket = connect(address.port, "127.0.0.1").on("error", () => {})
  await once(socket, "connect")
  return { server, socket }
}
const request = (n: number) => `GET /${n} HTTP/1.1\r\nHost: x\r\n\r\n`

test("a client that asks on and on while its answers are under way is hung up on", async () => {
  let asked = 0
  const { server, socket } = await opened(() => ++asked > 0)
  socket.resume().write(Array.from({ length: 100_000 }, (_, n) => request(n)).join(""))
  // Hung up on in the middle of what it writes, it may see a reset first.
  await new Promise((resolve) => socket.once("close", resolve))
  expect(asked).toBe(8)
  server.close()
})

test("two hundred requests at once are answered in their order", async () => {
  const { server, socket } = await opened(({ url }, response) => {
    setImmediate(() => response.end(`<${url}>`))
    return true
  })
  let heard = ""
  socket.on("data", (bytes) => void (heard += bytes))
  const all = Array.from({ length: 200 }, (_, n) => n)
  socket.write(`${all.map(request).join("")}GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
  await once(socket, "close")
  expect([...heard.matchAll(/<\/(\w+)>/g)].map(([, name]) => name)).toEqual([...all.map(String), "last"])
  server.close()
})
