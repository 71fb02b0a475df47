/**
 * The events that enter a tenant: facts in the past tense from providers, accepted commands from the CRM, and time.
 * An event is plain data, journaled as it is and replayed as it is (I2), so everything a machine needs stands in it:
 * times, ids, people. Nothing here knows a provider's payload; that is translated at the edge, once.
 */
import type { MessageRecord } from "./conversation/message-window.ts"
import type { CrmRecord } from "./record/record.ts"
import type {
  AuthReport,
  ChannelType,
  ConversationStatus,
  ConversationType,
  Direction,
  MemberRole,
  Priority,
  ProviderAccountStatus,
  ScheduledTask,
  SyncStatus
} from "./vocabulary.ts"

/** Version of the journaled body. Older bodies are upcast on reading (DESIGN §4). */
export const eventVersion = 1

/** A person as one provider shows them. Identifiers are already normalised (CONTRACT §1). */
export interface Person {
  /** The strongest identifier as `kind:value`, e.g. `phone:+447700900123`; the participant's id is derived from it. */
  readonly key: string
  readonly provider_participant_id: string | null
  readonly name: string | null
  readonly avatar_url: string | null
  /** Only the identifiers that were shown: email, phone, linkedin_member_urn, instagram_username, facebook_id, telegram_id, twitter_handle. */
  readonly identifiers: Readonly<Partial<Record<IdentifierKind, string>>>
  /** Hints about the person in this chat: occupation, network_distance, profile_url, …; absent when there are none. */
  readonly metadata?: Readonly<Record<string, unknown>>
  /** Further keys that the same showing gives the person, beyond `key` and the identifiers: e.g. `whatsapp:…@lid`. */
  readonly also?: ReadonlyArray<string>
}

export type IdentifierKind =
  "email" | "phone" | "linkedin_member_urn" | "instagram_username" | "facebook_id" | "telegram_id" | "twitter_handle"

