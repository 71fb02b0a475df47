/** What is said of a conversation outside any message, and what CRM users do with it. */
import type { ConversationCommand, ConversationFact, MayRecall } from "./base.ts"
import type { ConversationStatus, ConversationType, Priority, SyncStatus } from "../vocabulary.ts"

/** The conversation processor (CONTRACT §5): what the provider says of a thread outside any message. Null: not said. */
export interface ConversationReported extends ConversationFact {
  readonly type: "conversation_reported"
  readonly conversation_type: ConversationType | null
  readonly participant_count: number | null
  readonly message_count: number | null
  readonly is_urgent: boolean
  readonly subject: string | null
  readonly sync_status: SyncStatus | null
  readonly sync_error: string | null
}

export interface ConversationRead extends ConversationCommand, MayRecall {
  readonly type: "conversation_read"
  readonly user_id: string
  readonly message_id: string | null
}

export interface ConversationUnread extends ConversationCommand {
  readonly type: "conversation_unread"
  readonly user_id: string
}

export interface ConversationAccessed extends ConversationCommand {
  readonly type: "conversation_accessed"
}

export interface ConversationPrioritised extends ConversationCommand {
  readonly type: "conversation_prioritised"
  readonly priority: Priority
}

export interface ConversationStatusSet extends ConversationCommand {
  readonly type: "conversation_status_set"
  readonly status: ConversationStatus
}

export interface ConversationTypeSet extends ConversationCommand {
  readonly type: "conversation_type_set"
  readonly conversation_type: ConversationType
}

/** Who looks after it: a CRM user's id; null is nobody. */
export interface ConversationAssigned extends ConversationCommand {
  readonly type: "conversation_assigned"
  readonly assigned_to: string | null
}

/** Put off until an instant, epoch milliseconds; null: no longer. */
export interface ConversationSnoozed extends ConversationCommand {
  readonly type: "conversation_snoozed"
  readonly until: number | null
}

/** Its labels change. `labels`: these and no others; null: those that it has, with and without some. */
export interface ConversationLabelled extends ConversationCommand {
  readonly type: "conversation_labelled"
  readonly labels: ReadonlyArray<string> | null
  readonly add: ReadonlyArray<string>
  readonly remove: ReadonlyArray<string>
}

/** Detect the type now; `release` gives up one that was set by hand. */
export interface ConversationTypeDetected extends ConversationCommand {
  readonly type: "conversation_type_detected"
  readonly release: boolean
}

/** The maintenance task doubts head count or type. It carries nothing: the machine looks at its own facts again. */
export interface ConversationTypeChecked extends ConversationCommand {
  readonly type: "conversation_type_checked"
}

export interface ConversationHeatSet extends ConversationCommand {
  readonly type: "conversation_heat_set"
  readonly is_hot: boolean
}

/** The hourly task found this conversation cold. It carries nothing: the machine looks at its own facts again. */
export interface ConversationHeatChecked extends ConversationCommand {
  readonly type: "conversation_heat_checked"
}

/** A sync of the conversation's history ended at `at`. */
export interface ConversationSynced extends ConversationCommand {
  readonly type: "conversation_synced"
  readonly at: number
  readonly sync_status: SyncStatus
  readonly error: string | null
}
