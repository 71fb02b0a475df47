/**
 * What one actor tells others in the same turn (I4): derived events. They are never journaled; a replay derives them again.
 * `key` is a person's key (events.ts), from which the runtime finds the participant.
 */
import type { ConversationContext } from "./conversation/context.ts"
import type { MessageRecord } from "./conversation/message-window.ts"
import type { Once, Person, PlacedFact, SyncRequested } from "./events.ts"
import type { ParticipantContext } from "./participant/context.ts"
import type { Candidate } from "./tenant/exclusion.ts"
import type { MessageFields } from "./message/fields.ts"
import type { AuthStatus, ChannelType, Direction, ScheduledTask } from "./vocabulary.ts"

/** A message is there that was not there before. */
export interface MessageAppeared {
  readonly type: "message_appeared"
  /** Its sender's; null is nobody. */
  readonly key: string | null
  readonly direction: Direction
  readonly at: number
  readonly received: number
  readonly is_event: boolean
  /** Whether it counts (CONTRACT 2.4 message_count). */
  readonly counts: boolean
  /** History showed it: it is no send, and nobody is announced for it. */
  readonly imported?: true
  readonly external_message_id: string
  readonly provider_message_id: string | null
  /** Further names: a mail's Message-ID, and ids that it had before. */
  readonly names?: ReadonlyArray<string>
  /** Where it appeared, the chat's other name, and the account's own person: what a channel needs to place facts. */
  readonly external_thread_id: string
  readonly provider_chat_id: string | null
  readonly owner_key: string
}
/** Messages that counted no longer do (`by` is negative: deleted, hidden), or known ones do now. Told to the channel. */
export interface MessagesRecounted {
  readonly type: "messages_recounted"
  readonly by: number
  readonly received: number
}
/** A known message has further names, under which a receipt or the account's own echo may be told. */
export interface MessageNamed {
  readonly type: "message_named"
  readonly external_thread_id: string
  /** Whether it counts against the send budget: the account's own, and no system line. */
  readonly is_send: boolean
  /** All of its names. */
  readonly names: ReadonlyArray<string>
  readonly received: number
}
/** A known message turned out to be the account's own: a send like any other (CONTRACT 2.2). */
export interface MessageOwned {
  readonly type: "message_owned"
  /** Only history has shown it so far: it is no send. */
  readonly imported?: true
  readonly at: number
  readonly received: number
  readonly names: ReadonlyArray<string>
}
/** A message that history had brought is told by a webhook too: what history alone does not do happens now. */
export interface MessageHeardLive {
  readonly type: "message_heard_live"
  readonly direction: Direction
  readonly at: number
  readonly received: number
  readonly is_event: boolean
  readonly names: ReadonlyArray<string>
}
/** What an event shows of one person, in the order in which it was decided: one event for the participant, whatever it is. */
export interface PersonTold {
  readonly type: "person_told"
  readonly key: string
  readonly news: ReadonlyArray<PersonNews>
  readonly received: number
}
export type PersonNews =
  /** The person did something at `at`: a sighting (CONTRACT 2.7). */
  | { readonly type: "acted"; readonly at: number }
  | PersonShown
  /** A message of the person is there that was not there before. `counts`: in CONTRACT 2.4 message_count. */
  | { readonly type: "wrote"; readonly at: number; readonly direction: Direction; readonly counts: boolean }
  /** A message of the person that was known and did not count does now. */
  | { readonly type: "counted"; readonly direction: Direction }
  /** A message of the person that history had brought, and that counts, is told by a webhook too. */
  | { readonly type: "heard_live" }
  /** A message of the person that counted no longer does. */
  | { readonly type: "discounted" }
  /** The person's active memberships grew or shrank by one. */
  | { readonly type: "membership"; readonly by: 1 | -1 }
