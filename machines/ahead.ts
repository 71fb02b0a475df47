/**
 * No fact lies ahead (CONTRACT, preamble), also of our own clock. A clock that ran ahead and was set back leaves instants behind that
 * are still to come: a budget that empties in a month, a word on an account that no newer one can replace. Time itself corrects
 * them: the runtime looks for such instants (actors/owner/watch-deadlines.ts) and tells the actor `deadline_passed`, whose `received` is
 * the present. No other event corrects: a payload that was kept is applied with the time at which it came.
 */
import { later } from "./instants.ts"

/** Clocks of several processes, and corrections of one by a time server, may differ so much without being wrong. Milliseconds. */
export const clockSlack = 60_000

/** Whether an instant of the past lies ahead of now. */
export const isAhead = (at: number | null | undefined, now: number): boolean => at != null && at > now + clockSlack

/** The instant; just before now, where it lies ahead, so that whatever comes now is newer. */
export const notAhead = <T extends number | null>(at: T, now: number): T => (isAhead(at, now) ? ((now - 1) as T) : at)

/**
 * Instants of one actor as they stand once those ahead have become past: each before now, in the order in which they were. What is
 * derived from which of two came later stays as it is; so those that lie between now and the slack move too. Instants that are not
 * given stay as they are.
 */
export const inTheirOrder = (
  instants: Iterable<number | null | undefined>,
  now: number
): (<T extends number | null>(at: T) => T) => {
  const moved = new Map<number, number>()
  const known = new Set<number>()
  for (const at of instants) if (at != null) known.add(at)
  let latest = now - 1
  for (const at of [...known].sort((a, b) => b - a)) {
    if (at <= latest) break
    moved.set(at, latest--)
  }
  return <T extends number | null>(at: T): T => (at === null ? at : ((moved.get(at) ?? at) as T))
}

/** When an actor has changed last, after this event. */
export const changedAt = (
  before: number | null,
  event: { readonly type: string; readonly received: number }
): number =>
  event.type === "deadline_passed" && isAhead(before, event.received) ? event.received : later(before, event.received)!

/** For actors that keep no instant of our clock but that of their last change. */
export const changeCorrected = <C extends { readonly updated_at: number | null }>(
  d: { readonly context: C; set(changes: { readonly updated_at: number }): void },
  { received }: { readonly received: number }
): void => {
  if (isAhead(d.context.updated_at, received)) d.set({ updated_at: received })
}
