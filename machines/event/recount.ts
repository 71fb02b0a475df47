/** Counters that a drift check found other than the rows say (CONTRACT §6). */
import type { Reading } from "../conversation/reading.ts"
import type { Base, ConversationCommand } from "./base.ts"

/** Counters of a channel at a cut. */
export interface ChannelCounters {
  readonly message_count: number
  readonly last_message_at: number | null
}

/** Counters of a participant at a cut. */
export interface ParticipantCounters {
  readonly total_messages: number
  readonly total_conversations: number
}

/** Counters of a conversation at a cut. */
export interface ConversationCounters {
  readonly message_count: number
  readonly unread_count: number
}

/** A drift check found these counters other than the rows say (CONTRACT §6). Both are of one cut; the difference is repaired. */
export interface ChannelRecounted extends Base {
  readonly type: "channel_recounted"
  readonly channel_id: string
  readonly found: ChannelCounters
  readonly right: ChannelCounters
}

export interface ParticipantRecounted extends Base {
  readonly type: "participant_recounted"
  readonly participant_id: string
  readonly found: ParticipantCounters
  readonly right: ParticipantCounters
}

export interface ConversationRecounted extends ConversationCommand {
  readonly type: "conversation_recounted"
  /** The owner's horizon and readings at the cut: behind others, unread messages are others. */
  readonly owner_horizon: number | null
  readonly owner_reads?: ReadonlyArray<Reading> | null
  readonly found: ConversationCounters
  readonly right: ConversationCounters
}
