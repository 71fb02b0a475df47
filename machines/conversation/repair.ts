/** A recount of a conversation against its message rows: what differed at the cut is repaired here (CONTRACT §6). */
import type { ConversationRecounted } from "../events.ts"
import { recounted } from "../recount.ts"
import type { Decision } from "./decision.ts"

/** Unread messages only when what was read is still what they were counted by; else the next run looks again. */
export const countersRepaired = (d: Decision, event: ConversationRecounted): void => {
  const { found, right, owner_horizon, owner_reads = null } = event
  d.set({ message_count: recounted(d.context.message_count, found.message_count, right.message_count) })
  if (d.context.facts.owner_horizon !== owner_horizon) return
  if (JSON.stringify(d.context.owner_reads ?? null) !== JSON.stringify(owner_reads)) return
  d.set({ unread_count: recounted(d.context.unread_count, found.unread_count, right.unread_count) })
}
