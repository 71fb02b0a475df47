/** Sockets that speak as no client should. */
import { connect, type Socket } from "node:net"

export interface RawSocket {
  readonly socket: Socket
  /** What the server has said so far. */
  readonly heard: () => string
  /** Milliseconds after which the server hung up; pending until it does. */
  readonly ended: Promise<number>
}

export const raw = (url: string): Promise<RawSocket> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const started = performance.now()
    const socket = connect(Number(port), hostname)
    let heard = ""
    const ended = new Promise<number>((over) => socket.once("close", () => over(performance.now() - started)))
    socket.on("data", (bytes) => void (heard += bytes.toString("latin1")))
    socket.once("error", reject)
    socket.once("connect", () => {
      socket.on("error", () => {})
      resolve({ socket, heard: () => heard, ended })
    })
  })

/** Sends one piece after the other, with a pause between two. Ends when the server hangs up. */
export const trickle = ({ socket }: RawSocket, pieces: Iterable<string>, pause: number): NodeJS.Timeout => {
  const iterator = pieces[Symbol.iterator]()
  const timer = setInterval(() => {
    const { value, done } = iterator.next()
    if (done === true || socket.destroyed) clearInterval(timer)
    else socket.write(value)
  }, pause)
  return timer
}

/** Sends bytes and answers with everything that comes until the server hangs up. */
export const exchange = async (url: string, bytes: string): Promise<string> => {
  const open = await raw(url)
  open.socket.write(bytes)
  await open.ended
  return open.heard()
}
