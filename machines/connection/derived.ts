/** What is computed whenever a connection is read, never stored (CONTRACT 2.2). Reading has no side effect. */
import type { Draft } from "../draft.ts"
import type { DeadlinePassed } from "../events.ts"
import type { ConnectionContext } from "./context.ts"
import type { ConnectionDerived } from "./derivation.ts"
import { dailyLimit, hourlyLimit } from "./limits.ts"
import { canSend, hour } from "./sends.ts"

/** The derived fields at an instant. */
export const derivedOf = (c: ConnectionContext, now: number): ConnectionDerived => {
  const is_token_expired = c.token_expires_at !== null && c.token_expires_at <= now
  const needs_reconnection = ["failed", "expired", "disconnected"].includes(c.account_status)
  return {
    is_token_expired,
    needs_refresh: c.token_expires_at !== null && c.token_expires_at - now <= hour,
    needs_reconnection,
    can_send: canSend(c),
    effective_limits: { hour: hourlyLimit(c), day: dailyLimit(c) },
    needs_action:
      c.account_status === "checkpoint_required"
        ? "checkpoint"
        : needs_reconnection
          ? "reconnect"
          : c.auth_status === "pending"
            ? "complete_auth"
            : null
  }
}

/**
 * When time alone changes what is shown of the token next. The feed shows a connection as of updated_at, so it has to move then.
 */
export const derivedDeadline = ({ token_expires_at, updated_at }: ConnectionContext): number | null =>
  token_expires_at === null
    ? null
    : ([token_expires_at - hour, token_expires_at].find((at) => at > (updated_at ?? 0)) ?? null)

/** The clock's own word that it is so far. */
export const derivedTimePassed = (d: Draft<ConnectionContext>, event: DeadlinePassed): void => {
  const deadline = derivedDeadline(d.context)
  if (deadline !== null && deadline <= event.received) d.set({ updated_at: event.received })
}
