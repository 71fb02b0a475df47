/**
 * The language in which a foreign JSON format is declared: for each kind of payload one of our events, and for each of its fields
 * where it stands and what converts it. A mapping is plain data; a new format is a table and no code (docs/providers.md).
 */
import type { ChannelType, Direction, ProviderAccountStatus } from "../../../machines/vocabulary.ts"

/** The converters, and what each makes of a JSON value that it can read. */
export interface Converted {
  readonly text: string
  readonly id: string
  readonly instant: number
  readonly quantity: number
  readonly yes_no: boolean
  readonly direction: Direction
  readonly channel_type: ChannelType
  readonly account_status: ProviderAccountStatus
}

/** Where a field of ours comes from. */
export interface From<C extends keyof Converted> {
  /**
   * Names from the outside in, joined by dots: `message.from.number`; a number is a place in a list. Of several paths the first
   * counts under which something can be read.
   */
  readonly from: string | ReadonlyArray<string>
  readonly as: C
  /** What their words mean, by the word in lower case: `{ "outbound-api": "outbound" }`. A word that is not here stays as it is. */
  readonly words?: Readonly<Record<string, string>>
}

/** A list, or one that stands alone. Its rows are read by a table of their own, with paths that begin in the row. */
export interface ListOf<T> {
  readonly from: string
  readonly as: "list"
  readonly of: T
}

/** Somebody. Whoever has neither an id nor a number, address or handle is nobody. */
export interface PersonTable {
  /** The network's own id. */
  readonly id?: From<"id">
  /** International: `+447700900123`. */
  readonly phone?: From<"id">
  readonly email?: From<"id">
  readonly handle?: From<"id">
  readonly name?: From<"text">
  readonly avatar_url?: From<"text">
}

export interface AttachmentTable {
  readonly id?: From<"id">
  readonly type?: From<"text">
  readonly name?: From<"text">
  readonly mime?: From<"text">
  readonly size?: From<"quantity">
  readonly url?: From<"text">
}

interface OfAccount {
  readonly account_id: From<"id">
  /** When it happened; when it came, if it is not said. */
  readonly at?: From<"instant">
}

interface OfMessage extends OfAccount {
  /** What the account was registered as counts where nothing is said. */
  readonly channel_type?: From<"channel_type">
  /** Where a payload names no chat, the message is looked for by its id. */
  readonly thread_id?: From<"id">
  readonly message_id: From<"id">
  readonly provider_message_id?: From<"id">
}

/** Our events, and the fields of each. What needs no question mark, a payload must have. */
export interface Tables {
  readonly message_received: OfMessage & {
    readonly thread_id: From<"id">
    /** Outbound is what the account itself wrote. */
    readonly direction: From<"direction">
    readonly text?: From<"text">
    readonly subject?: From<"text">
    readonly attachments?: ListOf<AttachmentTable>
    /** Who wrote it; of an outbound one, to whom. */
    readonly person?: PersonTable
    /** The others of a group. */
    readonly people?: ListOf<PersonTable>
    readonly is_group?: From<"yes_no">
    /** What the chat is called. */
    readonly title?: From<"text">
  }
  readonly message_delivered: OfMessage
  readonly message_read: OfMessage & {
    /** Who read it; the other side, if it is not said. */
    readonly person?: PersonTable
  }
  readonly message_edited: OfMessage & { readonly text: From<"text"> }
  readonly message_deleted: OfMessage
  readonly message_reacted: OfMessage & {
    /** Who reacted; nobody in particular, if it is not said. */
    readonly person?: PersonTable
    /** None takes the reaction back. */
    readonly reaction?: From<"text">
  }
  readonly account_status_changed: OfAccount & { readonly status: From<"account_status"> }
}

/** One of our events, and where its fields come from. */
export type Declared = {
  readonly [K in keyof Tables]: { readonly event: K; readonly fields: Tables[K] }
}[keyof Tables]

/** A foreign format. */
export interface Mapping {
  /** Where the kind of a payload stands. */
  readonly kind: string
  /** By their word for a kind. */
  readonly kinds: Readonly<Record<string, Declared>>
}
