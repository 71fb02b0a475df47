/**
 * Whether a sync may begin (CONTRACT 2.11), kept by whom it is about: a record, or a connection. One job at a time; automatic ones
 * five minutes apart, those that a person asked for an hour, unless forced.
 */
import type { SyncRequested } from "./events.ts"
import { later } from "./instants.ts"
import type { CommandRefused } from "./told.ts"

export interface SyncDesk {
  /** The job that is open; null: none is. */
  readonly open: string | null
  /** When the last job was asked for, and the last that a person asked for, epoch milliseconds. */
  readonly asked_at: number | null
  readonly manual_at: number | null
}

export const emptyDesk: SyncDesk = { open: null, asked_at: null, manual_at: null }

/** Between two jobs of which the second is automatic, and between two that people ask for. Milliseconds. */
export const automaticPause = 5 * 60_000
export const manualPause = 60 * 60_000

/** When a job that nobody asks for may begin; null: not while another one runs. */
export const automaticFrom = ({ open, asked_at }: SyncDesk): number | null =>
  open !== null ? null : (asked_at ?? -Infinity) + automaticPause

/** The desk with the job on it, or why there is none. */
export const jobAsked = (
  desk: SyncDesk,
  { job_id, is_manual, is_forced, received }: Pick<SyncRequested, "job_id" | "is_manual" | "is_forced" | "received">
): SyncDesk | CommandRefused => {
  if (desk.open !== null) {
    const rule = `runs already, as the job ${desk.open}: wait for its end, or cancel it`
    return { type: "command_refused", field: "sync", rule, is_conflict: true }
  }
  const from = is_manual
    ? is_forced || desk.manual_at === null
      ? -Infinity
      : desk.manual_at + manualPause
    : (automaticFrom(desk) ?? -Infinity)
  if (received < from) {
    const rule = is_manual
      ? "was asked for less than an hour ago: wait, or force it"
      : "began less than five minutes ago: automatic ones keep that distance"
    return { type: "command_refused", field: "sync", rule, retry_after_s: Math.ceil((from - received) / 1_000) }
  }
  return {
    open: job_id,
    asked_at: later(desk.asked_at, received),
    manual_at: is_manual ? later(desk.manual_at, received) : desk.manual_at
  }
}

/** The job has ended. The very same desk when it is not the open one. */
export const jobLeft = (desk: SyncDesk, job_id: string): SyncDesk =>
  desk.open === job_id ? { ...desk, open: null } : desk
