/** How a worker takes a sync job, comes further, and comes to the end. Totals, so that a repeat changes nothing. */
import type { Draft } from "../draft.ts"
import type { SyncJobClaimed, SyncJobEnded, SyncJobProgressed, SyncJobUpdated } from "../events.ts"
import { own } from "../own.ts"
import { shortened } from "../shortened.ts"
import type { SyncEnded } from "../told.ts"
import type { SyncJobContext } from "./context.ts"

type Decision = Draft<SyncJobContext>

const errorLimit = 1_000
const stepLimit = 200

/** Whether another run of a worker holds the lease at `now`. */
const isHeld = ({ lease_until, facts }: SyncJobContext, worker: string, now: number): boolean =>
  lease_until !== null && lease_until > now && facts.worker !== worker

/** The first worker, or one that comes after a lease that ran out. */
export const claimed = (d: Decision, { worker, lease_until, received }: SyncJobClaimed): void => {
  if (isHeld(d.context, worker, received)) {
    const rule = "has a worker whose lease has not run out"
    return d.tell({ type: "command_refused", field: "sync_job", rule, is_conflict: true })
  }
  const { started_at, times_resumed, facts } = d.context
  d.set({
    status: "running",
    started_at: started_at ?? received,
    times_resumed: started_at === null || facts.worker === worker ? times_resumed : times_resumed + 1,
    lease_until,
    facts: { ...facts, worker }
  })
  leased(d, received)
}

/** What a worker says whose lease another one has by now is refused: it ends. */
const refusesOthers = (d: Decision, worker: string): boolean => {
  if (d.context.facts.worker === worker) return false
  d.tell({ type: "command_refused", field: "sync_job", rule: "has another worker by now", is_conflict: true })
  return true
}

export const progressed = (d: Decision, event: SyncJobProgressed): void => {
  if (refusesOthers(d, event.worker)) return
  const { leg } = event
  if (leg !== undefined) {
    const legs = { ...d.context.facts.legs, [leg.account_id]: leg }
    d.set({ facts: { ...d.context.facts, legs }, ...totalsOf({ ...d.context.facts, legs }) })
  }
  if (event.current_step !== undefined) d.set({ current_step: shortened(event.current_step, stepLimit) })
  if (event.lease_until === d.context.lease_until) return
  d.set({ lease_until: event.lease_until })
  leased(d, event.received)
}

const totalsOf = ({ accounts, legs }: SyncJobContext["facts"]) => {
  const all = Object.values(legs)
  const over = all.filter(({ state }) => state !== "running").length
  return {
    accounts_synced: all.filter(({ state }) => state === "done").length,
    messages_found: all.reduce((sum, leg) => sum + leg.messages_found, 0),
    conversations_found: all.reduce((sum, leg) => sum + leg.conversations_found, 0),
    progress_percentage: accounts.length === 0 ? 0 : Math.floor((100 * over) / accounts.length)
  }
}

/** The lease has run out: nobody has the job, and the next worker goes on from the cursors. */
export const leaseRanOut = (d: Decision, received: number): void => {
  const { lease_until } = d.context
  if (lease_until === null || lease_until > received) return
  d.set({ lease_until: null })
  leased(d, received)
}

export const ended = (d: Decision, event: SyncJobEnded): void => {
  if (refusesOthers(d, event.worker)) return
  finished(d, event.status, event)
}

/** The job is over, whichever way; whom it is about hears of it. */
export const finished = (
  d: Decision,
  status: "completed" | "failed" | "cancelled",
  event: Partial<Pick<SyncJobEnded, "error_message" | "error_details" | "blames_account">> & {
    readonly received: number
  }
): void => {
  const { received, error_message = "", error_details = {}, blames_account = false } = event
  d.set({
    status,
    completed_at: received,
    lease_until: null,
    // Where it ended, unless that is the end.
    current_step: status === "completed" ? "" : d.context.current_step,
    progress_percentage: status === "completed" ? 100 : d.context.progress_percentage,
    error_message: shortened(error_message, errorLimit),
    error_details: { ...d.context.error_details, ...error_details }
  })
  const { id, record_id, account_id, facts } = d.context
  const legs = facts.accounts.map(({ connection_id, account_id: account }): SyncEnded["legs"][number] => {
    const leg = own(facts.legs, account)
    const state = leg?.state ?? "waiting"
    return { connection_id, account_id: account, state, messages: leg?.messages_found ?? 0 }
  })
  const told = { job_id: id, record_id, account_id, status, error: d.context.error_message, blames_account, received }
  d.tell({ type: "sync_ended", ...told, legs })
}

/** The CRM's own word on how far the job is. */
export const updated = (d: Decision, { changes }: SyncJobUpdated): void => {
  const { current_step } = changes
  d.set({ ...changes, ...(current_step === undefined ? {} : { current_step: shortened(current_step, stepLimit) }) })
}

const leased = (d: Decision, received: number): void => {
  const { id, record_id, lease_until } = d.context
  if (record_id !== null) d.tell({ type: "sync_leased", job_id: id, record_id, until: lease_until, received })
}
