/**
 * The events that enter a tenant: facts in the past tense from providers, accepted commands from the CRM, and time.
 * An event is plain data, journaled as it is and replayed as it is (I2), so everything a machine needs stands in it:
 * times, ids, people. Nothing here knows a provider's payload; that is translated at the edge, once.
 */
import type { CalendarEventShown } from "./event/calendar.ts"
import type { ChannelActivitySet, ChannelDescribed, ChannelSyncSettingsSet } from "./event/channel.ts"
import type {
  AccountStatusChanged,
  AuthReported,
  ConnectionActivitySet,
  ConnectionRegistered,
  ConnectionSynced,
  HostedAuthReported,
  RateLimitSet,
  TokenChecked,
  TokensStored
} from "./event/connection.ts"
import type {
  ConversationAccessed,
  ConversationAssigned,
  ConversationHeatChecked,
  ConversationHeatSet,
  ConversationLabelled,
  ConversationPrioritised,
  ConversationRead,
  ConversationReported,
  ConversationSnoozed,
  ConversationStatusSet,
  ConversationSynced,
  ConversationTypeChecked,
  ConversationTypeDetected,
  ConversationTypeSet,
  ConversationUnread
} from "./event/conversation.ts"
import type { MailTracked } from "./event/mail.ts"
import type { MemberActive, MemberLeft, MemberProviderIdSet } from "./event/member.ts"
import type {
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageMarkedLocal,
  MessageReacted,
  MessageRead,
  MessageReceived,
  MessageSubjectSet,
  MessageTimed
} from "./event/message.ts"
import type {
  ParticipantCorrected,
  ParticipantRematched,
  ParticipantReported,
  ParticipantResolved,
  ParticipantSecondarySet,
  RelationAdded
} from "./event/participant.ts"
import type { FactArrived } from "./event/placement.ts"
import type { RecordPut, RecordRemoved } from "./event/record.ts"
import type { ChannelRecounted, ConversationRecounted, ParticipantRecounted } from "./event/recount.ts"
import type { AutoSyncScheduled, DayStarted, DeadlinePassed, TaskFinished, TaskRequested } from "./event/schedule.ts"
import type { SendCancelled, SendConfirmed, SendReserved } from "./event/send.ts"
import type {
  SyncJobCancelled,
  SyncJobClaimed,
  SyncJobEnded,
  SyncJobProgressed,
  SyncJobTriggerSet,
  SyncJobUpdated,
  SyncRequested
} from "./event/sync.ts"
import type {
  ProviderAccessSet,
  ProviderPreferencesSet,
  SecretResealed,
  TenantConfigured,
  TenantCreated,
  WebhookFailed,
  WebhookNoted,
  WebhookSecretRotated,
  WebhookStatusReported
} from "./event/tenant.ts"

export type * from "./event/actor-kind.ts"
export type * from "./event/base.ts"
export type * from "./event/calendar.ts"
export type * from "./event/channel.ts"
export type * from "./event/connection.ts"
export type * from "./event/conversation.ts"
export type * from "./event/mail.ts"
export type * from "./event/member.ts"
export type * from "./event/message.ts"
export type * from "./event/message-body.ts"
export type * from "./event/participant.ts"
export type * from "./event/person.ts"
export type * from "./event/placement.ts"
export type * from "./event/presence.ts"
export type * from "./event/record.ts"
export type * from "./event/recount.ts"
export type * from "./event/schedule.ts"
export type * from "./event/send.ts"
export type * from "./event/sync.ts"
export type * from "./event/tenant.ts"
export type * from "./event/thread.ts"

/** Version of the journaled body. Older bodies are upcast on reading (DESIGN §4); since 3 they are JSON (actors/journal/event-codec.ts), since 4 there is history. */
export const eventVersion = 4

/** The version that first knew what the event says, so that an older process refuses only what it would take for something else. */
export const versionOf = ({ history }: Event): number => (history === true ? 4 : 3)

/** Everything that is journaled. */
export type Event =
  | MessageReceived
  | MessageDelivered
  | MessageRead
  | MessageEdited
  | MessageDeleted
  | MessageReacted
  | MemberLeft
  | MailTracked
  | CalendarEventShown
  | FactArrived
  | RelationAdded
  | AccountStatusChanged
  | HostedAuthReported
  | TenantCreated
  | TenantConfigured
  | WebhookFailed
  | WebhookNoted
  | ConnectionRegistered
  | RateLimitSet
  | TokensStored
  | TokenChecked
  | SecretResealed
  | SendReserved
  | SendConfirmed
  | SendCancelled
  | ConversationRead
  | ConversationUnread
  | ConversationAccessed
  | ConversationPrioritised
  | ConversationStatusSet
  | ConversationTypeSet
  | ConversationAssigned
  | ConversationSnoozed
  | ConversationLabelled
  | WebhookStatusReported
  | WebhookSecretRotated
  | ProviderPreferencesSet
  | ConnectionActivitySet
  | AuthReported
  | ConnectionSynced
  | ChannelSyncSettingsSet
  | ChannelDescribed
  | ChannelActivitySet
  | ConversationTypeDetected
  | ConversationHeatSet
  | ConversationSynced
  | ConversationReported
  | MessageTimed
  | MessageSubjectSet
  | MessageMarkedLocal
  | MemberProviderIdSet
  | MemberActive
  | ParticipantReported
  | ParticipantCorrected
  | ParticipantRecounted
  | ConversationHeatChecked
  | ConversationTypeChecked
  | ConversationRecounted
  | ChannelRecounted
  | RecordPut
  | RecordRemoved
  | ParticipantResolved
  | ParticipantSecondarySet
  | ParticipantRematched
  | DeadlinePassed
  | DayStarted
  | TaskFinished
  | TaskRequested
  | AutoSyncScheduled
  | ProviderAccessSet
  | SyncRequested
  | SyncJobClaimed
  | SyncJobProgressed
  | SyncJobEnded
  | SyncJobCancelled
  | SyncJobTriggerSet
  | SyncJobUpdated

/** What a provider adapter may produce. */
export type ProviderEvent =
  | MessageReceived
  | MessageDelivered
  | MessageRead
  | MessageEdited
  | MessageDeleted
  | MessageReacted
  | FactArrived
  | RelationAdded
  | AccountStatusChanged
  | HostedAuthReported
