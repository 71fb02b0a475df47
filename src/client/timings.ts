/** How patient the client is, in milliseconds. */
export interface Timings {
  /** For a token, and then for the opening of a socket. */
  readonly opening: number
  /** Nothing heard for so long, and the server is asked for a sign of life. Below the minute after which proxies hang up. */
  readonly idle: number
  /** For that sign of life; without it the socket counts as dead. */
  readonly patience: number
  /** A socket that was open for so long was a success: the next wait is a short one again. */
  readonly settled: number
  /** A topic outlives its last listener by so much, so that going back and forth between two pages costs nothing. */
  readonly linger: number
  /** A token is renewed so long before it expires, or a fifth of its life before, if that is less. */
  readonly renewal: number
}

export const timings: Timings = {
  opening: 15_000,
  idle: 25_000,
  patience: 10_000,
  settled: 5_000,
  linger: 5_000,
  renewal: 60_000
}