/** A payload showed the person; it may fill empty fields. */
export interface PersonShown {
  readonly type: "shown"
  /** Whether the conversation takes the person for the account's own. */
  readonly is_owner: boolean
  readonly conversation_id: string
  readonly person: Person
  readonly at: number
}
/** Somebody showed a further key of a participant: whoever is known by it is the same person (CONTRACT 2.7). */
export interface ParticipantClaimed {
  readonly type: "participant_claimed"
  readonly key: string
  /** The key of the participant that claims it. */
  readonly by: string
  readonly received: number
}
/** What the participant is known by changed: which records match is to be looked at again. */
export interface ParticipantIdentified {
  readonly type: "participant_identified"
  readonly key: string
  readonly received: number
}
/** A person whom the CRM does not know has written: perhaps a contact (CONTRACT 2.7). */
export interface ContactCandidate extends Candidate {
  readonly type: "contact_candidate"
  readonly key: string
  /** Whether the delay is over. */
  readonly waited: boolean
  readonly received: number
}
/** Somebody's waiting time is over. */
export interface ContactDue {
  readonly type: "contact_due"
  readonly key: string
  readonly received: number
}
/** The tenant's settings allow a contact to be made of the person. */
export interface ContactApproved {
  readonly type: "contact_approved"
  readonly key: string
  readonly received: number
}
/** The CRM is to be asked for a contact. */
export interface ContactRequested {
  readonly type: "contact_requested"
  readonly key: string
  readonly received: number
}
/** Everything of a participant that became part of another one. */
export interface ParticipantAbsorbed {
  readonly type: "participant_absorbed"
  readonly key: string
  readonly absorbed: ParticipantContext
  readonly received: number
}
/** The person of key `from` goes by the key `into` from now on; told to the conversations. */
export interface PersonMerged {
  readonly type: "person_merged"
  readonly from: string
  readonly into: string
  readonly received: number
}
/** As above, on its way to the conversations that the participant remembers. */
export interface PersonMergedIn extends Omit<PersonMerged, "type"> {
  readonly type: "person_merged_in"
  readonly conversations: ReadonlyArray<string>
}
/** A message's row changes. `sender_key` and the keys inside `reactions` become participant ids on the way out. */
export interface RowChanged {
  readonly type: "row_changed"
  readonly external_message_id: string
  readonly sender_key: string | null
  readonly fields: Partial<Omit<MessageFields, "conversation_id" | "channel_id" | "sender_participant_id">>
}
/** Every outbound message up to `at` has been read by the other side. */
export interface OutboundRead {
  readonly type: "outbound_read"
  readonly at: number
  readonly read_at: number
}
/** The account's auth status changed; its channel follows. */
export interface AuthChanged {
  readonly type: "auth_changed"
  readonly auth_status: AuthStatus
  readonly synced_at: number | null
  readonly received: number
}
/** A channel found the conversation of a fact. */
export interface FactPlaced {
  readonly type: "fact_placed"
  readonly fact: PlacedFact
}
/** Two threads turned out to be one: the conversation `from` becomes part of `into`. */
export interface ThreadsJoined {
  readonly type: "threads_joined"
  readonly account_id: string
  readonly channel_type: ChannelType
  readonly from: string
  readonly into: string
  readonly received: number
}
/** A calendar event that may be a series was deleted or called off, or is back. Told to the channel. */
export interface CalendarSettled {
  readonly type: "calendar_settled"
  readonly external_thread_id: string
  readonly over_since: number | null
  readonly received: number
}
/** The same, on its way from the channel to the instances that it knows of the series. */
export interface SeriesTold {
  readonly type: "series_told"
  readonly account_id: string
  readonly channel_type: ChannelType
  readonly instances: ReadonlyArray<string>
  readonly over_since: number | null
  readonly received: number
}
/** A conversation gives everything that it knows to another one. */
export interface ConversationHandedOver {
  readonly type: "conversation_handed_over"
  readonly into_id: string
  readonly into: string
  readonly was: ConversationContext
  readonly received: number
}
/** A task is due and starts now. */
export interface TaskStarted {
  readonly type: "task_started"
  readonly task: ScheduledTask
  readonly due: number
  readonly received: number
}
/** The answer of a connection to a request for sends (CONTRACT 2.2). */
export type SendDecided =
  | {
      readonly type: "send_decided"
      readonly allowed: true
      readonly reservation_id: string
      /** null: no limit. */
      readonly remaining_hour: number
      readonly remaining_day: number | null
      /** When the rolling hour has its full budget again, epoch milliseconds. */
      readonly reset_at: number
    }
  | {
      readonly type: "send_decided"
      readonly allowed: false
      readonly reason: "hourly" | "daily" | "not_active"
      /** Seconds until a retry can succeed; null when time alone does not help. */
      readonly retry_after_s: number | null
    }
