/** What the provider says of an account, and which account_status and auth_status that is (CONTRACT 2.2). */
import type { Draft } from "../draft.ts"
import type { AccountStatusChanged, ConnectionRegistered, HostedAuthReported } from "../events.ts"
import { dailySendLimit } from "../provider-defaults.ts"
import type { AccountStatus, AuthStatus, ProviderAccountStatus } from "../vocabulary.ts"
import type { ConnectionContext } from "./context.ts"

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
  statusReported(d, event.status, event.received, event.received)

const statusReported = (d: Draft<ConnectionContext>, status: ProviderAccountStatus, at: number, received: number): void => {
  const { facts } = d.context
  if (facts.status_at !== null && at < facts.status_at) return
  const { account, auth } = meaning[status]
  const auth_status = auth ?? d.context.auth_status
  const synced = status === "SYNC_SUCCESS"
  if (account === d.context.account_status && auth_status === d.context.auth_status && !synced) return
  d.set({
    account_status: account,
    auth_status,
    facts: { ...facts, status_at: at },
    ...(synced ? { last_sync_at: at, sync_error_count: 0, last_error: "" } : {})
  })
  d.tell({ type: "auth_changed", auth_status, synced_at: synced ? at : null, received })
}

/** Registration by the CRM; a repeat with other values changes them, one with the same values changes nothing. */
export const connectionRegistered = (d: Draft<ConnectionContext>, event: ConnectionRegistered): void => {
  const { context } = d
  d.set({
    user_id: event.user_id,
    account_name: event.account_name,
    is_active: event.is_active ?? context.is_active,
    ...changed("connection_config", context, event),
    ...changed("provider_config", context, event),
    rate_limit_per_day: context.rate_limit_per_day ?? dailySendLimit(event.channel_type)
  })
}

const changed = (name: "connection_config" | "provider_config", context: ConnectionContext, event: ConnectionRegistered) =>
  JSON.stringify(context[name]) === JSON.stringify(event[name]) ? {} : { [name]: event[name] }
