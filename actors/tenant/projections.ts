/**
 * The projections of a tenant's turns: what is kept beside the actors and follows from what a turn changed. Audit lines, deadlines,
 * topics of the feed, inbox totals, message rows, who types.
 */
import type { Event } from "../../machines/events.ts"
import type { Hub } from "../feed/hub.ts"
import type { Deadlines } from "../memory/deadlines.ts"
import type { Memory } from "../memory/memory.ts"
import type { Done } from "../turn/outcome.ts"
import type { Inbox } from "../views/inbox.ts"
import { mergedInto, messagesTopic } from "../views/topics.ts"
import type { AuditTrail } from "./audit-trail.ts"
import type { LiveMessages } from "./live-messages.ts"
import type { Presences } from "./presences.ts"
import type { RowChanges } from "./row-changes.ts"
import type { Scopes } from "./scopes.ts"
import type { Settled } from "./settled.ts"

export interface Projections extends Memory {
  readonly audit: AuditTrail
  readonly deadlines: Deadlines
  readonly hub: Hub
  readonly inbox: Inbox
  readonly rows: RowChanges
  readonly messages: LiveMessages
  readonly scopes: Scopes
  readonly presences: Presences
  readonly settled: Settled
}

/** Carries what a turn changed into the projections; `seq` is its journal entry. The changed actors are dirty from then on. */
export const project = (to: Projections, seq: number, event: Event, done: Done): void => {
  to.audit.note(seq, event, done.changes)
  for (const change of done.changes) {
    const { living } = change
    living.kept = "no"
    to.deadlines.note(living)
    to.hub.touchActor(living.id)
    if (mergedInto(to, living) !== null) to.hub.moved(living.id)
    if (change.kind !== "conversation") continue
    to.inbox.changed(change.before, change.living.context)
    to.hub.touch("inbox")
    if (to.scopes.areWatched)
      for (const topic of to.scopes.changed(seq, change.before, change.living.context)) to.hub.touch(topic)
    if (to.messages.size > 0) to.messages.touch(living.id)
  }
  to.rows.absorb(done)
  if (done.record !== null) to.rows.addRecord(done.record)
  for (const outgoing of done.outgoing) to.rows.addOutgoing(outgoing)
  for (const { conversation_id, message } of done.appeared) to.presences.appeared(conversation_id, message)
  // Nothing is looked at for a conversation whose messages nobody watches.
  for (const { conversation_id, isOver } of to.messages.takeTouched()) {
    if (isOver) to.hub.outdated(messagesTopic(conversation_id))
    else to.hub.touch(messagesTopic(conversation_id))
  }
  to.settled.grew(event, done.changes)
}
