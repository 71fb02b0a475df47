/**
 * At 00:05: yesterday's analytics, for the tenant and every active channel (CONTRACT 2.8), and days that a pause of the process
 * left without a row. What changes a final day later marks it, and the upkeep calculates it again (../analytics-upkeep.ts).
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Analytics } from "../../persistence/figures/analytics.ts"
import { refreshAnalytics } from "../cut/analytics-upkeep.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

const day = 24 * 3_600_000

export const generateDailyAnalytics = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>
) {
  const analytics = yield* Analytics
  yield* cut
  const now = yield* Clock.currentTimeMillis
  const yesterday = new Date(now - day).toISOString().slice(0, 10)
  const corrected = yield* refreshAnalytics(runtime.tenant)
  return corrected + (yield* analytics.finalise(runtime.tenant, yesterday, now)).rows
})
