/** The syncs of a record (CONTRACT 2.9, 2.11): one at a time, and how the last of each account ended. */
import type { Draft } from "../draft.ts"
import type { SyncRequested } from "../events.ts"
import { isoInstant } from "../field.ts"
import { later } from "../instants.ts"
import { shortened } from "../shortened.ts"
import type { SyncDesk } from "../sync-desk.ts"
import { emptyDesk, jobAsked, jobLeft } from "../sync-desk.ts"
import type { SyncFacts } from "../syncs.ts"
import { noSyncs, syncEnded } from "../syncs.ts"
import type { SyncEnded, SyncLeased } from "../told.ts"
import type { RecordFields } from "./fields.ts"

export interface RecordSyncs {
  readonly desk: SyncDesk
  readonly ended: SyncFacts
}

const noRecordSyncs: RecordSyncs = { desk: emptyDesk, ended: noSyncs }
const errorLimit = 1_000

/** What of a record's context its syncs are about; `syncs` is absent where none was asked for yet. */
interface Synced extends RecordFields {
  readonly id: string
  readonly syncs?: RecordSyncs
}
type Decision = Draft<Synced>
const syncsOf = ({ syncs }: Synced): RecordSyncs => syncs ?? noRecordSyncs

export const syncRequested = (d: Decision, event: SyncRequested): void => {
  const { desk, ended } = syncsOf(d.context)
  const next = jobAsked(desk, event)
  if ("type" in next) return d.tell(next)
  d.set({
    syncs: { desk: next, ended },
    last_sync_asked_at: later(d.context.last_sync_asked_at ?? null, event.received)
  })
  d.tell({ ...event, type: "sync_opened", profile_id: d.context.id })
}

/** The worker's lease: a dead worker does not hold it past its end. */
export const syncLeased = (d: Decision, { job_id, until }: SyncLeased): void => {
  if (syncsOf(d.context).desk.open === job_id) d.set({ sync_in_progress: until !== null, sync_lease_until: until })
}

/** How the job ended, account by account. Only one that came to the end of each is a full sync. */
export const syncEndedOf = (d: Decision, { job_id, status, error, legs, received }: SyncEnded): void => {
  const { desk, ended } = syncsOf(d.context)
  if (desk.open !== job_id) return
  d.set({ sync_in_progress: false, sync_lease_until: null, syncs: { desk: jobLeft(desk, job_id), ended } })
  const last_sync = isoInstant(received)
  const of = { done: "synced", failed: "failed", running: "partial", waiting: "pending" } as const
  const told = legs.map(({ account_id, state, messages }) => [
    account_id,
    { last_sync, status: of[state], message_count: messages }
  ])
  d.set({ sync_status: { ...d.context.sync_status, ...Object.fromEntries(told) } })
  // Somebody did not want it any more: that is neither a success nor a failure.
  if (status === "cancelled") return
  const next = syncEnded(ended, received, status === "failed")
  d.set({
    syncs: { desk: jobLeft(desk, job_id), ended: next },
    last_full_sync: status === "completed" ? later(d.context.last_full_sync, received) : d.context.last_full_sync,
    sync_error_count: next.failures.length,
    last_sync_error: status === "completed" ? "" : shortened(error, errorLimit)
  })
}
