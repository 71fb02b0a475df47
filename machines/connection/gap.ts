/**
 * What of an account's history is still to be fetched: all of it once it first runs, and what it missed while it was signed out or
 * broken. Asked for when the account runs, once; asked again an hour after a job that failed. Whether anything is fetched, the
 * tenant's settings say (actors/turn/syncs.ts).
 */
import type { Draft } from "../draft.ts"
import type { SyncRequested } from "../events.ts"
import type { SyncDesk } from "../sync-desk.ts"
import { automaticFrom, emptyDesk, jobAsked, jobLeft } from "../sync-desk.ts"
import type { SyncEnded } from "../told.ts"
import type { AccountStatus } from "../vocabulary.ts"
import type { ConnectionContext, Gap } from "./context.ts"

type Decision = Draft<ConnectionContext>

/** Statuses in which the provider tells nothing of the account: what happens meanwhile is the gap. */
const away: ReadonlySet<AccountStatus> = new Set(["failed", "expired", "disconnected", "checkpoint_required"])
/** An account was broken before anybody said so. A message that is fetched twice is one message. Milliseconds. */
export const gapMargin = 60 * 60_000
/** A job that failed is tried again after this, milliseconds. */
const afterFailure = 60 * 60_000

const deskOf = ({ facts }: ConnectionContext): SyncDesk => facts.desk ?? emptyDesk

const gapBecomes = (d: Decision, gap: Gap | null): void => d.set({ facts: { ...d.context.facts, gap } })

/** The account is new: all of its history is to be fetched once it runs. */
export const historyMissing = (d: Decision): void => gapBecomes(d, { since: null, due: null })

/** The provider can be asked from now on, or under another key: what nobody answered is asked for again. */
export const accessGiven = (d: Decision, received: number): void => {
  const { gap = null } = d.context.facts
  if (gap !== null && d.context.account_status === "active") gapBecomes(d, { ...gap, due: gap.due ?? received })
}

/** When the gap is asked for. */
export const gapDeadline = (c: ConnectionContext): number | null => {
  const { gap = null } = c.facts
  const from = automaticFrom(deskOf(c))
  return gap === null || gap.due === null || from === null || c.account_status !== "active"
    ? null
    : Math.max(gap.due, from)
}

/** Follows the account's status, after what the event brought; asks when it is time. */
export const gapTold = (d: Decision, received: number): void => {
  const [was, is] = [d.before.account_status, d.context.account_status]
  const { gap = null } = d.context.facts
  if (was !== is && away.has(is) && gap === null) gapBecomes(d, { since: received - gapMargin, due: null })
  if (was !== is && is === "active" && gap !== null) gapBecomes(d, { ...gap, due: received })
  const at = gapDeadline(d.context)
  if (at === null || at > received) return
  const { since } = d.context.facts.gap!
  gapBecomes(d, { since, due: null })
  d.tell({ type: "sync_wanted", account_id: d.context.account_id, since, received })
}

/** A job for the account is asked for. */
export const syncRequested = (d: Decision, event: SyncRequested): void => {
  const desk = jobAsked(deskOf(d.context), event)
  if ("type" in desk) return d.tell(desk)
  const { gap = null } = d.context.facts
  const covers = gap !== null && (event.since === null || gap.since === null || event.since <= gap.since)
  d.set({ facts: { ...d.context.facts, desk, gap: covers ? null : gap, fetching: covers ? gap : null } })
  d.tell({ ...event, type: "sync_opened", profile_id: null })
}

/** A job of the account has ended: what it should have fetched and has not is a gap again, unless somebody cancelled it. */
export const syncLeft = (d: Decision, { job_id, status, received }: SyncEnded): void => {
  const before = deskOf(d.context)
  const desk = jobLeft(before, job_id)
  if (desk === before) return
  const { gap = null, fetching = null } = d.context.facts
  const again = status === "failed" && fetching !== null ? { ...fetching, due: received + afterFailure } : gap
  d.set({ facts: { ...d.context.facts, desk, gap: again, fetching: null } })
}
