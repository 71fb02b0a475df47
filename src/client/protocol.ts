/** How frames stand on the wire, from the client's side. JSON needs nothing; msgpack is an entry of its own (msgpack.ts). */
import type { ClientFrame, ServerFrame } from "../../actors/feed/frames.ts"
import { subprotocols } from "../../actors/feed/frames.ts"

/** One encoding of frames. */
export interface Codec {
  readonly subprotocol: string
  encode(frame: ClientFrame): string | Uint8Array
  /** `data` is a string or an ArrayBuffer, as the encoding has it. Throws on anything that is no frame. */
  decode(data: unknown): ServerFrame
}

export const json: Codec = {
  subprotocol: subprotocols.json,
  encode: (frame) => JSON.stringify(frame),
  decode: (data) => JSON.parse(data as string)
}

/**
 * Where the feed of a server is. `base` is the server's address (http, https, ws, wss; in a browser also relative), with a
 * path before `/v1/feed` if a proxy adds one.
 */
export const feedUrl = (base: string, token: string): string => {
  const url = new URL(base, globalThis.location?.href)
  url.protocol = url.protocol.replace(/^http/, "ws")
  if (!url.pathname.endsWith("/v1/feed")) url.pathname = `${url.pathname.replace(/\/$/, "")}/v1/feed`
  url.hash = ""
  url.searchParams.set("token", token)
  return url.href
}
