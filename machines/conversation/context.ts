/** What a conversation's actor holds: the contract's fields, its members, and the facts that the fields are functions of. */
import type {
  MailTracked,
  MessageDeleted,
  MessageDelivered,
  MessageEdited,
  MessageReacted,
  MessageRead
} from "../events.ts"
import { initialOf } from "../field.ts"
import type { MemberFields } from "../member/fields.ts"
import type { MemberRole } from "../vocabulary.ts"
import type { Shown } from "../person/shown.ts"
import type { SyncFacts } from "../syncs.ts"
import { noSyncs } from "../syncs.ts"
import { conversationFields } from "./fields.ts"
import type { ConversationFields } from "./fields.ts"
import { emptyWindow } from "./message-window.ts"
import type { Reading } from "./reading.ts"
import type { Preview } from "./preview.ts"
import type { MessageWindow } from "./message-window.ts"

/** The newest version of a calendar event. */
export interface CalendarVersion {
  readonly at: number
  readonly text: string
  readonly is_cancelled: boolean
  /** Hashes of the versions of the same instant that it took the place of: their repeats are no news. */
  readonly former?: ReadonlyArray<number>
}

/** The newest deletion of a calendar event. */
export interface CalendarDeletion {
  readonly at: number
  /** A version newer than the deletion, at the same instant one that arrived after it, has brought the event back. */
  readonly restored: boolean
}

/** What is remembered of a local message. */
export interface LocalMessage {
  /** The external_message_id of its row. */
  readonly row: string
  readonly message_id: string | null
  /** What the CRM said of it, as a digest; null once the provider has shown the message. */
  readonly print: number | null
  /** Place in the tenant's order of arrival of what was said of it last; absent: of an earlier version, which comes before all. */
  readonly seq?: number
}

/** A member as the actor keeps it. `unread_count` is computed when it is shown: it changes with every message. */
export interface Member extends Omit<MemberFields, "unread_count"> {
  readonly key: string
  /** What payloads have shown of the person. */
  readonly shown: Shown
  /** Time of the payload whose hints stand in `metadata`; absent while there was none. */
  readonly hinted_at?: number
  /** Newest sign of presence, or null. */
  readonly seen_at: number | null
  /** Newest sign of absence, or null. */
  readonly gone_at: number | null
  /** Newest word that the person left, rosters aside, or null. */
  readonly told_gone_at: number | null
  /** Horizon of the receipts that name the person; `last_read_at` may also rest on receipts that name nobody. */
  readonly named_read_at: number | null
  /** Messages of others at or before that. Null or absent: it has not been counted. */
  readonly named_seen_count?: number | null
  /** The CRM's word on provider_participant_id; it stands above what payloads show. */
  readonly given_provider_id: string | null
  /** Messages of others at or before `last_read_at`. */
  readonly seen_count: number
  /** Mail: the strongest role that the person has had in it. */
  readonly mail_role?: MemberRole
}

/** A fact about a message that is not known yet (CONTRACT 2.5): it waits here, bounded, for seven days. */
export type WaitingFact = MessageDelivered | MessageRead | MessageEdited | MessageDeleted | MessageReacted | MailTracked

/**
 * What was told before `at` to be read is unread past `to`. `place`: past that arrival among the messages of the millisecond after
 * `to`, which is the time of the message that was marked.
 */
export interface UnreadMark {
  readonly at: number
  readonly to: number
  readonly place?: number
}

/** Put off by a CRM user, when so much had arrived. `ended`: something of the other side has arrived since. */
export interface Snooze {
  readonly until: number
  readonly arrived: number
  readonly ended: boolean
}

/** An explicit filing. `arrived`: how much had arrived by then, where a person did it; absent: a payload shows it by its time. */
export interface Filing {
  readonly status: ConversationFields["status"]
  readonly at: number
  readonly arrived?: number
}

/** A mail that is being written, as far as its mailbox has saved it (drafts.ts). */
export interface SavedDraft {
  /** The external_message_id of its row. */
  readonly row: string
  /** Every id that it has had, each save may give it a new one, and its Message-ID. */
  readonly names: ReadonlyArray<string>
  /** Time of the newest save, and digests of what was saved then. */
  readonly at: number
  readonly heard: ReadonlyArray<number>
  /** Whether it was thrown away. */
  readonly deleted: boolean
}

