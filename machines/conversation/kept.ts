/** Conversations as earlier versions kept them. */
import type { ConversationContext } from "./context.ts"
import { withLastMessage } from "./last-message.ts"

/** With the fields that a snapshot of an earlier version lacks. */
export const completeConversation = (kept: ConversationContext): ConversationContext => {
  // That version knew none of these, or all.
  if (kept.labels !== undefined) return kept
  return withLastMessage({ ...kept, assigned_to: null, snoozed_until: null, labels: [] })
}
