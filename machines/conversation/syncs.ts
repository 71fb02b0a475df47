/** How far a conversation's history is known (CONTRACT 2.4): the newest word by event time; failures count since the last success. */
import type { ConversationSynced } from "../events.ts"
import { shortened } from "../shortened.ts"
import { syncEnded } from "../syncs.ts"
import type { SyncStatus } from "../vocabulary.ts"
import type { Decision } from "./decision.ts"

/** The longest error that is kept. */
const errorLimit = 500

/** update_conversation_sync_status. */
export const conversationSynced = (d: Decision, event: ConversationSynced): void =>
  syncTold(d, event.sync_status, event.error, event.at)

/** Somebody said at `at` how the sync stands. At one instant the greater word wins (I3). */
export const syncTold = (d: Decision, sync_status: SyncStatus, error: string | null, at: number): void => {
  const { sync_at, sync_error_at } = d.context.facts
  if (sync_at === null || at > sync_at || (at === sync_at && sync_status > d.context.sync_status)) {
    d.learn({ sync_at: at })
    d.set({ sync_status })
  }
  const message = sync_status === "synced" ? "" : error === null ? null : shortened(error, errorLimit)
  const known = d.context.sync_error_message
  if (message !== null && (sync_error_at === null || at > sync_error_at || (at === sync_error_at && message > known))) {
    d.learn({ sync_error_at: at })
    d.set({ sync_error_message: message })
  }
  if (sync_status !== "synced" && sync_status !== "failed") return
  const sync = syncEnded(d.context.facts.sync, at, sync_status === "failed")
  d.learn({ sync })
  d.set({ last_synced_at: sync.succeeded_at, sync_error_count: sync.failures.length })
}
