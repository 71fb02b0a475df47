/** Deletes what has been kept long enough (CONTRACT §6 retention): journal behind the cut, quarantine, task runs, audit. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Audit } from "../../persistence/audit.ts"
import { Journal } from "../../persistence/journal.ts"
import { Quarantine } from "../../persistence/quarantine.ts"
import { ScheduleRuns } from "../../persistence/schedule-runs.ts"
import type { TenantRuntime } from "../tenant-runtime.ts"

const day = 24 * 3_600_000
const kept = { journal: 7 * day, quarantine: 30 * day, runs: 30 * day, audit: 400 * day }

export const retention = Effect.fnUntraced(function* (runtime: TenantRuntime) {
  const journal = yield* Journal
  const quarantine = yield* Quarantine
  const runs = yield* ScheduleRuns
  const audit = yield* Audit
  const now = yield* Clock.currentTimeMillis
  const trimmed = yield* journal.trim(runtime.tenant, now - kept.journal)
  const expired = yield* quarantine.expire(runtime.tenant, now - kept.quarantine)
  const audited = yield* audit.expire(runtime.tenant, now - kept.audit)
  return trimmed + expired + audited + (yield* runs.expire(runtime.tenant, now - kept.runs))
})
