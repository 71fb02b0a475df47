/** The msgpack encoding: smaller frames, for those who have the package msgpackr. `connect(url, token, { codec: msgpack })`. */
import { Packr } from "msgpackr"
import { subprotocols } from "../../actors/feed/frames.ts"
import type { Codec } from "./protocol.ts"

const packr = new Packr({ useRecords: false, encodeUndefinedAsNil: true })

export const msgpack: Codec = {
  subprotocol: subprotocols.msgpack,
  encode: (frame) => packr.pack(frame),
  decode: (data) => packr.unpack(new Uint8Array(data as ArrayBuffer))
}
