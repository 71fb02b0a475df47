/**
 * History in a conversation: messages that were fetched or imported, and not told as they happened (CONTRACT 2.2, §7). They count as
 * any others do. What they do not do is done when their webhook comes, before or after them: it is a send, it asks for a contact.
 */
import type { MessageReceived } from "../events.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { counts, namesOf, store } from "./message-window.ts"
import { ownerRead } from "./unread.ts"

/**
 * A new message's place in the order of arrival. History stands where its own time says: what is not newer than the owner's horizon
 * was read, and what is not newer than a person's filing was filed with the rest, and brings nothing back.
 */
export const arrivalOfShown = (d: Decision, { at, history }: MessageReceived): number => {
  if (history !== true) return d.seq
  const { owner_horizon, filed } = d.context.facts
  if (owner_horizon !== null && at <= owner_horizon) return 0
  return filed?.arrived !== undefined && at <= filed.at ? filed.arrived : d.seq
}

/** Where an inbound message comes from, the owner had read it: when, nobody says, so a "mark unread" that is newer than it stands. */
export const seenInHistory = (d: Decision, { at, history, message }: MessageReceived): void => {
  if (history === true && message.seen === true && message.direction === "inbound") ownerRead(d, at, at)
}

/** The known message, which from its first webhook on is no longer only of history. */
export const heardLive = (d: Decision, event: MessageReceived, known: MessageRecord): MessageRecord => {
  if (known.imported !== true || event.history === true) return known
  const { imported: _, ...record } = known
  d.learn({ window: store(d.context.facts.window, record) })
  const { at, is_event, outbound, sender } = record
  const { received } = event
  const direction = outbound ? "outbound" : "inbound"
  d.tell({ type: "message_heard_live", direction, at, received, is_event, names: namesOf(record) })
  if (!outbound && counts(record)) d.person(sender, received, { type: "heard_live" })
  return record
}
