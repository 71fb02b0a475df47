/** The msgpack encoding: smaller frames, for those who have the package msgpackr. `connect(url, token, { codec: msgpack })`. */
import { Packr } from "msgpackr"
import { subprotocols } from "../../actors/feed/frames.ts"
import { plain, unpacked } from "../../actors/memory/msgpack.ts"
import type { ServerFrame } from "../../actors/feed/frames.ts"
import type { Codec } from "./protocol.ts"

const packr = new Packr({ ...plain, encodeUndefinedAsNil: true })

export const msgpack: Codec = {
  subprotocol: subprotocols.msgpack,
  encode: (frame) => packr.pack(frame),
  decode: (data) => unpacked(packr, new Uint8Array(data as ArrayBuffer)) as ServerFrame
}
