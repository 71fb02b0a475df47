/** A TCP proxy before Postgres that can be slow (every round trip) or silent (nothing passes, nothing is closed). */
import { connect, createServer, type Socket } from "node:net"

export interface Proxy {
  readonly port: number
  /** The port that new connections are led to. */
  target: number
  /** Milliseconds by which everything that the client sends is held back; bytes sent together travel together. */
  delay: number
  /** While silent, connections are taken and nothing ever answers. */
  isSilent: boolean
  /** Portions that were held back or swallowed. */
  readonly touched: () => number
  /** Cuts every connection off. */
  readonly cut: () => void
  readonly close: () => Promise<void>
}

export const startProxy = (target: number): Promise<Proxy> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>()
    let touched = 0
    const pass = (client: Socket) => {
      const server = connect(proxy.target, "127.0.0.1")
      let line = Promise.resolve()
      const end = () => {
        client.destroy()
        server.destroy()
      }
      for (const socket of [client, server]) {
        sockets.add(socket)
        socket.setNoDelay(true)
        socket.on("error", end).once("close", () => {
          sockets.delete(socket)
          end()
        })
      }
      client.on("data", (chunk) => {
        if (proxy.isSilent || proxy.delay > 0) touched++
        if (proxy.isSilent) return
        const until = Date.now() + proxy.delay
        line = line.then(async () => {
          const left = until - Date.now()
          if (left > 0) await new Promise((wake) => setTimeout(wake, left))
          if (!server.destroyed) server.write(chunk)
        })
      })
      server.on("data", (chunk) => {
        if (!proxy.isSilent) client.write(chunk)
      })
    }
    const listener = createServer(pass)
    const proxy = {
      port: 0,
      target,
      delay: 0,
      isSilent: false,
      touched: () => touched,
      cut: () => sockets.forEach((socket) => socket.destroy()),
      close: () =>
        new Promise<void>((done) => {
          listener.close(() => done())
          proxy.cut()
        })
    }
    listener.listen(0, "127.0.0.1", () => {
      proxy.port = (listener.address() as { port: number }).port
      resolve(proxy)
    })
  })
