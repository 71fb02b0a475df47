/**
 *   ● automatic  ─a► manual  stays b
 *     manual     ─a► automatic  stays b
 *
 *   a  auto_sync_scheduled
 *   b  deadline_passed, sync_requested, sync_leased, sync_ended
 *
 * A record profile (CONTRACT 2.9): how often a CRM record is synced, and how its syncs ended. Fetching is the worker's.
 */
import { setup } from "xstate"
import { changeCorrected, changedAt } from "../ahead.ts"
import type { StepTold } from "../chart.ts"
import { deciding, leads, stays } from "../chart.ts"
import { Draft } from "../draft.ts"
import type { AutoSyncScheduled, DeadlinePassed, SyncRequested } from "../events.ts"
import { initialOf } from "../field.ts"
import type { RecordFields } from "./fields.ts"
import { recordFields } from "./fields.ts"
import type { SyncEnded, SyncLeased } from "../told.ts"
import type { RecordSyncs } from "./syncs.ts"
import { syncEndedOf, syncLeased, syncRequested } from "./syncs.ts"

export interface RecordContext extends RecordFields {
  readonly id: string
  /** Absent: none was asked for yet. */
  readonly syncs?: RecordSyncs
}
export interface RecordInput {
  readonly id: string
  readonly record_id: string
  readonly user_id: string | null
  readonly received: number
}

export type RecordEvent = AutoSyncScheduled | DeadlinePassed | SyncRequested | SyncLeased | SyncEnded

/** What the command leaves out stays as it is. */
const decideRecord = (context: RecordContext, event: RecordEvent): Draft<RecordContext> => {
  const d = new Draft(context)
  if (event.type === "deadline_passed") {
    changeCorrected(d, event)
    return d
  }
  if (event.type !== "auto_sync_scheduled") {
    if (event.type === "sync_requested") syncRequested(d, event)
    else if (event.type === "sync_leased") syncLeased(d, event)
    else syncEndedOf(d, event)
    if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
    return d
  }
  d.set({
    auto_sync_enabled: event.auto_sync_enabled ?? context.auto_sync_enabled,
    sync_frequency_hours: event.sync_frequency_hours ?? context.sync_frequency_hours,
    pipeline_id: event.pipeline_id ?? context.pipeline_id
  })
  if (d.changed) d.set({ updated_at: changedAt(context.updated_at, event) })
  return d
}

/** Where a profile with these fields stands. */
export const recordState = (context: Pick<RecordContext, "auto_sync_enabled" | "sync_frequency_hours">) =>
  context.auto_sync_enabled && context.sync_frequency_hours > 0 ? "automatic" : "manual"

const always = ["deadline_passed", "sync_requested", "sync_leased", "sync_ended"] as const

const { keep, tell, after } = deciding(decideRecord)

export const recordMachine = setup({
  types: {} as { context: RecordContext; input: RecordInput; events: RecordEvent; emitted: StepTold },
  actions: { keep, tell },
  guards: {
    automatic: after((context: RecordContext) => recordState(context) === "automatic"),
    manual: after((context: RecordContext) => recordState(context) === "manual")
  }
}).createMachine({
  id: "record",
  context: ({ input }) => ({
    ...initialOf(recordFields),
    id: input.id,
    record_id: input.record_id,
    created_by: input.user_id,
    created_at: input.received,
    updated_at: input.received
  }),
  initial: "automatic",
  states: {
    automatic: { on: { ...stays(...always), ...leads(["auto_sync_scheduled"], "manual") } },
    manual: { on: { ...stays(...always), ...leads(["auto_sync_scheduled"], "automatic") } }
  }
})
