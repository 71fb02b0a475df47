/** A new UTC day: messages_sent_today of every connection is 0, without waiting for the next send (CONTRACT 2.2). */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ConnectionContext } from "../../machines/connection/context.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { tell } from "./tell.ts"

export const resetDailyCounters = Effect.fnUntraced(function* (runtime: TenantRuntime) {
  const received = yield* Clock.currentTimeMillis
  const told = yield* Effect.forEach(
    runtime.population.ofKind("connection"),
    (connection) => {
      const before = (connection.context as ConnectionContext).messages_sent_today
      return tell(runtime, { type: "day_started", connection_id: connection.id, received, via: "clock" }).pipe(
        Effect.map(() => before > 0)
      )
    },
    { concurrency: "unbounded" }
  )
  return told.filter(Boolean).length
})
