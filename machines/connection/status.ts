/** What the provider says of an account, and which account_status and auth_status that is (CONTRACT 2.2). */
import type { Draft } from "../draft.ts"
import type { AccountStatusChanged, ConnectionRegistered, HostedAuthReported } from "../events.ts"
import { syncEnded } from "../syncs.ts"
import type { ProviderAccountStatus } from "../vocabulary.ts"
import { AccountStatus, AuthStatus } from "../vocabulary.ts"
import type { ConnectionContext } from "./context.ts"
import { dailyLimit } from "./limits.ts"
import { pieceTold } from "./pieces.ts"

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
  statusReported(d, event.status, event.at, event.received)

export const hostedAuthReported = (d: Draft<ConnectionContext>, event: HostedAuthReported): void =>
  isAbout(d.context, event) ? statusReported(d, event.status, event.received, event.received) : undefined

/** A failed sign-in names no account, only the user: it is about those of the user's accounts that still wait for one. */
const isAbout = (c: ConnectionContext, { account_id, user_id }: HostedAuthReported): boolean =>
  account_id === null ? c.user_id === user_id && c.auth_status === "pending" : true

/** The newest word stands, for the account and for its credentials each: some statuses say nothing of credentials (I3). */
const statusReported = (
  d: Draft<ConnectionContext>,
  status: ProviderAccountStatus,
  at: number,
  received: number
): void => {
  const { account, auth } = meaning[status]
  wordGiven(d, account, auth, at)
  if (status === "SYNC_SUCCESS") syncSucceeded(d, at)
  authTold(d, received)
}

/** What asks for more stands further back: of two words of one instant it is the one that is believed. */
const rank = (vocabulary: typeof AccountStatus | typeof AuthStatus, word: AccountStatus | AuthStatus): number =>
  (vocabulary.literals as ReadonlyArray<string>).indexOf(word)

/**
 * A word on the account's status at `at`, and on its credentials' unless `auth` is null. At one instant the word that asks for
 * more stands, whichever came first and however often (I3): an account is looked after once too often rather than not at all.
 */
export const wordGiven = (
  d: Draft<ConnectionContext>,
  account: AccountStatus,
  auth: AuthStatus | null,
  at: number
): void => {
  const { status_at, auth_at } = d.context.facts
  const { account_status, auth_status } = d.context
  const asksForMore = rank(AccountStatus, account) > rank(AccountStatus, account_status)
  if (status_at === null || at > status_at || (at === status_at && asksForMore)) {
    d.set({ account_status: account, facts: { ...d.context.facts, status_at: at } })
  }
  const authAsksForMore = auth !== null && rank(AuthStatus, auth) > rank(AuthStatus, auth_status)
  if (auth !== null && (auth_at === null || at > auth_at || (at === auth_at && authAsksForMore))) {
    d.set({ auth_status: auth, facts: { ...d.context.facts, auth_at: at } })
  }
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

/** The channel hears of the credentials and of syncs, where they changed. */
export const authTold = (d: Draft<ConnectionContext>, received: number): void => {
  const { auth_status, last_sync_at } = d.context
  if (auth_status === d.before.auth_status && last_sync_at === d.before.last_sync_at) return
  d.tell({ type: "auth_changed", auth_status, synced_at: last_sync_at, received })
}

/** Registration by the CRM; a repeat with other values changes them, one with the same values changes nothing. */
export const connectionRegistered = (d: Draft<ConnectionContext>, event: ConnectionRegistered): void => {
  const { context } = d
  const config = changed("provider_config", context, event)
  // A word of the CRM like any other: a report of the provider that is older does not undo it.
  if ("provider_config" in config)
    d.set({ facts: { ...d.context.facts, told: { ...d.context.facts.told, provider_config: event.received } } })
  d.set({
    user_id: event.user_id,
    account_name: event.account_name,
    is_active: event.is_active ?? context.is_active,
    ...changed("connection_config", context, event),
    ...config,
    rate_limit_per_day: dailyLimit(d.context).limit
  })
}

const changed = (
  name: "connection_config" | "provider_config",
  context: ConnectionContext,
  event: ConnectionRegistered
) => (JSON.stringify(context[name]) === JSON.stringify(event[name]) ? {} : { [name]: event[name] })
