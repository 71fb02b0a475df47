/**
 * When an unknown person becomes a contact (CONTRACT 2.1, 2.7): the tenant's settings decide, at once or after a delay, and never
 * more than so many an hour; who comes too early waits here and is considered again.
 */
import type { Draft } from "../draft.ts"
import type { DeadlinePassed } from "../events.ts"
import type { ContactCandidate } from "../told.ts"
import { isExcluded } from "./exclusion.ts"
import type { Creations, TenantContext } from "./context.ts"

const hour = 3_600_000
/** People who may wait; past that somebody is considered again with their next message (I8). */
const waitingLimit = 10_000

export const contactCandidate = (d: Draft<TenantContext>, event: ContactCandidate): void => {
  const c = d.context
  if (!c.auto_create_enabled || !c.auto_create_contacts || c.max_creates_per_hour === 0) return
  if (event.total_messages < c.min_messages_before_create || isExcluded(event, c.blacklist)) return
  if (!event.waited && c.creation_delay_hours > 0) {
    const hours = c.creation_delay_hours
    return wait(d, { key: event.key, due: event.received + hours * hour, hours })
  }
  const recent = c.creations.recent.filter((at) => at > event.received - hour)
  if (recent.length >= c.max_creates_per_hour) return wait(d, { key: event.key, due: recent[0]! + hour })
  const waiting = c.creations.waiting.filter(({ key }) => key !== event.key)
  d.set({ creations: { recent: [...recent, event.received], waiting } })
  d.tell({ type: "contact_approved", key: event.key, received: event.received })
}

const wait = (d: Draft<TenantContext>, who: Creations["waiting"][number]): void => {
  const { waiting, recent } = d.context.creations
  if (waiting.length >= waitingLimit || waiting.some(({ key }) => key === who.key)) return
  d.set({ creations: { recent, waiting: [...waiting, who] } })
}

/** Those whose time has come are considered again. */
export const creationsDue = (d: Draft<TenantContext>, { received }: DeadlinePassed): void => {
  const { waiting, recent } = d.context.creations
  const due = waiting.filter((each) => each.due <= received)
  if (due.length === 0) return
  d.set({ creations: { recent, waiting: waiting.filter((each) => each.due > received) } })
  for (const { key } of due) d.tell({ type: "contact_due", key, received })
}

/** When the next one is to be considered again, epoch milliseconds, or null. */
export const creationDeadline = ({ creations }: TenantContext): number | null =>
  creations.waiting.reduce<number | null>((first, { due }) => (first === null ? due : Math.min(first, due)), null)
