/** How the syncs of an account ended (CONTRACT 2.2): three failures in a row fail the account, a success lifts it again. */
import type { Draft } from "../draft.ts"
import type { ConnectionSynced } from "../events.ts"
import { shortened } from "../shortened.ts"
import { syncEnded } from "../syncs.ts"
import type { AccountStatus } from "../vocabulary.ts"
import type { ConnectionContext } from "./context.ts"
import { errorLimit } from "./errors.ts"
import { pieceTold } from "./pieces.ts"
import { wordGiven } from "./standing.ts"
import { syncSucceeded } from "./status.ts"

/** Failures in a row after which the account counts as failed. */
const patience = 3

/** What a successful sync ends: it shows that the account runs. */
const liftedStatuses: ReadonlySet<AccountStatus> = new Set(["pending", "failed", "expired"])

export const connectionSynced = (d: Draft<ConnectionContext>, event: ConnectionSynced): void => {
  const { at, error } = event
  if (error === null) {
    syncSucceeded(d, at)
    const { account_status, facts } = d.context
    const lifts = liftedStatuses.has(account_status)
    if (lifts && (facts.status_at === null || at >= facts.status_at)) wordGiven(d, "active", "authenticated", at)
  } else {
    const sync = syncEnded(d.context.facts.sync, at, true)
    if (sync === d.context.facts.sync) return
    d.set({ facts: { ...d.context.facts, sync }, sync_error_count: sync.failures.length })
    pieceTold(d, "last_error", shortened(error, errorLimit), at)
    if (sync.failures.length >= patience) wordGiven(d, "failed", null, sync.failures.at(-1)!)
  }
}
