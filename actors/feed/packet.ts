/**
 * A frame on its way to many sockets: encoded at most once per encoding, and only when the first socket asks (DESIGN §6).
 * Knows the two encodings; knows no socket.
 */
import { Packr } from "msgpackr"
import { plain } from "../memory/msgpack.ts"
import type { Encoding, ServerFrame } from "./frames.ts"

/** Without an extension for `undefined`. */
const packr = new Packr({ ...plain, encodeUndefinedAsNil: true })

const encoders: Readonly<Record<Encoding, (frame: ServerFrame) => Buffer>> = {
  json: (frame) => Buffer.from(JSON.stringify(frame)),
  msgpack: (frame) => packr.pack(frame)
}

export class Packet {
  readonly frame: ServerFrame
  readonly #bytes: { [E in Encoding]?: Buffer } = {}
  #named: Map<string, Packet> | undefined

  constructor(frame: ServerFrame) {
    this.frame = frame
  }

  /** The payload of the WebSocket message. Shared between sockets: it must not be written to. */
  bytes(encoding: Encoding): Buffer {
    return (this.#bytes[encoding] ??= encoders[encoding](this.frame))
  }

  /** Bytes of it in the encoding that was made first; undefined before anybody has asked. */
  get length(): number | undefined {
    return (this.#bytes.json ?? this.#bytes.msgpack)?.length
  }

  /** The same frame under the name by which a subscriber asked for the topic; also made once per name. */
  named(topic: string): Packet {
    if (!("topic" in this.frame) || this.frame.topic === topic) return this
    this.#named ??= new Map()
    let packet = this.#named.get(topic)
    if (packet === undefined) this.#named.set(topic, (packet = new Packet({ ...this.frame, topic })))
    return packet
  }
}
