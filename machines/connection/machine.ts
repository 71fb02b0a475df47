/**
 *   account:
 *   ● pending              ─a► active, failed, expired, checkpoint_required, disconnected  stays b
 *     active               ─c► expired  ─a► pending, failed, expired, checkpoint_required, disconnected  stays d
 *     failed               ─a► pending, active, expired, checkpoint_required, disconnected  stays b
 *     expired              ─a► pending, active, failed, checkpoint_required, disconnected  stays b
 *     checkpoint_required  ─a► pending, active, failed, expired, disconnected  stays b
 *     disconnected         ─a► pending, active, failed, expired, checkpoint_required  stays b
 *   auth:
 *   ● pending        ─c► expired  ─a► authenticated, failed, expired
 *     authenticated  ─c► expired  ─a► pending, failed, expired
 *     failed         ─c► expired  ─a► pending, authenticated, expired
 *     expired        ─a► pending, authenticated, failed
 *
 *   a  connection_registered, account_status_changed, hosted_auth_reported, auth_reported, tokens_stored, token_checked,
 *      seen_live, connection_synced, deadline_passed
 *   b  connection_activity_set, rate_limit_set, send_limits_told, send_confirmed, send_cancelled, message_appeared,
 *      message_owned, message_named, secret_resealed, day_started, sync_requested, sync_ended, provider_access_told,
 *      send_reserved [is a repeat]
 *   c  connection_activity_set, rate_limit_set, send_limits_told, send_confirmed, send_cancelled, message_appeared,
 *      message_owned, message_named, secret_resealed, day_started, sync_requested, sync_ended, provider_access_told,
 *      send_reserved
 *   d  send_reserved [may reserve]
 *
 * A connection: one user's external account, its health and its send budget (CONTRACT 2.2). The two regions are the fields
 * account_status and auth_status.
 */
import { setup } from "xstate"
import type { Rules, StepTold } from "../chart.ts"
import { decided, deciding, leadsIn, stays } from "../chart.ts"
import { Draft } from "../draft.ts"
import type {
  AccountStatusChanged,
  AuthReported,
  ConnectionActivitySet,
  ConnectionRegistered,
  ConnectionSynced,
  DayStarted,
  DeadlinePassed,
  HostedAuthReported,
  RateLimitSet,
  SendCancelled,
  SecretResealed,
  SendConfirmed,
  SendReserved,
  SyncRequested,
  TokenChecked,
  TokensStored
} from "../events.ts"
import type {
  MessageAppeared,
  MessageNamed,
  MessageOwned,
  ProviderAccessTold,
  SendLimitsTold,
  SyncEnded
} from "../told.ts"
import type { AccountStatus, AuthStatus } from "../vocabulary.ts"
import { authReported } from "./auth.ts"
import type { ConnectionContext, ConnectionInput } from "./context.ts"
import { freshConnection } from "./context.ts"
import { changedAt } from "../ahead.ts"
import { connectionCorrected } from "./ahead.ts"
import { day, dayOf } from "./day.ts"
import { derivedTimePassed } from "./derived.ts"
import { accessGiven, gapTold, syncLeft, syncRequested } from "./gap.ts"
import { sendLimitsTold } from "./limits.ts"
import {
  canSend,
  repeatOf,
  sendCancelled,
  sendConfirmed,
  sendNamed,
  sendObserved,
  sendReserved,
  timePassed
} from "./sends.ts"
import type { SeenLive } from "./standing.ts"
import { authTold, seenLive } from "./standing.ts"
import { accountStatusChanged, connectionRegistered, hostedAuthReported } from "./status.ts"
import { tokenChecked, tokenResealed, tokensStored, tokenTimePassed } from "./tokens.ts"
import { connectionSynced } from "./syncs.ts"

export type ConnectionEvent =
  | ConnectionRegistered
  | AccountStatusChanged
  | HostedAuthReported
  | RateLimitSet
  | ConnectionActivitySet
  | AuthReported
  | ConnectionSynced
  | SendLimitsTold
  | SendReserved
  | SendConfirmed
  | SendCancelled
  | MessageAppeared
  | MessageOwned
  | MessageNamed
  | DeadlinePassed
  | DayStarted
  | TokensStored
  | TokenChecked
  | SecretResealed
  | SeenLive
  | SyncRequested
  | SyncEnded
  | ProviderAccessTold

const rules: Rules<Draft<ConnectionContext>, ConnectionEvent> = {
  connection_registered: connectionRegistered,
  account_status_changed: accountStatusChanged,
  hosted_auth_reported: hostedAuthReported,
  rate_limit_set: (d, event) => d.set({ rate_limit_per_hour: event.rate_limit_per_hour }),
  connection_activity_set: (d, event) => d.set({ is_active: event.is_active }),
  auth_reported: authReported,
  connection_synced: connectionSynced,
  send_limits_told: sendLimitsTold,
  send_reserved: sendReserved,
  send_confirmed: sendConfirmed,
  send_cancelled: sendCancelled,
  message_appeared: sendObserved,
  message_owned: sendObserved,
  message_named: sendNamed,
  deadline_passed: derivedTimePassed,
  // Run by hand in the middle of a day, it confirms the midnight before.
  day_started: (d, event) => d.set({ last_rate_limit_reset: dayOf(event.received) * day }),
  tokens_stored: tokensStored,
  token_checked: tokenChecked,
  secret_resealed: tokenResealed,
  seen_live: seenLive,
  sync_requested: syncRequested,
  sync_ended: syncLeft,
  provider_access_told: (d, { received }) => accessGiven(d, received)
}

