/** Whether a conversation is hot (CONTRACT 2.4): ten messages in a day heat it at once; only the hourly task cools it. */
import { later } from "../instants.ts"
import type { ConversationFact, ConversationHeatChecked, ConversationHeatSet } from "../events.ts"
import type { Decision } from "./decision.ts"
import type { MessageRecord } from "./message-window.ts"
import { all, counts } from "./message-window.ts"

const day = 24 * 3_600_000
/** Messages in a day that make a conversation hot. */
export const hotCount = 10
/** A provider's own count above which a thread is hot. */
const busyCount = 100

/** Keeps the newest times and heats the conversation when ten of them lie within the last day. */
export const becameHotter = (d: Decision, record: MessageRecord, by: 1 | -1, received: number): void => {
  const { newest } = d.context.facts
  if (by === 1) {
    if (newest.length === hotCount && record.at <= newest[hotCount - 1]!) return
    d.learn({ newest: [...newest, record.at].sort((a, b) => b - a).slice(0, hotCount) })
  } else if (newest.includes(record.at)) {
    const times = [...all(d.context.facts.window)].filter(counts).map((other) => other.at)
    d.learn({ newest: times.sort((a, b) => b - a).slice(0, hotCount) })
  }
  if (isBusy(d, received)) d.set({ is_hot: true })
}

const isBusy = (d: Decision, now: number): boolean => {
  const tenth = d.context.facts.newest[hotCount - 1]
  return tenth !== undefined && tenth > now - day
}

/** The provider told its own message count. That a thread was long once heats nothing: of history only the last day counts. */
export const busyThread = (
  d: Decision,
  message_count: number | null,
  { at, received, history }: ConversationFact
): void => {
  if (history === true && at <= received - day) return
  const { busy_at } = d.context.facts
  if (message_count === null || message_count <= busyCount) return
  // Only news heats: a repeat of what was heard before the conversation cooled does not.
  if (busy_at !== null && at <= busy_at) return
  d.learn({ busy_at: at })
  d.set({ is_hot: true })
}

/** The hourly look: hot when busy; cold when not busy and not opened for a day. Looking is not opening. */
export const heatChecked = (d: Decision, event: ConversationHeatChecked): void => {
  if (isBusy(d, event.received)) return d.set({ is_hot: true })
  const accessed = later(d.context.last_accessed_at, d.context.facts.heated_at)
  if (accessed === null || accessed <= event.received - day) d.set({ is_hot: false })
}

/** mark_conversation_hot: somebody's word holds for a day, like an access; cold until the next message or look says otherwise. */
export const heatSet = (d: Decision, event: ConversationHeatSet): void => {
  if (event.is_hot === d.context.is_hot && (event.is_hot ? d.context.facts.heated_at !== null : true)) return
  d.learn({ heated_at: event.is_hot ? event.received : null })
  d.set({ is_hot: event.is_hot })
}
