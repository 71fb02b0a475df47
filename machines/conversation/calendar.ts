/**
 * A calendar event as a conversation: its title, its people, its time and place (CONTRACT 2.4). The newest version stands, at
 * one instant the one that arrived last; a version newer than the deletion brings the event back.
 */
import * as Hash from "effect/Hash"
import type { CalendarEventShown } from "../events.ts"
import { shortened } from "../shortened.ts"
import { deletionOf, overSince } from "./calendar-end.ts"
import type { ConversationFacts } from "./context.ts"
import type { Decision } from "./decision.ts"
import { memberSeen, rosterShown } from "./members.ts"
import { refiled, subjectLimit } from "./thread.ts"

/** Versions of one instant that are told from their repeats (I8). */
const formerLimit = 8

/** The series that the event is an instance of was deleted or called off, or is back. Told by the channel. */
export interface SeriesSettled {
  readonly type: "series_settled"
  readonly over_since: number | null
  readonly received: number
}

export const calendarEventShown = (d: Decision, event: CalendarEventShown): void => {
  const before = overSince(d.context)
  if (!d.context.facts.type_is_manual) d.set({ conversation_type: "calendar_event" })
  if (event.series_over_since !== undefined) d.learn({ series_over_since: event.series_over_since })
  if (event.is_deleted) deletionTold(d, event)
  else versionShown(d, event)
  refiled(d)
  const over_since = overSince(d.context)
  const isInstance = d.context.facts.series_over_since !== undefined
  if (over_since !== before && !isInstance) {
    const { external_thread_id } = d.context
    d.tell({ type: "calendar_settled", external_thread_id, over_since, received: event.received })
  }
}

/** A deletion without a time of its own bears that of its arrival; told again while the event is gone, it is a repeat. */
const deletionTold = (d: Decision, { at, received }: CalendarEventShown): void => {
  const known = deletionOf(d.context)
  if (known !== null && (at <= known.at || (at >= received && !known.restored))) return
  const { calendar } = d.context.facts
  const restored = calendar !== null && calendar !== undefined && calendar.at > at
  d.learn({ calendar_deletion: { at, restored } })
}

const versionShown = (d: Decision, event: CalendarEventShown): void => {
  const { at, received, people, owner_known, owner, title, metadata, is_cancelled } = event
  if (owner_known) memberSeen(d, owner, at, received)
  for (const person of people) memberSeen(d, person, at, received)
  const keys = [...(owner_known ? [owner.key] : []), ...people.map((person) => person.key)]
  if (event.is_complete) rosterShown(d, keys, at, received)
  const text = JSON.stringify([title, metadata, is_cancelled])
  const { calendar } = d.context.facts
  if (isKnown(calendar, at, text)) return
  const deletion = deletionOf(d.context)
  if (deletion !== null && at >= deletion.at) d.learn({ calendar_deletion: { ...deletion, restored: true } })
  if (calendar && at < calendar.at) return
  const former = calendar?.at === at ? [...(calendar.former ?? []), Hash.string(calendar.text)] : []
  d.learn({ calendar: { at, text, is_cancelled, former: former.slice(-formerLimit) } })
  d.set({ subject: title === null ? null : shortened(title, subjectLimit), metadata })
}

const isKnown = (calendar: ConversationFacts["calendar"], at: number, text: string): boolean =>
  calendar?.at === at && (calendar.text === text || calendar.former?.includes(Hash.string(text)) === true)

export const seriesSettled = (d: Decision, { over_since }: SeriesSettled): void => {
  d.learn({ series_over_since: over_since })
  refiled(d)
}
