/**
 * Cuts the bytes of a Postgres frontend into what the backend can answer: the startup packet first, then
 * batches of whole messages. It knows message boundaries and nothing else of the protocol.
 */

/** Messages after which the backend has everything that it needs to answer: Sync, Query, Flush, Terminate, CopyDone, CopyFail. */
const answerable = new Set([..."SQHXcf"].map((letter) => letter.charCodeAt(0)))

const nothing = new Uint8Array(0)

/** Request code of a CancelRequest: it looks like a startup packet, on a connection of its own. */
const cancelCode = 80877102

/** Whether the first packet of a connection asks to cancel another connection's statement. */
export const isCancelRequest = (packet: Uint8Array): boolean => packet.length >= 8 && uint32(packet, 4) === cancelCode

/** Whether a batch is a Terminate message: the frontend says goodbye. */
export const isTerminate = (batch: Uint8Array): boolean => batch[0] === 0x58

/** Collects chunks of one connection; each call returns the batches that are now complete, in order. */
export const makeFrames = (): ((chunk: Uint8Array) => ReadonlyArray<Uint8Array>) => {
  let pending: Uint8Array = nothing
  let started = false
  return (chunk) => {
    const bytes = pending.length === 0 ? chunk : concat(pending, chunk)
    const batches: Array<Uint8Array> = []
    let batchStart = 0
    let offset = 0
    while (true) {
      const header = started ? 1 : 0
      if (offset + header + 4 > bytes.length) break
      const end = offset + header + uint32(bytes, offset + header)
      if (end > bytes.length) break
      if (!started || answerable.has(bytes[offset]!)) {
        batches.push(bytes.subarray(batchStart, end))
        batchStart = end
      }
      started = true
      offset = end
    }
    pending = bytes.subarray(batchStart)
    return batches
  }
}

const uint32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at)

const concat = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}
