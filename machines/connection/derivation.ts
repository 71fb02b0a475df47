/** What is shown of a connection besides its fields (derived.ts). Types alone: clients of the feed are checked against them. */

/** Whose limit it is. */
export type Binds = "provider" | "tenant" | "connection"

/** The limit that counts, and whose it is; both null where nobody sets one. */
export interface Limit {
  readonly limit: number | null
  readonly binds: Binds | null
}
/** Of an hour there is always one: the provider's. */
export type HourlyLimit = Limit & { readonly limit: number }

export interface ConnectionDerived {
  readonly is_token_expired: boolean
  /** In the last hour of the token, and after it. */
  readonly needs_refresh: boolean
  readonly needs_reconnection: boolean
  readonly can_send: boolean
  readonly effective_limits: { readonly hour: HourlyLimit; readonly day: Limit }
  /** What somebody has to do, or null. */
  readonly needs_action: "checkpoint" | "reconnect" | "complete_auth" | null
}