/** What the tenant allows the account to send, or all accounts of the providers named (CONTRACT §3). Null: no word on it. */
export interface SendLimitsTold {
  readonly type: "send_limits_told"
  readonly account_id: string | null
  readonly limits: Readonly<Record<string, { readonly hour: number | null; readonly day: number | null }>>
  readonly received: number
}
/** The owner replied at `at`, and the tenant reads on reply (CONTRACT 2.5). Told by the turn. */
export interface OwnerReplied {
  readonly type: "owner_replied"
  /** Rows that the message brought along, for a horizon below the window. */
  readonly recalled?: ReadonlyArray<MessageRecord>
  readonly at: number
  readonly received: number
}
/** An event with an Idempotency-Key was applied. Told by the turn. */
export interface KeyUsed {
  readonly type: "key_used"
  readonly once: Once
  readonly outcome: "applied" | "duplicate"
  /** What was decided about sends, for a repeat to be told the same. */
  readonly decided?: SendDecided
  readonly received: number
}
/** A command broke a rule: nothing changes, the sender is told why (DESIGN §10: 422). */
export interface CommandRefused {
  readonly type: "command_refused"
  readonly field: string
  readonly rule: string
  /** It came too soon: after so many seconds it may be taken. */
  readonly retry_after_s?: number
  /** What is under way already stands in its way. */
  readonly is_conflict?: true
}
/** A sync may begin: the job is made. */
export interface SyncOpened extends Omit<SyncRequested, "type"> {
  readonly type: "sync_opened"
  /** Our id of the record's profile. */
  readonly profile_id: string | null
}
/** The lease of a record's job changed; null: nobody has it. */
export interface SyncLeased {
  readonly type: "sync_leased"
  readonly job_id: string
  readonly record_id: string
  readonly until: number | null
  readonly received: number
}
/** A job has come to its end. Told to whom it was about, and to the accounts that it went through. */
export interface SyncEnded {
  readonly type: "sync_ended"
  readonly job_id: string
  readonly record_id: string | null
  readonly account_id: string | null
  readonly status: "completed" | "failed" | "cancelled"
  readonly error: string
  readonly blames_account: boolean
  readonly legs: ReadonlyArray<{
    readonly connection_id: string
    readonly account_id: string
    readonly state: "waiting" | "running" | "done" | "failed"
    readonly messages: number
  }>
  readonly received: number
}
/** Of an account's history there is something to be fetched; `since` null: it is new. */
export interface SyncWanted {
  readonly type: "sync_wanted"
  readonly account_id: string
  readonly since: number | null
  readonly received: number
}
/** The provider can be asked from now on, or under another key. Told to every account. */
export interface ProviderAccessTold {
  readonly type: "provider_access_told"
  readonly received: number
}

export type Told =
  | MessageAppeared
  | MessagesRecounted
  | MessageNamed
  | MessageOwned
  | MessageHeardLive
  | PersonTold
  | ParticipantClaimed
  | ParticipantAbsorbed
  | ParticipantIdentified
  | ContactCandidate
  | ContactDue
  | ContactApproved
  | ContactRequested
  | PersonMergedIn
  | RowChanged
  | OutboundRead
  | AuthChanged
  | FactPlaced
  | ThreadsJoined
  | CalendarSettled
  | SeriesTold
  | ConversationHandedOver
  | TaskStarted
  | SendDecided
  | SendLimitsTold
  | SyncOpened
  | SyncLeased
  | SyncEnded
  | SyncWanted
  | ProviderAccessTold
  | CommandRefused
