/** Runs a scheduled task to its end and says so: the scheduler is told, and the run stands in schedule_runs (CONTRACT §6). */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { TaskStarted } from "../../machines/told.ts"
import type { ScheduledTask } from "../../machines/vocabulary.ts"
import type { Audit } from "../../persistence/registers/audit.ts"
import type { Analytics } from "../../persistence/figures/analytics.ts"
import type { Conversations } from "../../persistence/lists/conversations.ts"
import type { FieldPopulation } from "../../persistence/figures/field-population.ts"
import type { Journal } from "../../persistence/journal/journal.ts"
import type { KeptAnswers } from "../../persistence/kept/kept-answers.ts"
import type { Messages } from "../../persistence/lists/messages.ts"
import type { Outgoing } from "../../persistence/registers/outgoing.ts"
import type { OutgoingEndpoints } from "../../persistence/registers/outgoing-endpoints.ts"
import type { Quarantine } from "../../persistence/kept/quarantine.ts"
import type { Recounts } from "../../persistence/figures/recounts.ts"
import { ScheduleRuns } from "../../persistence/registers/schedule-runs.ts"
import type { ProviderCalls } from "../../persistence/registers/provider-calls.ts"
import type { SyncJobs } from "../../persistence/registers/sync-jobs.ts"
import type { Snapshots } from "../../persistence/cut/snapshots.ts"
import type { Waiting } from "../../persistence/kept/waiting.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { cleanupExpiredTokens } from "./cleanup-expired-tokens.ts"
import { detectHotConversations } from "./detect-hot-conversations.ts"
import { reencryptSecrets } from "./reencrypt-secrets.ts"
import { measureFieldPopulation } from "./measure-field-population.ts"
import { generateDailyAnalytics } from "./generate-daily-analytics.ts"
import { processScheduledSyncs } from "./process-scheduled-syncs.ts"
import { resetDailyCounters } from "./reset-daily-counters.ts"
import { retention } from "./retention.ts"
import { tell } from "./tell.ts"
import { updateChannelStatistics } from "./update-channel-statistics.ts"
import { updateConversationTypes } from "./update-conversation-types.ts"
import { updateParticipantStatistics } from "./update-participant-statistics.ts"

/**
 * Every task answers how many things it touched. It is run again if the process ends in the middle, so it must be idempotent.
 */
const bodies: Record<
  ScheduledTask,
  (
    runtime: TenantRuntime,
    cut: Effect.Effect<void, unknown>
  ) => Effect.Effect<
    number,
    unknown,
    | Analytics
    | Audit
    | Conversations
    | FieldPopulation
    | Journal
    | Messages
    | Outgoing
    | OutgoingEndpoints
    | ProviderCalls
    | SyncJobs
    | Quarantine
    | Recounts
    | ScheduleRuns
    | Snapshots
    | KeptAnswers
    | Waiting
  >
> = {
  detect_hot_conversations: detectHotConversations,
  reset_daily_counters: resetDailyCounters,
  retention,
  cleanup_expired_tokens: cleanupExpiredTokens,
  reencrypt_secrets: reencryptSecrets,
  measure_field_population: measureFieldPopulation,
  update_channel_statistics: updateChannelStatistics,
  update_participant_statistics: updateParticipantStatistics,
  update_conversation_types: updateConversationTypes,
  generate_daily_analytics: generateDailyAnalytics,
  process_scheduled_syncs: processScheduledSyncs
}

export const runTask = Effect.fn("runTask")(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>,
  { task, due }: TaskStarted
) {
  const runs = yield* ScheduleRuns
  const started = yield* Clock.currentTimeMillis
  const exit = yield* bodies[task](runtime, cut).pipe(Effect.exit)
  const finished = yield* Clock.currentTimeMillis
  const touched = Exit.isSuccess(exit) ? exit.value : 0
  const error = Exit.isSuccess(exit) ? null : Cause.pretty(exit.cause).slice(0, 1000)
  if (error !== null) yield* Effect.logError(`Tenant ${runtime.tenant}: task ${task} failed`, error)
  const took_ms = finished - started
  yield* tell(runtime, { type: "task_finished", task, due, touched, took_ms, error, received: finished, via: "clock" })
  yield* runs
    .add({ tenant_id: runtime.tenant, task, due, started, took_ms, touched, error })
    .pipe(Effect.catch((failure) => Effect.logWarning(`The run of ${task} could not be recorded`, failure)))
})
