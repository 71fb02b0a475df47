/**
 * A connection to the database worker, shaped as the socket that the Postgres client expects: a MessagePort wrapped in
 * a Duplex. Bytes go over as they are; `null` on the port means that this side is done.
 */
import { Duplex } from "node:stream"
import type { MessagePort } from "node:worker_threads"

/** Wraps the port. Destroying or ending the stream tells the worker, which then frees the session. */
export const portStream = (port: MessagePort): Duplex => {
  const stream = new Duplex({
    read() {},
    write(chunk: Uint8Array, _encoding, done) {
      // The client reuses its buffers, and a transferred one would be gone for it: send a copy of our own.
      const copy = new Uint8Array(chunk)
      port.postMessage(copy, [copy.buffer])
      done()
    },
    final(done) {
      port.postMessage(null)
      done()
    },
    destroy(error, done) {
      port.postMessage(null)
      port.close()
      done(error)
    }
  })
  port.on("message", (chunk: Uint8Array | null) => {
    if (chunk === null) stream.destroy()
    else stream.push(chunk)
  })
  port.on("close", () => stream.destroy())
  return stream
}
