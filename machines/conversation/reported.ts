/** The conversation processor (CONTRACT §5): what the provider says of a thread outside any message. Newest by event time wins. */
import type { ConversationReported } from "../events.ts"
import type { Decision } from "./decision.ts"
import { busyThread } from "./heat.ts"
import { syncTold } from "./syncs.ts"
import { hintsShown, metadataSettled, subjectShown, urgencyShown } from "./thread.ts"

export const conversationReported = (d: Decision, event: ConversationReported): void => {
  const { at, conversation_type: type, participant_count } = event
  if (event.subject !== null) subjectShown(d, event.subject, at)
  hintsShown(d, { group: type === "group", broadcast: type === "broadcast", channel: type === "channel" })
  if (type === "calendar_event" && !d.context.facts.type_is_manual) d.set({ conversation_type: type })
  if (participant_count !== null) countReported(d, participant_count, at)
  if (event.is_urgent) urgencyShown(d, at)
  busyThread(d, event.message_count, event)
  if (event.sync_error !== null) syncTold(d, "failed", event.sync_error, at)
  else if (event.sync_status !== null) syncTold(d, event.sync_status, null, at)
}

/** The provider's own count says nothing of who is here: membership does. It is kept as a hint. */
const countReported = (d: Decision, participant_count: number, at: number): void => {
  const { reported } = d.context.facts
  if (
    reported !== null &&
    (at < reported.at || (at === reported.at && participant_count <= reported.participant_count))
  )
    return
  d.learn({ reported: { participant_count, at } })
  metadataSettled(d)
}
