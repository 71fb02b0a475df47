/** I8: a process takes so many sockets of all kinds; a further one is closed as soon as it is open, and what leaves makes room. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { afterEach, expect, test } from "vitest"
import { FeedServer } from "../../src/feed/server.ts"
import { UpgradeServer } from "../../src/feed/upgrade-server.ts"

const ends: Array<() => unknown> = []
afterEach(() => {
  while (ends.length > 0) ends.pop()!()
})

/** The port of a server whose process may have that many files open. */
const withFiles = async (files: number): Promise<number> => {
  const script = fileURLToPath(new URL("few-files.ts", import.meta.url))
  const child: ChildProcess = spawn("sh", ["-c", `ulimit -n ${files}; exec "$0" "$1"`, process.execPath, script], {
    stdio: ["ignore", "pipe", "inherit"]
  })
  ends.push(() => child.kill("SIGKILL"))
  const [printed] = await once(child.stdout!, "data")
  return Number(String(printed))
}
/** A socket that has been answered, or null when it was closed without a word. */
const answered = (port: number): Promise<Socket | null> => {
  const socket = connect(port, "127.0.0.1")
  ends.push(() => socket.destroy())
  socket.on("error", () => {})
  socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
  return new Promise((resolve) => {
    socket.once("data", () => resolve(socket))
    socket.once("close", () => resolve(null))
  })
}

test("as many as the process may have files, less what the database and the process itself need", async () => {
  const port = await withFiles(160)
  const taken: Array<Socket> = []
  for (let n = 0; n < 32; n++) {
    const socket = await answered(port)
    expect(socket).not.toBeNull()
    taken.push(socket!)
  }
  for (let n = 0; n < 3; n++) expect(await answered(port)).toBeNull()
  taken[0]!.end()
  await once(taken[0]!, "close")
  await expect.poll(async () => (await answered(port)) !== null).toBe(true)
})

test("16 at the least, however few files there are, and 24,576 at the most", async () => {
  const port = await withFiles(100)
  for (let n = 0; n < 16; n++) expect(await answered(port)).not.toBeNull()
  expect(await answered(port)).toBeNull()
  const server = new UpgradeServer(FeedServer.of({ handleUpgrade: () => {}, close: Effect.void, sockets: () => 0 }))
  expect(server.maxConnections).toBeLessThanOrEqual(24_576)
})