export interface ConversationFacts {
  readonly owner_key: string | null
  /** Former keys of members, each with the key that the person goes by now. */
  readonly aliases: Readonly<Record<string, string>>
  readonly window: MessageWindow
  /** The newest messages with the beginnings of their texts, the newest first (last-message.ts); absent: of an earlier version. */
  readonly previews?: ReadonlyArray<Preview>
  readonly waiting: ReadonlyArray<WaitingFact>
  /** The owner's read horizon, as it is shown: the time up to which the owner has read at the most. */
  readonly owner_horizon: number | null
  /** What each CRM user has read; one who is not in it has read up to the time that `readers` shows. */
  readonly user_reads?: Readonly<Record<string, ReadonlyArray<Reading>>>
  /** When it was set back by "mark unread", and where to; only those that no later one covers, oldest first. Absent: never. */
  readonly unread_marks?: ReadonlyArray<UnreadMark>
  /** Receipts of the other side: everything outbound up to `to` was read at `at`. Only those that no other one covers. */
  readonly outbound_reads: ReadonlyArray<{ readonly to: number; readonly at: number }>
  /** How far an outbound message was read by somebody whom the receipt does not name. */
  readonly unnamed_read_to: number | null
  /** The newest time among inbound messages that count; and among those of them that arrived after a person filed the conversation. */
  readonly newest_inbound: number | null
  readonly news_since?: number | null
  /** Times of the ten newest messages that count, newest first (is_hot). */
  readonly newest: ReadonlyArray<number>
  readonly hints: {
    readonly group: boolean
    readonly broadcast: boolean
    readonly channel: boolean
    /** A payload said outright that it is no group. */
    readonly direct?: boolean
  }
  /** The key of the person that the chat is named after. */
  readonly partner?: string
  readonly type_is_manual: boolean
  readonly subject_at: number | null
  readonly metadata_at: number | null
  /** The hints of the newest payload; `metadata` holds them, and what was reported beside them. */
  readonly thread_metadata: ConversationFields["metadata"]
  /** Hints that last, each with the time of the payload that gave it. Absent: none. */
  readonly given_hints?: Readonly<
    Partial<Record<"is_broadcast" | "is_channel" | "is_community", { readonly value: boolean; readonly at: number }>>
  >
  readonly reported: { readonly participant_count: number; readonly at: number } | null
  /** Newest word on sync_status, and on the error; how its syncs ended. */
  readonly sync_at: number | null
  readonly sync_error_at: number | null
  readonly sync: SyncFacts
  /** When a CRM user called it hot; null when nobody has, or somebody called it cold since. */
  readonly heated_at: number | null
  /** Messages that only the CRM knows, by its own key, oldest first. */
  readonly locals: Readonly<Record<string, LocalMessage>>
  /** Drafts that the mailbox has saved and not sent, oldest first; absent: none. */
  readonly drafts?: ReadonlyArray<SavedDraft>
  /** The CRM's word on priority, and the newest payload that called the thread urgent. */
  readonly prioritised: { readonly priority: ConversationFields["priority"]; readonly at: number } | null
  readonly urgent_at: number | null
  /** Newest payload in which the provider counted more than a hundred messages. */
  readonly busy_at: number | null
  /** When it was assigned last; absent: never. */
  readonly assigned_at?: number
  /** Until when somebody put it off last; null or absent: nobody has, or that is over. */
  readonly snooze?: Snooze | null
  /** Newest explicit filing: a command, a move, a folder that is shown with anything but a new message of the other side. */
  readonly filed: Filing | null
  /** The first folder that a new message came in with; over: a person has filed it away since, and such folders say nothing more. */
  readonly came_filed?: Filing | "over" | null
  /** Newest sighting in the inbox, as it was kept before new messages themselves brought back what was filed away. */
  readonly inbox_at: number | null
  /** The newest full roster that left somebody out. */
  readonly roster: { readonly at: number; readonly keys: ReadonlyArray<string> } | null
  /** Keys of the account's own people besides the owner: addresses that it has sent from. */
  readonly own_keys?: ReadonlyArray<string>
  /** Of a calendar event: its newest version, its newest deletion, and since when the series that it is an instance of is over. */
  readonly calendar?: CalendarVersion | null
  readonly calendar_deletion?: CalendarDeletion | null
  readonly series_over_since?: number | null
  /** What earlier versions kept of a deletion. */
  readonly calendar_deleted?: boolean
}

export interface ConversationContext extends ConversationFields {
  readonly id: string
  readonly members: Readonly<Record<string, Member>>
  readonly facts: ConversationFacts
}

/** What is needed to make a conversation that has no snapshot. */
export interface ConversationInput {
  readonly id: string
  readonly connection_id: string
  readonly channel_id: string
  readonly external_thread_id: string
  readonly received: number
}

export const freshConversation = (input: ConversationInput): ConversationContext => ({
  ...initialOf(conversationFields),
  id: input.id,
  connection_id: input.connection_id,
  channel_id: input.channel_id,
  external_thread_id: input.external_thread_id,
  created_at: input.received,
  updated_at: input.received,
  members: {},
  facts: {
    owner_key: null,
    aliases: {},
    window: emptyWindow,
    previews: [],
    waiting: [],
    owner_horizon: null,
    outbound_reads: [],
    unnamed_read_to: null,
    newest_inbound: null,
    newest: [],
    hints: { group: false, broadcast: false, channel: false },
    type_is_manual: false,
    subject_at: null,
    metadata_at: null,
    thread_metadata: {},
    reported: null,
    sync_at: null,
    sync_error_at: null,
    sync: noSyncs,
    heated_at: null,
    locals: {},
    prioritised: null,
    urgent_at: null,
    busy_at: null,
    filed: null,
    inbox_at: null,
    roster: null
  }
})
