/**
 *   account:  pending ─► active ─► checkpoint_required / failed / expired / disconnected ─► active …
 *   auth:     pending ─► authenticated ─► expired / failed ─► authenticated …
 *
 * A connection: one user's external account, its health and its send budget (CONTRACT 2.2). The two regions are the fields
 * account_status and auth_status.
 */
import { setup } from "xstate"
import type { Rules } from "../decide.ts"
import { decideWith } from "../decide.ts"
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
  TokenChecked,
  TokensStored
} from "../events.ts"
import { statesFollowing } from "../following.ts"
import type { MessageAppeared, MessageNamed, MessageOwned, SendLimitsTold, Told } from "../told.ts"
import { AccountStatus, AuthStatus } from "../vocabulary.ts"
import { authReported } from "./auth.ts"
import type { ConnectionContext, ConnectionInput } from "./context.ts"
import { freshConnection } from "./context.ts"
import { changedAt } from "../ahead.ts"
import { connectionCorrected } from "./ahead.ts"
import { day, dayOf } from "./day.ts"
import { derivedTimePassed } from "./derived.ts"
import { sendLimitsTold } from "./limits.ts"
import { sendCancelled, sendConfirmed, sendNamed, sendObserved, sendReserved, timePassed } from "./sends.ts"
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
  seen_live: seenLive
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
  if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
  return d
}

export const connectionMachine = setup({
  types: {} as { context: ConnectionContext; input: ConnectionInput; events: ConnectionEvent; emitted: Told }
}).createMachine({
  id: "connection",
  context: ({ input }) => freshConnection(input),
  type: "parallel",
  on: { "*": { actions: decideWith(decideConnection) } },
  states: {
    account: {
      initial: "pending",
      states: statesFollowing(AccountStatus.literals, (context: ConnectionContext) => context.account_status)
    },
    auth: {
      initial: "pending",
      states: statesFollowing(AuthStatus.literals, (context: ConnectionContext) => context.auth_status)
    }
  }
})
