/**
 * The floor of the fan-out benchmark: bare `ws`. Between `/start?bytes=n` and `/stop` it sends one buffer of so many bytes, made once,
 * to all of its sockets, again and again as fast as they take it.
 */
import { createServer } from "node:http"
import { WebSocketServer } from "ws"

/** Messages to everybody between two looks at what else there is to do. */
const inARow = 10
/** A socket in which so much waits is given time. */
const enough = 64 * 1024

let buffer: Buffer | null = null

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url!, "http://floor")
  const was = buffer
  buffer = pathname === "/start" ? Buffer.alloc(Number(searchParams.get("bytes")), "x") : null
  if (was === null) setImmediate(broadcast)
  response.end()
})
const sockets = new WebSocketServer({ server, perMessageDeflate: false })

const broadcast = (): void => {
  if (buffer === null) return
  for (let n = 0; n < inARow; n++) for (const ws of sockets.clients) ws.send(buffer, { binary: false })
  for (const { bufferedAmount } of sockets.clients) {
    if (bufferedAmount > enough) return void setTimeout(broadcast, 1)
  }
  setImmediate(broadcast)
}

server.listen(0, "127.0.0.1", () => {
  console.log(`listening on http://127.0.0.1:${(server.address() as { port: number }).port}`)
})
