/** An announcement to the CRM on its way out of a turn: what stands in the database until every endpoint that wants it has it. */
import type { Announced } from "../../machines/vocabulary.ts"
import type { Identity } from "../memory/identity.ts"
import type { Announcement } from "./announcement.ts"

/** One announcement. */
export interface OutgoingEvent {
  /** Derived from what is announced: a replay announces the same thing under the same id. */
  readonly id: string
  readonly type: Announced
  /** Epoch milliseconds. */
  readonly at: number
  /** What it is about: of one stream, an endpoint gets the next announcement when it has taken the one before. */
  readonly stream: string
  /** Its place among the announcements of the tenant; grows. */
  readonly place: number
  /** JSON, as it is signed and sent. */
  readonly body: string
}

/** Announcements of one turn that keep an order among themselves; more share the last place. */
const placesOfTurn = 4_096

/** Of the turn that becomes journal entry `seq`, its `index`-th. `about`: what makes it the same thing when it is announced again. */
export const outgoingEvent = (
  identity: Identity,
  announcement: { readonly type: Announced; readonly data: Announcement["data"] },
  at: number,
  where: { readonly about: string; readonly stream: string; readonly seq: number; readonly index: number }
): OutgoingEvent => {
  const { type, data } = announcement
  return {
    id: identity.outgoing(type, where.about),
    type,
    at,
    stream: where.stream,
    place: where.seq * placesOfTurn + Math.min(where.index, placesOfTurn - 1),
    body: JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
  }
}
