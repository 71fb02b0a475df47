/** The auth processor (CONTRACT §5, 2.2): what the CRM or its own auth webhook says of an account. */
import type { Draft } from "../draft.ts"
import type { AuthReported } from "../events.ts"
import type { AccountStatus, AuthReport, AuthStatus } from "../vocabulary.ts"
import type { ConnectionContext } from "./context.ts"
import { shortened } from "../shortened.ts"
import { errorLimit } from "./errors.ts"
import { pieceTold } from "./pieces.ts"
import { wordGiven } from "./standing.ts"

/** auth: null leaves the auth status as it is. */
const meaning: Record<AuthReport, { readonly account: AccountStatus; readonly auth: AuthStatus | null }> = {
  connected: { account: "active", auth: "authenticated" },
  disconnected: { account: "disconnected", auth: null },
  expired: { account: "expired", auth: "expired" },
  checkpoint_required: { account: "checkpoint_required", auth: null },
  failed: { account: "failed", auth: "failed" }
}

/** Every piece of the report by its own time. An account that connected waits for nothing any more. */
export const authReported = (d: Draft<ConnectionContext>, event: AuthReported): void => {
  const { account, auth } = meaning[event.status]
  const { at, provider_config } = event
  const connected = event.status === "connected"
  const checkpoint_data = event.checkpoint_data ?? (connected ? {} : undefined)
  const hosted_auth_url = event.hosted_auth_url ?? (connected || event.hosted_auth_url === null ? null : undefined)
  const error = event.error ?? (connected ? "" : undefined)
  if (provider_config !== undefined) pieceTold(d, "provider_config", provider_config, at)
  if (checkpoint_data !== undefined) pieceTold(d, "checkpoint_data", checkpoint_data, at)
  if (hosted_auth_url !== undefined) pieceTold(d, "hosted_auth_url", hosted_auth_url, at)
  if (error !== undefined) pieceTold(d, "last_error", shortened(error, errorLimit), at)
  wordGiven(d, account, auth, at)
}
