/** What happens to messages. */
import type { ConversationCommand, ConversationFact, MayRecall, MessageCommand, MessageFact } from "./base.ts"
import type { Letter } from "./mail.ts"
import type { MessageBody } from "./message-body.ts"
import type { Person } from "./person.ts"
import type { Thread } from "./thread.ts"
import type { Direction } from "../vocabulary.ts"

export interface MessageReceived extends ConversationFact, MayRecall {
  readonly type: "message_received"
  readonly thread: Thread
  /** Everyone the payload lists, the owner left out. */
  readonly people: ReadonlyArray<Person>
  /** Who wrote it; null is nobody: a post of a channel, an anonymous admin, a system line without a person. */
  readonly sender: Person | null
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
  /** Whom the same receipt names besides, each with the time of their own reading. */
  readonly others?: ReadonlyArray<Reading>
}

/** Somebody read a message. */
export interface Reading {
  readonly reader: Person
  /** Epoch milliseconds. */
  readonly at: number
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
  /** Null is nobody: the payload does not tell. */
  readonly sender: Person | null
  /** The emoji; null takes the sender's reaction back. */
  readonly reaction: string | null
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
