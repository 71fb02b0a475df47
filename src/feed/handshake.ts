/** The opening of a socket while it is still HTTP: the path, the token, the subprotocol, and how a refusal is said. */
import * as ProblemDetails from "effect/http/ProblemDetails"
import * as Option from "effect/Option"
import { STATUS_CODES } from "node:http"
import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import type { Encoding } from "../../actors/feed/frames.ts"
import { subprotocols } from "../../actors/feed/frames.ts"

const feedPath = "/v1/feed"

/** Where a request goes; null when its target is no URL. The host does not matter. */
const target = (request: IncomingMessage): URL | null => URL.parse(request.url ?? "", "http://feed")

/** Whether an upgrade is for the feed. */
export const isFeed = (request: IncomingMessage): boolean => target(request)?.pathname === feedPath

/** The token in `?token=`, empty when there is none: a browser cannot put a header on a WebSocket. */
export const tokenOf = (request: IncomingMessage): string => target(request)?.searchParams.get("token") ?? ""

/** The encoding of the first subprotocol offered that we speak; json when none is offered; none when none fits. */
export const negotiate = (offered: Iterable<string>): Option.Option<Encoding> => {
  const names = [...offered]
  if (names.length === 0) return Option.some("json")
  const encodings = Object.keys(subprotocols) as ReadonlyArray<Encoding>
  const chosen = names.map((name) => encodings.find((encoding) => subprotocols[encoding] === name))
  return Option.fromNullishOr(chosen.find((encoding) => encoding !== undefined))
}

/** The subprotocols that a request offers, in its order. */
export const offeredBy = (request: IncomingMessage): ReadonlyArray<string> =>
  (request.headers["sec-websocket-protocol"] ?? "").split(",").flatMap((name) => name.trim() || [])

/** Why a socket is not opened: the HTTP status and a problem (DESIGN §5). */
export interface Refused {
  readonly status: 400 | 401 | 503
  readonly code: string
  readonly detail: string
}

/** Answers the handshake with a problem and hangs up. A refusal for now says when to try again. */
export const refuse = (stream: Duplex, { status, code, detail }: Refused): void => {
  const title = STATUS_CODES[status] ?? ""
  const body = JSON.stringify({ type: ProblemDetails.blankType, title, status, code, detail })
  const head = [
    `HTTP/1.1 ${status} ${title}`,
    "Connection: close",
    `Content-Type: ${ProblemDetails.contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(status === 503 ? ["Retry-After: 5"] : [])
  ]
  stream.once("finish", () => stream.destroy())
  stream.end(`${head.join("\r\n")}\r\n\r\n${body}`)
}
