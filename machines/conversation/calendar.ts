/** A calendar event as a conversation: its title, its people, its time and place (CONTRACT 2.4). The newest version stands. */
import type { CalendarEventShown } from "../events.ts"
import type { Decision } from "./decision.ts"
import { memberSeen, rosterShown } from "./members.ts"
import { newer, refiled, subjectLimit } from "./thread.ts"

export const calendarEventShown = (d: Decision, event: CalendarEventShown): void => {
  if (!d.context.facts.type_is_manual) d.set({ conversation_type: "calendar_event" })
  if (event.is_deleted) {
    d.learn({ calendar_deleted: true })
    return refiled(d)
  }
  const { at, received, people, owner_known, owner, title, metadata, is_cancelled } = event
  if (owner_known) memberSeen(d, owner, at, received)
  for (const person of people) memberSeen(d, person, at, received)
  const keys = [...(owner_known ? [owner.key] : []), ...people.map((person) => person.key)]
  if (event.is_complete) rosterShown(d, keys, at, received)
  const { calendar } = d.context.facts
  const text = JSON.stringify([title, metadata, is_cancelled])
  if (!newer(at, calendar?.at ?? null, text, calendar?.text ?? null)) return
  d.learn({ calendar: { at, text, is_cancelled } })
  d.set({ subject: title?.slice(0, subjectLimit) ?? null, metadata })
  refiled(d)
}