/** What a payload says about the thread that it belongs to. */
export interface Thread {
  readonly external_thread_id: string
  readonly subject: string | null
  readonly is_group: boolean
  readonly is_broadcast: boolean
  readonly is_channel: boolean
  readonly is_community: boolean
  /** Provider folders in upper case, e.g. INBOX, SPAM, ARCHIVE, TRASH; empty when the provider has none. */
  readonly folders: ReadonlyArray<string>
  /** The provider's own message count, where it tells one (CONTRACT 2.4 is_hot). */
  readonly message_count: number | null
  readonly is_urgent: boolean
  /** Hints kept as they are: pinned, content_type, … */
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface Attachment {
  readonly id: string | null
  readonly type: string | null
  readonly name: string | null
  readonly mime: string | null
  /** Bytes. */
  readonly size: number | null
  readonly url: string | null
}

/** A message as the provider shows it. */
export interface MessageBody {
  readonly external_message_id: string
  readonly provider_message_id: string | null
  readonly direction: Direction
  readonly content: string | null
  readonly subject: string | null
  readonly attachments: ReadonlyArray<Attachment>
  /** A system line: no message, but may change members and subject. */
  readonly is_event: boolean
  /** UniPile v1 numbering: 4 subject, 5 added, 6 removed, 7 left. */
  readonly event_type: number | null
  readonly hidden: boolean
  readonly deleted: boolean
  /** Read one by one (mail's read_date), epoch milliseconds. */
  readonly read_at: number | null
  /** The CRM's own key of a message that it had marked as local. */
  readonly client_key?: string
  /** quoted, reply_to, message_type, … as the provider shows them. */
  readonly metadata: Readonly<Record<string, unknown>>
}

/** An event about a message that its conversation may have forgotten brings along what the message's row says. */
interface MayRecall {
  readonly recalled?: ReadonlyArray<MessageRecord>
}

/** What every event has. */
interface Base {
  /** When we accepted it, epoch milliseconds. Machines take time from here, never from a clock. */
  readonly received: number
  /** How it came in; a webhook also counts for the tenant's last_webhook_received. */
  readonly via: "webhook" | "api" | "clock"
  /** Whose command it was: `admin` or `key:<name>`. Absent: nobody's in particular, `via` says all. */
  readonly by?: string
  /** The caller's Idempotency-Key: the tenant remembers it, and a repeat is answered like the first without being applied. */
  readonly once?: Once
}

/** An Idempotency-Key, and what it was given for; both as digests, so that keys of any length take the same room. */
export interface Once {
  readonly key: string
  readonly print: string
}

/** A fact about one conversation of one account. */
interface ConversationFact extends Base {
  readonly account_id: string
  readonly channel_type: ChannelType
  readonly external_thread_id: string
  /** The provider's time of the fact, epoch milliseconds. */
  readonly at: number
  /** The account's own person. */
  readonly owner: Person
}

/** A fact about one message; waits inside its conversation if the message is not known yet. */
interface MessageFact extends ConversationFact, MayRecall {
  readonly external_message_id: string
  readonly provider_message_id: string | null
}

export interface MessageReceived extends ConversationFact, MayRecall {
  readonly type: "message_received"
  readonly thread: Thread
  /** Everyone the payload lists, the owner left out. */
  readonly people: ReadonlyArray<Person>
  readonly sender: Person
  readonly message: MessageBody
  /** Mail only. */
  readonly letter?: Letter
}
export interface MessageDelivered extends MessageFact {
  readonly type: "message_delivered"
  readonly direction: Direction
}
export interface MessageRead extends MessageFact {
  readonly type: "message_read"
  readonly direction: Direction
  /** Who read it, where the provider says; null: the other side, which is somebody only in a chat of two. */
  readonly reader: Person | null
}
export interface MessageEdited extends MessageFact {
  readonly type: "message_edited"
  readonly content: string | null
}
export interface MessageDeleted extends MessageFact {
  readonly type: "message_deleted"
}
export interface MessageReacted extends MessageFact {
  readonly type: "message_reacted"
  readonly sender: Person
  /** The emoji; null takes the sender's reaction back. */
  readonly reaction: string | null
}
export interface MemberLeft extends ConversationFact {
  readonly type: "member_left"
  readonly person: Person
}

/** What only mail tells: what each person is in it, and whether the account's own person is known to be among them. */
export interface Letter {
  /** By a person's key; the owner's role is owner whatever stands here. */
  readonly roles: Readonly<Record<string, MemberRole>>
  /** False: nobody knows which of the people, if any, is the account's own; then `owner` is nobody. */
  readonly owner_known: boolean
  /** Where somebody moved the mail, and when; the mail's own time says nothing of that. */
  readonly moved: { readonly at: number; readonly folders: ReadonlyArray<string> } | null
}
/** Somebody opened an outbound mail, or a link in it. Counted by `event_id`. */
export interface MailTracked extends MessageFact {
  readonly type: "mail_tracked"
  readonly event_id: string
  readonly action: "opened" | "clicked"
  readonly url: string | null
}
/** A calendar event as it is after a change; the newest by `at` stands. */
export interface CalendarEventShown extends ConversationFact {
  readonly type: "calendar_event_shown"
  readonly title: string | null
  /** Gone for good; then nothing else is told. */
  readonly is_deleted: boolean
  /** Called off: a newer version may take that back. */
  readonly is_cancelled: boolean
  readonly people: ReadonlyArray<Person>
  /** Whether `people` is everybody. */
  readonly is_complete: boolean
  readonly owner_known: boolean
  readonly metadata: Readonly<Record<string, unknown>>
}

/** What a payload says of where its fact belongs (CONTRACT 2.4); the account's channel knows the rest. */
export interface Whereabouts {
  /** The thread that the fact is kept under, where the payload names it. */
  readonly thread_id: string | null
  /** The message's own names: Message-ID, the provider's ids. */
  readonly names: ReadonlyArray<string>
  /** Names of what may be the root: the first reference, the mail that is answered, the chat by the provider's id. */
  readonly roots: ReadonlyArray<string>
  /** Names of what lies between: mails of the chain that are answers themselves. */
  readonly answers: ReadonlyArray<string>
}
type WithoutPlace<E> = E extends unknown
  ? Omit<E, "account_id" | "channel_type" | "external_thread_id" | "received" | "via" | "recalled">
  : never
/** A fact about a conversation that its channel has to find. */
export type PlacedFact =
  | MessageReceived
  | MessageDelivered
  | MessageRead
  | MessageEdited
  | MessageDeleted
  | MessageReacted
  | MailTracked
  | CalendarEventShown
/** A fact whose payload does not say, or not alone, to which conversation it belongs. Its channel decides that in its turn. */
export interface FactArrived extends Base, MayRecall {
  readonly type: "fact_arrived"
  readonly account_id: string
  /** null until it is admitted: then the registered connection's type, so that a replay needs no look-up (I2). */
  readonly channel_type: ChannelType | null
  /** The account's own e-mail address, where its registration tells it; set on admission. */
  readonly own_email: string | null
  readonly at: number
  readonly where: Whereabouts
  /** Whether rows were asked for a message that the channel does not know; set on admission. */
  readonly located?: boolean
  readonly fact: WithoutPlace<PlacedFact>
}
/** Somebody became a contact of the account. */
export interface RelationAdded extends Base {
  readonly type: "relation_added"
  readonly account_id: string
  readonly at: number
  readonly person: Person
  /** Profile address, public name, … as the provider shows them. */
  readonly metadata: Readonly<Record<string, unknown>>
}

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
/** The participant processor (CONTRACT §5). */
export interface ParticipantReported extends Base {
  readonly type: "participant_reported"
  readonly at: number
  readonly participant_id: string
  /** A participant that is not there is made under this person's key; null: it must be there. */
  readonly person: Person | null
  readonly shown: Pick<Person, "name" | "avatar_url" | "identifiers">
  readonly contact_record: string | null
}
/** The CRM's word on a person; it stands above what providers show. Null takes the word back, absent leaves it. */
export interface ParticipantCorrected extends Base {
  readonly type: "participant_corrected"
  readonly participant_id: string
  readonly corrections: Readonly<Partial<Record<IdentifierKind | "name" | "avatar_url", string | null>>>
}
export interface AccountStatusChanged extends Base {
  readonly type: "account_status_changed"
  readonly account_id: string
  readonly status: ProviderAccountStatus
  readonly at: number
}
/** The hosted-auth notify callback. On failure the provider names no account, only the CRM's own user id. */
export interface HostedAuthReported extends Base {
  readonly type: "hosted_auth_reported"
  readonly account_id: string | null
  readonly user_id: string
  readonly status: "CREATION_SUCCESS" | "RECONNECTED" | "CREATION_FAIL"
}

export interface TenantCreated extends Base {
  readonly type: "tenant_created"
  readonly name: string
  readonly webhook_secret: string
}
export interface WebhookFailed extends Base {
  readonly type: "webhook_failed"
}
/** The CRM reports how a webhook that it took itself ended (update_webhook_status). */
export interface WebhookStatusReported extends Base {
  readonly type: "webhook_status_reported"
  readonly ok: boolean
  readonly at: number
}
export interface WebhookSecretRotated extends Base {
  readonly type: "webhook_secret_rotated"
  /** Sealed. */
  readonly webhook_secret: string
  /** Until when the one before is good, epoch milliseconds. */
  readonly previous_until: number
}
/** What differs from a provider's preferences so far; a rate limit of null goes back to the provider's own. */
export interface ProviderPreferencesSet extends Base {
  readonly type: "provider_preferences_set"
  readonly provider: string
  readonly preferences: Readonly<Record<string, unknown>>
}
export interface TenantConfigured extends Base {
  readonly type: "tenant_configured"
  readonly changes: Readonly<Record<string, unknown>>
}

export interface ConnectionRegistered extends Base {
  readonly type: "connection_registered"
  readonly account_id: string
  readonly channel_type: ChannelType
  readonly account_name: string
  readonly user_id: string
  readonly connection_config: Readonly<Record<string, unknown>>
  readonly provider_config: Readonly<Record<string, unknown>>
  readonly is_active: boolean | null
}
export interface RateLimitSet extends Base {
  readonly type: "rate_limit_set"
  readonly account_id: string
  readonly rate_limit_per_hour: number
}
/** Tokens of the account, sealed at the edge: no event holds one in clear. null keeps what is there (CONTRACT 2.2). */
export interface TokensStored extends Base {
  readonly type: "tokens_stored"
  readonly account_id: string
  readonly access_token: string | null
  readonly refresh_token: string | null
  /** Epoch milliseconds. */
  readonly token_expires_at: number | null
}
/** The 12-hourly task looked at the connection's token. It carries nothing: the machine looks at its own facts. */
export interface TokenChecked extends Base {
  readonly type: "token_checked"
  readonly connection_id: string
}
/** The same secret, sealed with another key. Nothing happens when the field holds something else by now. */
export interface SecretResealed extends Base {
  readonly type: "secret_resealed"
  readonly kind: "tenant" | "connection"
  readonly id: string
  readonly field: string
  readonly from: string
  readonly to: string
}
export interface ConnectionActivitySet extends Base {
  readonly type: "connection_activity_set"
  readonly account_id: string
  readonly is_active: boolean
}
/** The auth processor (CONTRACT §5): what is absent is not said. */
export interface AuthReported extends Base {
  readonly type: "auth_reported"
  readonly account_id: string
  readonly at: number
  readonly status: AuthReport
  readonly provider_config?: Readonly<Record<string, unknown>>
  readonly checkpoint_data?: Readonly<Record<string, unknown>>
  readonly hosted_auth_url?: string | null
  readonly error?: string
}
/** The CRM's own sync of an account ended at `at`; `error` null: it succeeded. */
export interface ConnectionSynced extends Base {
  readonly type: "connection_synced"
  readonly account_id: string
  readonly at: number
  readonly error: string | null
}
interface ChannelCommand extends Base {
  readonly channel_id: string
}
export interface ChannelSyncSettingsSet extends ChannelCommand {
  readonly type: "channel_sync_settings_set"
  readonly sync_settings: Readonly<Record<string, unknown>>
}
export interface ChannelDescribed extends ChannelCommand {
  readonly type: "channel_described"
  readonly description: string
}
export interface ChannelActivitySet extends ChannelCommand {
  readonly type: "channel_activity_set"
  readonly is_active: boolean
}
export interface SendReserved extends Base {
  readonly type: "send_reserved"
  readonly account_id: string
  readonly reservation_id: string
  readonly count: number
  readonly idempotency_key: string | null
}
export interface SendConfirmed extends Base {
  readonly type: "send_confirmed"
  readonly account_id: string
  readonly reservation_id: string
  readonly external_message_id: string | null
}
export interface SendCancelled extends Base {
  readonly type: "send_cancelled"
  readonly account_id: string
  readonly reservation_id: string
}

interface ConversationCommand extends Base {
  readonly conversation_id: string
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
/** Detect the type now; `release` gives up one that was set by hand. */
export interface ConversationTypeDetected extends ConversationCommand {
  readonly type: "conversation_type_detected"
  readonly release: boolean
}
export interface ConversationHeatSet extends ConversationCommand {
  readonly type: "conversation_heat_set"
  readonly is_hot: boolean
}
/** A sync of the conversation's history ended at `at`. */
export interface ConversationSynced extends ConversationCommand {
  readonly type: "conversation_synced"
  readonly at: number
  readonly sync_status: SyncStatus
  readonly error: string | null
}
interface MessageCommand extends ConversationCommand, MayRecall {
  readonly message_id: string
}
/** The message's own time was another one (set_message_timestamps). */
export interface MessageTimed extends MessageCommand {
  readonly type: "message_timed"
  readonly field: "sent_at" | "received_at"
  readonly at: number
}
export interface MessageSubjectSet extends MessageCommand {
  readonly type: "message_subject_set"
  readonly subject: string | null
}
/** A draft or optimistic send of the CRM (mark_message_local_only). Once `message_id` is known, its echo takes over the row. */
export interface MessageMarkedLocal extends ConversationCommand, MayRecall {
  readonly type: "message_marked_local"
  readonly client_key: string
  readonly message_id: string | null
  readonly content: string | null
  readonly subject: string | null
  readonly failed: boolean
}
interface MemberCommand extends ConversationCommand {
  /** The member's key (Person). */
  readonly key: string
}
export interface MemberProviderIdSet extends MemberCommand {
  readonly type: "member_provider_id_set"
  readonly provider_participant_id: string | null
}
/** The member did something here at `at` that no message shows. */
export interface MemberActive extends MemberCommand {
  readonly type: "member_active"
  readonly at: number
}
/** The hourly task found this conversation cold. It carries nothing: the machine looks at its own facts again. */
export interface ConversationHeatChecked extends ConversationCommand {
  readonly type: "conversation_heat_checked"
}

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
  /** The owner's horizon at the cut: behind another one, unread messages are others. */
  readonly owner_horizon: number | null
  readonly found: ConversationCounters
  readonly right: ConversationCounters
}
/** The maintenance task doubts head count or type. It carries nothing: the machine looks at its own facts again. */
export interface ConversationTypeChecked extends ConversationCommand {
  readonly type: "conversation_type_checked"
}

/** A deadline of an actor passed. `received` is the deadline's instant or later. */
export interface DeadlinePassed extends Base {
  readonly type: "deadline_passed"
  readonly kind: ActorKind
  readonly id: string
}
export interface DayStarted extends Base {
  readonly type: "day_started"
  readonly connection_id: string
}
export interface TaskFinished extends Base {
  readonly type: "task_finished"
  readonly task: ScheduledTask
  readonly due: number
  readonly touched: number
  readonly took_ms: number
  readonly error: string | null
}
export interface TaskRequested extends Base {
  readonly type: "task_requested"
  readonly task: ScheduledTask
}

/** The CRM says how often a record is synced (schedule_auto_sync); null leaves as it is. */
export interface AutoSyncScheduled extends Base {
  readonly type: "auto_sync_scheduled"
  readonly record_id: string
  readonly auto_sync_enabled: boolean | null
  readonly sync_frequency_hours: number | null
  readonly pipeline_id: string | null
  readonly user_id: string | null
}

/** Typing: applied, published, never journaled (I10). */
export interface TypingSignalled {
  readonly type: "typing_signalled"
  readonly received: number
  readonly conversation_id: string
  readonly typist: { readonly id: string; readonly name: string }
  readonly is_typing: boolean
  /** Milliseconds until it ends by itself. */
  readonly lasts: number
}
/** A CRM user has a conversation open, or no longer: applied, published, never journaled (I10). */
export interface ViewingSignalled {
  readonly type: "viewing_signalled"
  readonly received: number
  readonly conversation_id: string
  readonly viewer: { readonly id: string; readonly name: string }
  /** Which of the user's windows; several of one user count once. */
  readonly window: string
  readonly is_viewing: boolean
  /** Milliseconds until it ends by itself. */
  readonly lasts: number
}
/** What is told of the present moment only, and forgotten (I10). */
export type Signal = TypingSignalled | ViewingSignalled

/** The CRM says which identifiers a record has; what it had before no longer counts. */
export interface RecordPut extends Base {
  readonly type: "record_put"
  readonly record: CrmRecord
}
export interface RecordRemoved extends Base {
  readonly type: "record_removed"
  readonly record_id: string
}
interface ParticipantCommand extends Base {
  readonly participant_id: string
}
/** record_participant_resolution: by hand; null unlinks. */
export interface ParticipantResolved extends ParticipantCommand {
  readonly type: "participant_resolved"
  readonly contact_record: string | null
}
/** record_secondary_resolution: by hand; null unlinks. */
export interface ParticipantSecondarySet extends ParticipantCommand {
  readonly type: "participant_secondary_set"
  readonly secondary_record: string | null
  readonly secondary_pipeline: string | null
}
/** Records changed that may concern the participant. It carries nothing: what matches is looked at again. */
export interface ParticipantRematched extends ParticipantCommand {
  readonly type: "participant_rematched"
}

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

/** The kinds of actor. */
export type ActorKind = "tenant" | "connection" | "channel" | "conversation" | "participant" | "scheduler" | "record"
