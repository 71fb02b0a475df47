/** What is computed whenever a connection is read, never stored (CONTRACT 2.2). Reading has no side effect. */
import type { ConnectionContext } from "./context.ts"
import { dailyLimit, hourlyLimit } from "./limits.ts"
import { canSend, hour } from "./sends.ts"

/** The derived fields at an instant. */
export const derivedOf = (c: ConnectionContext, now: number) => {
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
        ? ("checkpoint" as const)
        : needs_reconnection
          ? ("reconnect" as const)
          : c.auth_status === "pending"
            ? ("complete_auth" as const)
            : null
  }
}
