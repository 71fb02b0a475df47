/** The bounds of the feed's sockets (I8) and what happens at each. */
import type * as Duration from "effect/Duration"

export interface FeedLimits {
  /**
   * Sockets of this process; further ones get 503 on the handshake. Twice as many as a process is expected to hold: when all
   * come back at once, those that they left may not have been noticed yet.
   */
  readonly sockets: number
  /** Sockets of one user of a tenant; further ones get 503. A person has tabs, not hundreds of them. */
  readonly userSockets: number
  /** Subscriptions of one socket; further ones get an error frame. */
  readonly subscriptions: number
  /** Conversations that one socket has open at a time; past it the one that it opened longest ago counts as left. */
  readonly viewed: number
  /** Bytes of one client message; a larger one closes the socket with `too_large`. */
  readonly frameBytes: number
  /** Client messages that wait for their turn; past it the socket is not read. What one read has brought waits with them: 64 KiB. */
  readonly inbox: number
  /** Bytes that wait in a socket from where it counts as slow: its topics skip patches and get a fresh snapshot later. */
  readonly slowBytes: number
  /** Bytes that wait in a socket from where it is closed with `too_slow`. */
  readonly hopelessBytes: number
  /** How often a socket is pinged; one that has not answered by the next time is cut off. */
  readonly heartbeat: Duration.Input
  /** How often the key and the tenant behind the open sockets are looked at; a socket whose token has ended is closed. */
  readonly guard: Duration.Input
  /** How long an opening handshake may wait for its tenant; then 503. */
  readonly handshake: Duration.Input
}

export const feedLimits: FeedLimits = {
  sockets: 20_000,
  userSockets: 200,
  subscriptions: 256,
  viewed: 16,
  frameBytes: 64 * 1024,
  inbox: 16,
  slowBytes: 256 * 1024,
  hopelessBytes: 8 * 1024 * 1024,
  heartbeat: "30 seconds",
  guard: "2 seconds",
  handshake: "10 seconds"
}
