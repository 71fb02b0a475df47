/** Expires active connections with an expired token (CONTRACT §6) that their own deadline has missed. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ConnectionContext } from "../../machines/connection/context.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { tell } from "./tell.ts"

export const cleanupExpiredTokens = Effect.fnUntraced(function* (runtime: TenantRuntime) {
  const received = yield* Clock.currentTimeMillis
  const slipped = runtime.population.ofKind("connection").filter(({ context }) => {
    const { account_status, token_expires_at } = context as ConnectionContext
    return account_status === "active" && token_expires_at !== null && token_expires_at <= received
  })
  const told = yield* Effect.forEach(
    slipped,
    ({ id }) => tell(runtime, { type: "token_checked", connection_id: id, received, via: "clock" }),
    { concurrency: "unbounded" }
  )
  return told.filter(Boolean).length
})