/** Time is settled first, then the event; a refused command leaves the settled time behind, and nothing else. */
const decideConnection = (context: ConnectionContext, event: ConnectionEvent): Draft<ConnectionContext> => {
  const d = new Draft(context)
  if (event.type === "deadline_passed") connectionCorrected(d, event)
  timePassed(d, event.received)
  tokenTimePassed(d, event.received)
  rules[event.type](d, event as never)
  // Once more: what the event brought may be over already.
  tokenTimePassed(d, event.received)
  authTold(d, event.received)
  gapTold(d, event.received)
  if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
  return d
}

/** Where a connection with these fields stands. */
export const connectionState = (context: Pick<ConnectionContext, "account_status" | "auth_status">) => ({
  account: context.account_status,
  auth: context.auth_status
})

/** What says something of the account or of its credentials. */
const words = [
  "connection_registered",
  "account_status_changed",
  "hosted_auth_reported",
  "auth_reported",
  "tokens_stored",
  "token_checked",
  "seen_live",
  "connection_synced",
  "deadline_passed"
] as const
/** What says nothing of them; but time passes with every event, and may end the token. */
const others = [
  "connection_activity_set",
  "rate_limit_set",
  "send_limits_told",
  "send_confirmed",
  "send_cancelled",
  "message_appeared",
  "message_owned",
  "message_named",
  "secret_resealed",
  "day_started",
  "sync_requested",
  "sync_ended",
  "provider_access_told"
] as const

const { keep, tellOnce, after } = deciding(decideConnection)
const account = (state: AccountStatus) => after((context: ConnectionContext) => context.account_status === state)
const auth = (state: AuthStatus) => after((context: ConnectionContext) => context.auth_status === state)

const isRepeat = (context: ConnectionContext, event: ConnectionEvent): boolean =>
  event.type === "send_reserved" && repeatOf(context, event) !== undefined

const accountLeads = (...targets: ReadonlyArray<AccountStatus>) => leadsIn("account", words, ...targets)
const authLeads = (...targets: ReadonlyArray<AuthStatus>) => leadsIn("auth", words, ...targets)
const tokenEnds = leadsIn("auth", others, "expired")
const tokenEndsAtSend = {
  send_reserved: { guard: "may reserve and auth expired", target: "expired", actions: decided }
} as const
/** An account that does not run sends nothing; what was allowed under a key stays allowed. */
const repeats = { send_reserved: { guard: "is a repeat", actions: decided } } as const

export const connectionMachine = setup({
  types: {} as { context: ConnectionContext; input: ConnectionInput; events: ConnectionEvent; emitted: StepTold },
  actions: { keep, tell: tellOnce },
  guards: {
    "account pending": account("pending"),
    "account active": account("active"),
    "account failed": account("failed"),
    "account expired": account("expired"),
    "account checkpoint_required": account("checkpoint_required"),
    "account disconnected": account("disconnected"),
    "auth pending": auth("pending"),
    "auth authenticated": auth("authenticated"),
    "auth failed": auth("failed"),
    "auth expired": auth("expired"),
    "may reserve": after((context, event) => canSend(context) || isRepeat(context, event)),
    "is a repeat": after(isRepeat),
    "is a repeat and account expired": after(
      (context, event) => isRepeat(context, event) && context.account_status === "expired"
    ),
    "may reserve and auth expired": after(
      (context, event) => (canSend(context) || isRepeat(context, event)) && context.auth_status === "expired"
    )
  }
}).createMachine({
  id: "connection",
  context: ({ input }) => freshConnection(input),
  type: "parallel",
  states: {
    account: {
      initial: "pending",
      states: {
        pending: {
          on: {
            ...stays(...others),
            ...repeats,
            ...accountLeads("active", "failed", "expired", "checkpoint_required", "disconnected")
          }
        },
        active: {
          on: {
            ...leadsIn("account", others, "expired"),
            ...accountLeads("pending", "failed", "expired", "checkpoint_required", "disconnected"),
            send_reserved: [
              { guard: "is a repeat and account expired", target: "expired", actions: decided },
              { guard: "may reserve", actions: decided }
            ]
          }
        },
        failed: {
          on: {
            ...stays(...others),
            ...repeats,
            ...accountLeads("pending", "active", "expired", "checkpoint_required", "disconnected")
          }
        },
        expired: {
          on: {
            ...stays(...others),
            ...repeats,
            ...accountLeads("pending", "active", "failed", "checkpoint_required", "disconnected")
          }
        },
        checkpoint_required: {
          on: {
            ...stays(...others),
            ...repeats,
            ...accountLeads("pending", "active", "failed", "expired", "disconnected")
          }
        },
        disconnected: {
          on: {
            ...stays(...others),
            ...repeats,
            ...accountLeads("pending", "active", "failed", "expired", "checkpoint_required")
          }
        }
      }
    },
    auth: {
      initial: "pending",
      states: {
        pending: { on: { ...tokenEnds, ...tokenEndsAtSend, ...authLeads("authenticated", "failed", "expired") } },
        authenticated: { on: { ...tokenEnds, ...tokenEndsAtSend, ...authLeads("pending", "failed", "expired") } },
        failed: { on: { ...tokenEnds, ...tokenEndsAtSend, ...authLeads("pending", "authenticated", "expired") } },
        expired: { on: authLeads("pending", "authenticated", "failed") }
      }
    }
  }
})
