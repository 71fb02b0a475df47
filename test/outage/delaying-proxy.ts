/** A TCP proxy in front of Postgres that can make every statement slow: what goes to the server is held back for so long. */
import { connect, createServer, type Socket } from "node:net"

export const startProxy = async (port: number) => {
  let delay = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(port, "127.0.0.1")
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on("error", () => {})
      socket.on("close", () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    // One delay for all that comes in one piece, in order: that is a statement, or one step of it.
    let held = Promise.resolve()
    client.on("data", (bytes: Buffer) => {
      held = held
        .then(() => (delay === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, delay))))
        .then(() => void upstream.write(bytes))
    })
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    port: (server.address() as { port: number }).port,
    /** Milliseconds that a statement is held back; 0: none. */
    slow: (milliseconds: number) => void (delay = milliseconds),
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    }
  }
}
