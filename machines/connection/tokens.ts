/**
 * Tokens of an account, and what their end means (CONTRACT 2.2). A token is sealed before it gets here; nothing in this folder
 * could open it. An expiry is a word on the account like any other, said at the token's own deadline: a newer word of the
 * provider stands against it, an older one that comes late does not (I3).
 */
import type { Draft } from "../draft.ts"
import type { SecretResealed, TokenChecked, TokensStored } from "../events.ts"
import type { ConnectionContext } from "./context.ts"
import { tokenEnded, tokenGood } from "./standing.ts"

type Decision = Draft<ConnectionContext>

/** What is given replaces, what is not given stays. A token that is good ends what only its predecessor's end had done. */
export const tokensStored = (d: Decision, event: TokensStored): void => {
  d.set({
    access_token: event.access_token ?? d.context.access_token,
    refresh_token: event.refresh_token ?? d.context.refresh_token,
    token_expires_at: event.token_expires_at ?? d.context.token_expires_at
  })
  const { token_expires_at } = d.context
  if (token_expires_at !== null && token_expires_at > event.received) tokenGood(d, event.received)
}

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
  if (deadline !== null && deadline <= now) tokenEnded(d, deadline)
}

/** Maintenance takes an active account whose token is over as expired, whatever was said since (CONTRACT §6). */
export const tokenChecked = (d: Decision, event: TokenChecked): void => {
  const { account_status, token_expires_at } = d.context
  if (account_status !== "active" || token_expires_at === null || token_expires_at > event.received) return
  tokenEnded(d, event.received)
}
