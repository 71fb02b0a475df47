/**
 * Whether a calendar event is over: deleted, called off, or an instance of a series that is. A function of the newest version,
 * the newest deletion and what is known of the series, so that order and repetition do not matter (I3).
 */
import { later } from "../instants.ts"
import type { CalendarDeletion, ConversationContext } from "./context.ts"

/** The newest deletion. Snapshots of earlier versions say only that there was one: it was known when they last changed. */
export const deletionOf = ({ facts, updated_at }: ConversationContext): CalendarDeletion | null => {
  if (facts.calendar_deletion !== undefined) return facts.calendar_deletion
  if (facts.calendar_deleted !== true) return null
  return { at: Math.max(updated_at ?? 0, facts.calendar?.at ?? 0), restored: false }
}

/** When the event was deleted or called off itself; null while it stands. */
export const overSince = (context: ConversationContext): number | null => {
  const { calendar } = context.facts
  const deletion = deletionOf(context)
  const deleted = deletion === null || deletion.restored ? null : deletion.at
  return later(deleted, calendar?.is_cancelled === true ? calendar.at : null)
}

/** An instance ends with its series, unless its own newest version is younger than that end: then the provider still has it. */
export const isOver = (context: ConversationContext): boolean => {
  const { calendar, series_over_since = null } = context.facts
  if (overSince(context) !== null) return true
  return series_over_since !== null && series_over_since >= (calendar?.at ?? -Infinity)
}
