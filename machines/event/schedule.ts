/** Time passing: deadlines, days, tasks. */
import type { ActorKind } from "./actor-kind.ts"
import type { Base } from "./base.ts"
import type { ScheduledTask } from "../vocabulary.ts"

/** A deadline of an actor passed. `received` is the deadline's instant or later. */
export interface DeadlinePassed extends Base {
  readonly type: "deadline_passed"
  readonly kind: ActorKind
  readonly id: string
}

export interface DayStarted extends Base {
  readonly type: "day_started"
  readonly connection_id: string
}

export interface TaskFinished extends Base {
  readonly type: "task_finished"
  readonly task: ScheduledTask
  readonly due: number
  readonly touched: number
  readonly took_ms: number
  readonly error: string | null
}

export interface TaskRequested extends Base {
  readonly type: "task_requested"
  readonly task: ScheduledTask
}

/** The CRM says how often a record is synced (schedule_auto_sync); null leaves as it is. */
export interface AutoSyncScheduled extends Base {
  readonly type: "auto_sync_scheduled"
  readonly record_id: string
  readonly auto_sync_enabled: boolean | null
  readonly sync_frequency_hours: number | null
  readonly pipeline_id: string | null
  readonly user_id: string | null
}
