/**
 * Tokens of an account, and what their end means (CONTRACT 2.2). A token is sealed before it gets here; nothing in this folder
 * could open it. An expiry is a word on the account like any other, said at the token's own deadline: a newer word of the
 * provider stands against it, an older one that comes late does not (I3).
 */
import type { Draft } from "../draft.ts"
import { later } from "../draft.ts"
import type { SecretResealed, TokenChecked, TokensStored } from "../events.ts"
import type { ConnectionContext } from "./context.ts"

type Decision = Draft<ConnectionContext>

/**
 * What is given replaces, what is not given stays. The status is left alone: CONTRACT 2.2 has an expired account come back
 * by the provider's word, the auth webhook or a successful sync, not by tokens that nobody has tried yet.
 */
export const tokensStored = (d: Decision, event: TokensStored): void =>
  d.set({
    access_token: event.access_token ?? d.context.access_token,
    refresh_token: event.refresh_token ?? d.context.refresh_token,
    token_expires_at: event.token_expires_at ?? d.context.token_expires_at
  })

/** The same token under another key; a token that was stored meanwhile stays. */
export const tokenResealed = (d: Decision, event: SecretResealed): void => {
  if (event.field !== "access_token" && event.field !== "refresh_token") return
  if (d.context[event.field] === event.from) d.set({ [event.field]: event.to })
}

/** When an active account's token ends; null when nothing is to happen then. */
export const tokenDeadline = (c: ConnectionContext): number | null => {
  if (c.account_status !== "active" || c.token_expires_at === null) return null
  return c.facts.status_at !== null && c.facts.status_at > c.token_expires_at ? null : c.token_expires_at
}

/** The token's own deadline: at its instant, whenever the process gets to it. */
export const tokenTimePassed = (d: Decision, now: number): void => {
  const deadline = tokenDeadline(d.context)
  if (deadline !== null && deadline <= now) expire(d, deadline, now)
}

/** Maintenance takes an active account whose token is over as expired, whatever was said since (CONTRACT §6). */
export const tokenChecked = (d: Decision, event: TokenChecked): void => {
  const { account_status, token_expires_at } = d.context
  if (account_status !== "active" || token_expires_at === null || token_expires_at > event.received) return
  expire(d, event.received, event.received)
}

const expire = (d: Decision, at: number, received: number): void => {
  const { auth_status, facts } = d.context
  d.set({
    account_status: "expired",
    auth_status: "expired",
    facts: { ...facts, status_at: later(facts.status_at, at), auth_at: later(facts.auth_at, at) }
  })
  if (auth_status !== "expired") d.tell({ type: "auth_changed", auth_status: "expired", synced_at: null, received })
}
