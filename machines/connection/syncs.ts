/** How the syncs of an account ended (CONTRACT 2.2): three failures in a row fail the account, a success lifts it again. */
import type { Draft } from "../draft.ts"
import type { ConnectionSynced } from "../events.ts"
import { syncEnded } from "../syncs.ts"
import { errorLimit } from "./auth.ts"
import type { ConnectionContext } from "./context.ts"
import { pieceTold } from "./pieces.ts"
import { authTold, syncSucceeded, wordGiven } from "./status.ts"

/** Failures in a row after which the account counts as failed. */
const patience = 3

export const connectionSynced = (d: Draft<ConnectionContext>, event: ConnectionSynced): void => {
  const { at, error, received } = event
  if (error === null) {
    syncSucceeded(d, at)
    const { account_status, facts } = d.context
    const lifts = account_status === "failed" || account_status === "expired"
    if (lifts && (facts.status_at === null || at >= facts.status_at)) wordGiven(d, "active", "authenticated", at)
  } else {
    const sync = syncEnded(d.context.facts.sync, at, true)
    if (sync === d.context.facts.sync) return
    d.set({ facts: { ...d.context.facts, sync }, sync_error_count: sync.failures.length })
    pieceTold(d, "last_error", error.slice(0, errorLimit), at)
    if (sync.failures.length >= patience) wordGiven(d, "failed", null, sync.failures.at(-1)!)
  }
  authTold(d, received)
}
