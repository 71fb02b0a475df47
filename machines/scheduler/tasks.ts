/** When each task runs (CONTRACT §6). Wall-clock times in UTC, not "n hours since the process started". */
import type { ScheduledTask } from "../vocabulary.ts"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

/** Due at every instant that is `offset` past a multiple of `every`, both in milliseconds, counted from midnight UTC. */
export interface Timetable {
  readonly every: number
  readonly offset: number
  /** Told in the API's document. */
  readonly what: string
}

export const timetable: Record<ScheduledTask, Timetable> = {
  detect_hot_conversations: { every: hour, offset: 0, what: "Cools conversations that nobody writes in any more" },
  reset_daily_counters: { every: day, offset: 0, what: "Sets messages_sent_today to 0" },
  retention: { every: day, offset: 3 * hour, what: "Deletes what has been kept long enough" },
  cleanup_expired_tokens: { every: 12 * hour, offset: 0, what: "Expires active connections whose token has expired" },
  reencrypt_secrets: { every: day, offset: 4 * hour, what: "Seals every secret with the first key of the ring" },
  measure_field_population: { every: hour, offset: 30 * minute, what: "Counts which fields have values" },
  update_channel_statistics: {
    every: 4 * hour,
    offset: 0,
    what: "Recounts channels against their messages, repairs drift"
  },
  update_participant_statistics: {
    every: 6 * hour,
    offset: 0,
    what: "Recounts people seen in 7 days and their conversations, repairs drift"
  },
  update_conversation_types: { every: 12 * hour, offset: 0, what: "Corrects conversation_type, in both directions" },
  generate_daily_analytics: { every: day, offset: 5 * minute, what: "Makes yesterday's analytics final" },
  process_scheduled_syncs: { every: hour, offset: 0, what: "Begins the syncs of records that are due, ten at most" }
}

/** The first due instant after `now`. */
export const nextDue = (task: ScheduledTask, now: number): number => {
  const { every, offset } = timetable[task]
  return (Math.floor((now - offset) / every) + 1) * every + offset
}
