/**
 *   ● pending    ─a► running  ─b► cancelled  stays c
 *     running    ─d► completed, failed  ─b► cancelled  stays e
 *     completed  final
 *     failed     final
 *     cancelled  final
 *
 *   a  sync_job_claimed [running]
 *   b  sync_job_cancelled
 *   c  sync_job_trigger_set, sync_job_updated, deadline_passed, sync_opened
 *   d  sync_job_ended
 *   e  sync_job_trigger_set, sync_job_updated, deadline_passed, sync_job_claimed, sync_job_progressed
 *
 * A sync job (CONTRACT 2.11): one run over the history of a record or an account. It knows how far the worker has come; fetching is the
 * worker's (src/sync). A lease that runs out leaves it running with nobody at it, and the next worker goes on.
 */
import { setup } from "xstate"
import { changeCorrected, changedAt, isAhead } from "../ahead.ts"
import type { Rules, StepTold } from "../chart.ts"
import { decided, deciding, stays } from "../chart.ts"
import { Draft } from "../draft.ts"
import type {
  DeadlinePassed,
  SyncJobCancelled,
  SyncJobClaimed,
  SyncJobEnded,
  SyncJobProgressed,
  SyncJobTriggerSet,
  SyncJobUpdated
} from "../events.ts"
import type { SyncOpened } from "../told.ts"
import type { SyncJobStatus } from "../vocabulary.ts"
import type { SyncJobContext, SyncJobInput } from "./context.ts"
import { freshSyncJob } from "./context.ts"
import { claimed, ended, finished, leaseRanOut, progressed, updated } from "./progress.ts"

export type SyncJobEvent =
  | SyncOpened
  | SyncJobClaimed
  | SyncJobProgressed
  | SyncJobEnded
  | SyncJobCancelled
  | SyncJobTriggerSet
  | SyncJobUpdated
  | DeadlinePassed

/** The longest lease that a worker takes (src/sync/worker.ts); one that ends later was dated by a clock that ran ahead. Milliseconds. */
export const longestLease = 10 * 60_000

const rules: Rules<Draft<SyncJobContext>, SyncJobEvent> = {
  // What it was made with says all.
  sync_opened: () => {},
  sync_job_claimed: claimed,
  sync_job_progressed: progressed,
  sync_job_ended: ended,
  sync_job_cancelled: (d, event) => finished(d, "cancelled", event),
  sync_job_trigger_set: (d, { triggered_by, trigger_reason }) =>
    d.set({
      triggered_by: triggered_by ?? d.context.triggered_by,
      trigger_reason: trigger_reason ?? d.context.trigger_reason
    }),
  sync_job_updated: updated,
  deadline_passed: (d, event) => {
    changeCorrected(d, event)
    const { lease_until } = d.context
    if (lease_until !== null && isAhead(lease_until, event.received + longestLease))
      d.set({ lease_until: event.received })
    leaseRanOut(d, event.received)
  }
}

const decideSyncJob = (context: SyncJobContext, event: SyncJobEvent): Draft<SyncJobContext> => {
  const d = new Draft(context)
  rules[event.type](d, event as never)
  if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
  return d
}

/** Where a job with these fields stands. */
export const syncJobState = ({ status }: Pick<SyncJobContext, "status">): SyncJobStatus => status

/** Whether a worker has to do with it, now or later. */
export const isOpen = ({ status }: Pick<SyncJobContext, "status">): boolean =>
  status === "pending" || status === "running"

/** When the lease runs out. */
export const syncJobDeadline = ({ lease_until }: SyncJobContext): number | null => lease_until

const { keep, tell, after } = deciding(decideSyncJob)
const to = <Target extends SyncJobStatus>(target: Target) => ({ target, actions: decided })
const notes = ["sync_job_trigger_set", "sync_job_updated", "deadline_passed"] as const

export const syncJobMachine = setup({
  types: {} as { context: SyncJobContext; input: SyncJobInput; events: SyncJobEvent; emitted: StepTold },
  actions: { keep, tell },
  guards: {
    running: after((context: SyncJobContext) => context.status === "running"),
    completed: after((context: SyncJobContext) => context.status === "completed"),
    failed: after((context: SyncJobContext) => context.status === "failed")
  }
}).createMachine({
  id: "sync_job",
  context: ({ input }) => freshSyncJob(input),
  initial: "pending",
  states: {
    pending: {
      on: {
        ...stays(...notes, "sync_opened"),
        sync_job_claimed: { guard: "running", ...to("running") },
        sync_job_cancelled: to("cancelled")
      }
    },
    running: {
      on: {
        ...stays(...notes, "sync_job_claimed", "sync_job_progressed"),
        sync_job_ended: [
          { guard: "completed", ...to("completed") },
          { guard: "failed", ...to("failed") },
          { actions: decided }
        ],
        sync_job_cancelled: to("cancelled")
      }
    },
    completed: { type: "final" },
    failed: { type: "final" },
    cancelled: { type: "final" }
  }
})
