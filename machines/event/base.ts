/** What every event has, and what events about one thing share. */
import type { MessageRecord } from "../conversation/message-window.ts"
import type { Person } from "./person.ts"
import type { ChannelType } from "../vocabulary.ts"

/** An event about a message that its conversation may have forgotten brings along what the message's row says. */
export interface MayRecall {
  readonly recalled?: ReadonlyArray<MessageRecord>
}

/** What every event has. */
export interface Base {
  /** When we accepted it, epoch milliseconds. Machines take time from here, never from a clock. */
  readonly received: number
  /** How it came in; a webhook also counts for the tenant's last_webhook_received. */
  readonly via: "webhook" | "api" | "clock"
  /** More events of the same webhook follow: it counts as a success with the last of them. */
  readonly goes_on?: true
  /** Fetched or imported, and not told by the provider as it happened: nobody is announced, no send budget is used. */
  readonly history?: true
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
export interface ConversationFact extends Base {
  readonly account_id: string
  readonly channel_type: ChannelType
  readonly external_thread_id: string
  /** The provider's time of the fact, epoch milliseconds. */
  readonly at: number
  /** The account's own person. */
  readonly owner: Person
}

/** A fact about one message; waits inside its conversation if the message is not known yet. */
export interface MessageFact extends ConversationFact, MayRecall {
  readonly external_message_id: string
  readonly provider_message_id: string | null
}

export interface ConversationCommand extends Base {
  readonly conversation_id: string
}

export interface MessageCommand extends ConversationCommand, MayRecall {
  readonly message_id: string
}

export interface MemberCommand extends ConversationCommand {
  /** The member's key (Person). */
  readonly key: string
}

export interface ChannelCommand extends Base {
  readonly channel_id: string
}

export interface ParticipantCommand extends Base {
  readonly participant_id: string
}
