/** What the storm and its client processes say to each other, and how states are compared: by hash, null meaning not there. */
import { createHash } from "node:crypto"

export interface Begin {
  readonly type: "begin"
  /** One of each user; sockets take them by turns. */
  readonly urls: ReadonlyArray<string>
  readonly sockets: number
  /** Topics that a socket can follow beside the inbox; each follows one of them. */
  readonly topics: ReadonlyArray<string>
}
export type Order =
  | Begin
  /** Destroy all sockets and come back at once, without waiting. */
  | { readonly type: "break" }
  /** Count from nothing again. */
  | { readonly type: "forget" }
  | { readonly type: "report" }
  /** Close all sockets and stay away. */
  | { readonly type: "leave" }

/** How many sockets stand at one place of one topic, and what they hold there. */
export interface Standing {
  readonly topic: string
  readonly epoch: string
  readonly offset: number
  readonly state: string
  readonly sockets: number
}
export interface Report {
  /** Sockets that are open and have an answer to every subscription. */
  readonly ready: number
  readonly standings: ReadonlyArray<Standing>
  readonly recovered: number
  readonly fresh: number
  readonly patches: number
  /** Milliseconds from the cut of a socket until it had everything again. */
  readonly away: ReadonlyArray<number>
  /** What the server said to wait, in milliseconds. */
  readonly waits: ReadonlyArray<number>
  /** Sockets that ended without a word, handshakes that were refused, connections that were not made. */
  readonly unannounced: number
  readonly refused: number
  readonly unreachable: number
  /** What broke the protocol; must be none. */
  readonly faults: ReadonlyArray<string>
}

const canonical = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== "object" || value === null) return value
  const members = Object.entries(value).filter(([, member]) => member !== null)
  return members.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, member]) => [name, canonical(member)])
}
export const hashOf = (state: unknown): string =>
  createHash("sha256")
    .update(JSON.stringify(canonical(state)))
    .digest("base64")
