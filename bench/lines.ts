/** Keep-alive connections with one request under way in each; what finds none free waits for the next that is. */
import { connect, type Socket } from "node:net"

interface Request {
  readonly text: string
  /** Its answer is here. */
  readonly heard: () => void
}

export class Lines {
  readonly #free: Array<Socket> = []
  readonly #waiting: Array<Request> = []
  readonly #underWay = new Map<Socket, Request>()
  /** Webhooks that were not applied. */
  failed = 0
  answered = 0

  static async open(url: URL, count: number): Promise<Lines> {
    const lines = new Lines()
    for (let n = 0; n < count; n++) {
      const socket = connect({ host: url.hostname, port: Number(url.port), noDelay: true })
      await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject))
      socket.on("data", (chunk) => lines.#hear(socket, chunk.toString("latin1")))
      lines.#free.push(socket)
    }
    return lines
  }

  send(text: string, heard: () => void = () => {}): void {
    const socket = this.#free.pop()
    if (socket === undefined) this.#waiting.push({ text, heard })
    else this.#write(socket, { text, heard })
  }

  close(): void {
    for (const socket of [...this.#free, ...this.#underWay.keys()]) socket.destroy()
  }

  #write(socket: Socket, request: Request): void {
    this.#underWay.set(socket, request)
    socket.write(request.text)
  }

  /** An answer is small and comes in one piece; of one in pieces the last names the outcome, or the fault. */
  #hear(socket: Socket, text: string): void {
    const request = this.#underWay.get(socket)
    if (request === undefined || !/"outcome"|"code"/.test(text)) return
    if (!text.includes('"applied"')) this.failed++
    this.answered++
    this.#underWay.delete(socket)
    request.heard()
    const next = this.#waiting.shift()
    if (next === undefined) this.#free.push(socket)
    else this.#write(socket, next)
  }
}
