/**
 * One POST to an address that a tenant has named: no redirects, no inner addresses, nothing of the answer but its status and when to come again.
 * By node:http and no client above it: the guard is the look-up of this very connection, which is made for it alone.
 */
import { lookup, type LookupAddress } from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import type { LookupFunction } from "node:net"
import type { Reach } from "./reach.ts"

/** The address is one that announcements must not reach. */
export class Unreachable extends Error {
  constructor() {
    super("the address is not public, and the operator has not allowed it")
  }
}

/** Resolves names like the system, and refuses a name when any of its addresses is refused: what is checked is what is connected to. */
export const guardedLookup =
  (reach: Reach): LookupFunction =>
  (hostname, options, callback) =>
    lookup(hostname, { ...options, all: true }, (error, addresses: Array<LookupAddress>) => {
      if (error !== null) return callback(error, "")
      if (!addresses.every(({ address }) => reach.allows(address))) return callback(new Unreachable(), "")
      if (options.all === true) return callback(null, addresses)
      const [first] = addresses
      return callback(null, first?.address ?? "", first?.family)
    })

/** Of an answer: its status, and the Retry-After header as it came. */
export interface Posted {
  readonly status: number
  readonly retryAfter: string | undefined
}

/** The answer; rejects when there is none. The signal ends it. */
export const post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  reach: Reach,
  signal: AbortSignal
): Promise<Posted> =>
  new Promise((resolve, reject) => {
    const target = new URL(url)
    // A number is connected to without a look-up.
    if (!reach.allowsHost(target.hostname)) return reject(new Unreachable())
    const { request } = target.protocol === "https:" ? https : http
    const sent = request(
      target,
      {
        method: "POST",
        headers: { ...headers, "content-length": Buffer.byteLength(body) },
        lookup: guardedLookup(reach),
        agent: false,
        signal
      },
      (response) => {
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers["retry-after"] })
        response.destroy()
      }
    )
    sent.on("error", reject)
    sent.end(body)
  })
