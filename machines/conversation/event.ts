/** Everything that a conversation may hear. */
import type {
  CalendarEventShown,
  ConversationAccessed,
  ConversationAssigned,
  ConversationHeatChecked,
  ConversationHeatSet,
  ConversationLabelled,
  ConversationPrioritised,
  ConversationRead,
  ConversationRecounted,
  ConversationReported,
  ConversationSnoozed,
  ConversationStatusSet,
  ConversationSynced,
  ConversationTypeChecked,
  ConversationTypeDetected,
  ConversationTypeSet,
  ConversationUnread,
  DeadlinePassed,
  MailTracked,
  MemberActive,
  MemberLeft,
  MemberProviderIdSet,
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageMarkedLocal,
  MessageReacted,
  MessageRead,
  MessageReceived,
  MessageSubjectSet,
  MessageTimed
} from "../events.ts"
import type { OwnerReplied, PersonMerged } from "../told.ts"
import type { SeriesSettled } from "./calendar.ts"
import type { ConversationAbsorbed, ThreadJoined } from "./joining.ts"

export type ConversationEvent =
  | MessageReceived
  | MessageDelivered
  | MessageRead
  | MessageEdited
  | MessageDeleted
  | MessageReacted
  | MemberLeft
  | ConversationRead
  | ConversationUnread
  | ConversationAccessed
  | ConversationPrioritised
  | ConversationStatusSet
  | ConversationTypeSet
  | ConversationAssigned
  | ConversationSnoozed
  | ConversationLabelled
  | ConversationHeatChecked
  | MailTracked
  | CalendarEventShown
  | SeriesSettled
  | ThreadJoined
  | ConversationAbsorbed
  | PersonMerged
  | DeadlinePassed
  | ConversationHeatSet
  | ConversationTypeDetected
  | ConversationSynced
  | ConversationReported
  | MessageTimed
  | MessageSubjectSet
  | MessageMarkedLocal
  | MemberProviderIdSet
  | MemberActive
  | OwnerReplied
  | ConversationTypeChecked
  | ConversationRecounted
