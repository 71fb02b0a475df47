/**
 * Keeps the analytics table in step with the message rows: days that cuts have marked stale are calculated again. HTTP reads do
 * this first; this does it in the background, for readers of plain SQL.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Analytics } from "../../persistence/figures/analytics.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

/** Calculates every stale day; answers how many rows were written. */
export const refreshAnalytics = Effect.fn("refreshAnalytics")(function* (tenant: string) {
  const analytics = yield* Analytics
  let written = 0
  for (;;) {
    const { days, rows } = yield* analytics.refresh(tenant, yield* Clock.currentTimeMillis)
    written += rows
    if (days === 0) return written
  }
})

/** At least this between two background calculations of a tenant, milliseconds. */
const interval = 60_000
/** The pause after a calculation, as a multiple of its duration: it uses at most a hundredth of the database's time. */
const share = 100

/** To be run after each cut: calculates when something was cut since the last time and enough time has passed. */
export const analyticsUpkeep = (runtime: TenantRuntime) => {
  let seen = 0
  let notBefore = 0
  return Effect.gen(function* () {
    const started = yield* Clock.currentTimeMillis
    if (runtime.figures.cuts === seen || started < notBefore) return
    const cuts = runtime.figures.cuts
    yield* refreshAnalytics(runtime.tenant).pipe(
      Effect.matchEffect({
        onFailure: (error) =>
          Effect.logWarning(`Tenant ${runtime.tenant}: analytics could not be calculated; they are tried again`, error),
        onSuccess: () => Effect.sync(() => void (seen = cuts))
      })
    )
    const took = (yield* Clock.currentTimeMillis) - started
    notBefore = started + Math.max(interval, took * share)
  })
}
