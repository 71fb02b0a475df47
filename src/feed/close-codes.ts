/**
 * Why a socket of the feed is closed: the one table (DESIGN §6). 4000–4099 may come back after the time that the `bye`
 * frame says, 4100–4199 must not come back as they are. The standard codes are those that the WebSocket layer says by
 * itself, without a `bye`.
 */
import type { ByeFrame } from "../../actors/feed/frames.ts"

export interface CloseCode {
  readonly code: number
  /** Stands in the close frame; at most 123 bytes. */
  readonly reason: string
  /** Milliseconds between which the server picks when to come back, so that not all come at once; null: do not. */
  readonly comeBack: readonly [least: number, most: number] | null
}

export const closeCodes = {
  restarting: { code: 4000, reason: "the server restarts", comeBack: [500, 5_000] },
  token_expired: { code: 4001, reason: "the token has expired; come back with a new one", comeBack: [0, 1_000] },
  too_slow: { code: 4002, reason: "the socket is not read fast enough", comeBack: [2_000, 10_000] },
  tenant_moved: { code: 4003, reason: "the tenant is loaded again", comeBack: [200, 3_000] },
  fault: { code: 4004, reason: "a defect of the server", comeBack: [2_000, 10_000] },
  wrong_encoding: {
    code: 4100,
    reason: "text and binary messages do not mix; the subprotocol decides",
    comeBack: null
  },
  protocol_error: { code: 1002, reason: "not a WebSocket frame", comeBack: null },
  not_utf8: { code: 1007, reason: "a text message that is not UTF-8", comeBack: null },
  too_large: { code: 1009, reason: "a message over the limit", comeBack: null }
} as const satisfies Record<string, CloseCode>

export type CloseName = keyof typeof closeCodes

/** The last frame before the close; `random` is in [0, 1). */
export const byeFrame = (name: CloseName, random: number): ByeFrame => {
  const { code, comeBack }: CloseCode = closeCodes[name]
  const retry_after_ms = comeBack && Math.round(comeBack[0] + random * (comeBack[1] - comeBack[0]))
  return { type: "bye", code, retry_after_ms }
}
