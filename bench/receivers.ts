/**
 * Viewers that only count what they are sent: raw sockets after a WebSocket's handshake, so that a thousand of them keep up with a
 * server on another core. A process of its own: started by receiving.ts.
 */
import { connect, type Socket } from "node:net"
import { FrameCounter } from "./frame-counter.ts"
import type { Opening, ReceiverOrder, Tally } from "./receiving.ts"

/** A client's frame of fewer than 126 bytes has a mask; that of zeros changes nothing. */
const clientFrame = (opcode: number, payload: string): Buffer =>
  Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | Buffer.byteLength(payload), 0, 0, 0, 0]), Buffer.from(payload)])
const pong = clientFrame(10, "")
const subscribe = (topic: string) => clientFrame(1, JSON.stringify({ type: "subscribe", topic }))

const counters: Array<FrameCounter> = []
const sockets: Array<Socket> = []

/** One socket, from the handshake until every topic has sent its snapshot. */
const opened = (address: string, topics: ReadonlyArray<string>): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname, port, host, pathname, search } = new URL(address)
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    const counter = new FrameCounter()
    let head: Buffer | null = Buffer.alloc(0)
    const take = (bytes: Buffer) => {
      counter.take(bytes)
      for (; counter.pings > 0; counter.pings--) socket.write(pong)
      if (counter.frames >= topics.length) resolve()
    }
    socket.on("connect", () =>
      socket.write(
        [
          `GET ${pathname}${search} HTTP/1.1`,
          `host: ${host}`,
          "connection: upgrade",
          "upgrade: websocket",
          "sec-websocket-version: 13",
          "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
          "sec-websocket-protocol: switchboard.v1.json",
          "\r\n"
        ].join("\r\n")
      )
    )
    socket.on("data", (chunk) => {
      if (head === null) return take(chunk)
      head = Buffer.concat([head, chunk])
      const end = head.indexOf("\r\n\r\n")
      if (end === -1) return
      const said = head.toString("latin1", 0, end)
      if (!said.startsWith("HTTP/1.1 101")) return reject(new Error(said))
      for (const topic of topics) socket.write(subscribe(topic))
      const rest = head.subarray(end + 4)
      head = null
      take(rest)
    })
    socket.on("error", reject)
    socket.on("close", () => reject(new Error("the server closed a socket")))
    counters.push(counter)
    sockets.push(socket)
  })

/** Handshakes under way at a time. */
const atOnce = 50

const openAll = async ({ urls, topics, count }: Opening): Promise<void> => {
  for (let n = 0; n < count; n += atOnce)
    await Promise.all(
      Array.from({ length: Math.min(atOnce, count - n) }, (_, k) => opened(urls[(n + k) % urls.length]!, topics))
    )
}

const tally = (): Tally => ({
  frames: counters.reduce((sum, { frames }) => sum + frames, 0),
  bytes: counters.reduce((sum, { bytes }) => sum + bytes, 0),
  open: sockets.filter(({ destroyed }) => !destroyed).length
})

process.on("message", (order: ReceiverOrder) => {
  const done = order.type === "open" ? openAll(order) : Promise.resolve()
  done.then(
    () => process.send!({ tally: tally() }),
    (error: unknown) => process.send!({ failure: String(error) })
  )
})
process.on("disconnect", () => process.exit(0))
