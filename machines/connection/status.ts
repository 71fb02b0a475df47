/** What the provider says of an account, and which account_status and auth_status that is (CONTRACT 2.2). */
import type { Draft } from "../draft.ts"
import type { AccountStatusChanged, ConnectionRegistered, HostedAuthReported } from "../events.ts"
import { syncEnded } from "../syncs.ts"
import type { AccountStatus, AuthStatus, ProviderAccountStatus } from "../vocabulary.ts"
import type { ConnectionContext } from "./context.ts"
import { historyMissing } from "./gap.ts"
import { dailyLimit } from "./limits.ts"
import { pieceTold } from "./pieces.ts"
import { wordGiven } from "./standing.ts"

/** auth: null leaves the auth status as it is. */
const meaning: Record<ProviderAccountStatus, { readonly account: AccountStatus; readonly auth: AuthStatus | null }> = {
  OK: { account: "active", auth: "authenticated" },
  RECONNECTED: { account: "active", auth: "authenticated" },
  CREATION_SUCCESS: { account: "active", auth: "authenticated" },
  SYNC_SUCCESS: { account: "active", auth: "authenticated" },
  CONNECTING: { account: "pending", auth: null },
  CREDENTIALS: { account: "checkpoint_required", auth: "expired" },
  ERROR: { account: "failed", auth: null },
  STOPPED: { account: "failed", auth: null },
  PERMISSIONS: { account: "failed", auth: "failed" },
  CREATION_FAIL: { account: "failed", auth: "failed" },
  DELETED: { account: "disconnected", auth: null }
}

/** A newer word of the provider replaces the older; an older one that comes late changes nothing (I3). */
export const accountStatusChanged = (d: Draft<ConnectionContext>, event: AccountStatusChanged): void =>
  statusReported(d, event.status, event.at)

export const hostedAuthReported = (d: Draft<ConnectionContext>, event: HostedAuthReported): void =>
  isAbout(d.context, event) ? statusReported(d, event.status, event.received) : undefined

/** A failed sign-in names no account, only the user: it is about those of the user's accounts that still wait for one. */
const isAbout = (c: ConnectionContext, { account_id, user_id }: HostedAuthReported): boolean =>
  account_id === null ? c.user_id === user_id && c.auth_status === "pending" : true

/** The newest word stands, for the account and for its credentials each: some statuses say nothing of credentials (I3). */
const statusReported = (d: Draft<ConnectionContext>, status: ProviderAccountStatus, at: number): void => {
  const { account, auth } = meaning[status]
  wordGiven(d, account, auth, at)
  if (status === "SYNC_SUCCESS") syncSucceeded(d, at)
}

/** A sync succeeded at `at`; the failures before it are over. */
export const syncSucceeded = (d: Draft<ConnectionContext>, at: number): void => {
  const sync = syncEnded(d.context.facts.sync, at, false)
  if (sync === d.context.facts.sync) return
  d.set({
    facts: { ...d.context.facts, sync },
    last_sync_at: sync.succeeded_at,
    sync_error_count: sync.failures.length
  })
  pieceTold(d, "last_error", "", at)
}

/** What a status that the CRM gives says of the credentials; null: nothing. */
const authGiven: Record<AccountStatus, AuthStatus | null> = {
  pending: null,
  active: "authenticated",
  failed: null,
  expired: "expired",
  checkpoint_required: null,
  disconnected: null
}

/** Registration by the CRM; a repeat with other values changes them, one with the same values changes nothing. */
export const connectionRegistered = (d: Draft<ConnectionContext>, event: ConnectionRegistered): void => {
  if (d.context.user_id === "") historyMissing(d)
  for (const piece of ["provider_config", "checkpoint_data", "hosted_auth_url"] as const) pieceGiven(d, event, piece)
  d.set({
    user_id: event.user_id,
    account_name: event.account_name,
    is_active: event.is_active ?? d.context.is_active,
    ...(sameText(d.context.connection_config, event.connection_config)
      ? {}
      : { connection_config: event.connection_config }),
    rate_limit_per_day: dailyLimit(d.context).limit
  })
  statusGiven(d, event)
}

/** A word of the CRM like any other: a report of the provider that is older does not undo it. */
const pieceGiven = (
  d: Draft<ConnectionContext>,
  event: ConnectionRegistered,
  piece: "provider_config" | "checkpoint_data" | "hosted_auth_url"
): void => {
  const given = event[piece]
  if (given === undefined || sameText(d.context[piece], given)) return
  d.set({ facts: { ...d.context.facts, told: { ...d.context.facts.told, [piece]: event.received } }, [piece]: given })
}

/** The status that the account is registered with; one that it has already is no news. */
const statusGiven = (d: Draft<ConnectionContext>, event: ConnectionRegistered): void => {
  const account = event.account_status ?? null
  if (account === null) return
  const auth = event.auth_status ?? authGiven[account]
  const { account_status, auth_status, facts } = d.context
  const isKnown = facts.status_at !== null && account === account_status && (auth === null || auth === auth_status)
  if (!isKnown) wordGiven(d, account, auth, event.received)
}

const sameText = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)
