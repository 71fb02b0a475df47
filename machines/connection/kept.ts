/** A connection as a snapshot holds it: what earlier versions did not keep is found in what they did. */
import type { ConnectionContext, ConnectionFacts } from "./context.ts"
import { day } from "./day.ts"

/** Facts that earlier versions did not keep. */
type Standing = "word" | "auth_word" | "token_end" | "first_live_at"
type EarlierFacts = Omit<ConnectionFacts, Standing> & Partial<Pick<ConnectionFacts, Standing>>

/** The facts behind the statuses of a snapshot that has none yet: a status is the word that made it, or its token's end. */
const standingKnown = (
  facts: EarlierFacts,
  {
    account_status,
    auth_status,
    token_expires_at
  }: Pick<ConnectionContext, "account_status" | "auth_status" | "token_expires_at">
): ConnectionFacts => {
  if (facts.word !== undefined) return facts as ConnectionFacts
  const byToken = account_status === "expired" && token_expires_at !== null && facts.status_at === token_expires_at
  const said = facts.status_at !== null
  return {
    ...facts,
    word: !said ? null : byToken ? "active" : account_status,
    auth_word: facts.auth_at === null ? null : byToken && auth_status === "expired" ? "authenticated" : auth_status,
    token_end: byToken ? token_expires_at : null,
    first_live_at: null
  }
}

/** The context of a snapshot, complete. */
export const completeConnection = (
  kept: Omit<ConnectionContext, "facts"> & { readonly facts: EarlierFacts }
): ConnectionContext => ({
  ...kept,
  // Earlier versions began without one: the midnight from which today is counted.
  last_rate_limit_reset: kept.last_rate_limit_reset ?? kept.facts.today * day,
  facts: standingKnown(kept.facts, kept)
})
