/** The frames in the bytes of a WebSocket that a server writes: counted by their heads, never read. */

const text = 1
const binary = 2
const ping = 9

/** Bytes of a frame's head whose second byte is this; a server's frames are not masked. */
const headSize = (second: number): number => {
  const length = second & 0x7f
  return length === 126 ? 4 : length === 127 ? 10 : 2
}

export class FrameCounter {
  /** Messages, and the bytes in them. */
  frames = 0
  bytes = 0
  /** Pings that were not answered yet. */
  pings = 0
  /** Bytes of the last frame's payload that are still to come. */
  #rest = 0
  #head: Buffer = Buffer.alloc(0)

  take(chunk: Buffer): void {
    let bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    this.#head = Buffer.alloc(0)
    while (bytes.length > 0) {
      if (this.#rest > 0) {
        const step = Math.min(this.#rest, bytes.length)
        this.#rest -= step
        bytes = bytes.subarray(step)
        continue
      }
      const size = bytes.length < 2 ? 2 : headSize(bytes[1]!)
      if (bytes.length < size) {
        this.#head = bytes
        return
      }
      this.#begin(bytes, size)
      bytes = bytes.subarray(size)
    }
  }

  #begin(bytes: Buffer, size: number): void {
    const opcode = bytes[0]! & 0x0f
    this.#rest = size === 2 ? bytes[1]! & 0x7f : size === 4 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    if (opcode === ping) this.pings++
    if (opcode !== text && opcode !== binary) return
    this.frames++
    this.bytes += this.#rest
  }
}
