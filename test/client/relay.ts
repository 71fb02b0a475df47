/** The network between a client and a server: real TCP that keeps its address, and can be cut, or go dead without a word. */
import type { Socket } from "node:net"
import { connect, createServer } from "node:net"
import { once } from "node:events"

export const openRelay = async (target: () => string) => {
  const pairs = new Set<readonly [client: Socket, server: Socket]>()
  let isDead = false
  let isDown = false
  const listener = createServer((client) => {
    if (isDown) return client.resetAndDestroy()
    const { hostname, port } = new URL(target())
    const server = connect(Number(port), hostname)
    const pair = [client, server] as const
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      server.destroy()
    }
    for (const socket of pair) socket.on("error", end).on("close", end)
    client.on("data", (bytes) => isDead || server.write(bytes))
    // The server feels it when the client does not read: that is what makes a socket slow.
    server.on("data", (bytes) => {
      if (!isDead && !client.write(bytes)) server.pause()
    })
    client.on("drain", () => server.resume())
  })
  listener.listen(0, "127.0.0.1")
  await once(listener, "listening")
  const { port } = listener.address() as { readonly port: number }
  let accepted = 0
  listener.on("connection", () => accepted++)
  const cut = () => pairs.forEach(([client]) => client.resetAndDestroy())
  return {
    url: `http://127.0.0.1:${port}`,
    /** Connections that it ever took. */
    get accepted() {
      return accepted
    },
    /** Resets every connection. */
    cut,
    /** Takes no connection, and cuts those that it has. */
    down: () => {
      isDown = true
      cut()
    },
    up: () => {
      isDown = false
    },
    /** Swallows everything, and closes nothing: a cable that was pulled. New connections go dead too. */
    die: () => {
      isDead = true
    },
    /** Works again. Connections that lost bytes meanwhile cannot go on, and are reset. */
    live: () => {
      isDead = false
      cut()
    },
    close: async () => {
      cut()
      const closed = once(listener, "close")
      listener.close()
      await closed
    }
  }
}
export type Relay = Awaited<ReturnType<typeof openRelay>>
