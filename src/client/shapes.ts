/**
 * What the stores hold, derived from the field definitions, so that client and server cannot disagree. Types only: nothing
 * of this file is left when it runs. What may be null may also be missing: the feed's patches mean the same by both.
 */
import type { InboxTotals, summaryFields } from "../../actors/views/summary.ts"
import type { liveFields } from "../../actors/views/message-fields.ts"
import type { TenantStats } from "../../actors/views/tenant-stats.ts"
import type { ConnectionDerived } from "../../machines/connection/derivation.ts"
import type { connectionFields } from "../../machines/connection/fields.ts"
import type { conversationFields } from "../../machines/conversation/fields.ts"
import type { WireOf } from "../../machines/field.ts"
import type { memberFields } from "../../machines/member/fields.ts"
import type { messageFields } from "../../machines/message/fields.ts"
import type { participantFields } from "../../machines/participant/fields.ts"

type NullableKeys<T> = { [K in keyof T]: null extends T[K] ? K : never }[keyof T]
type Seen<T> = { readonly [K in Exclude<keyof T, NullableKeys<T>>]: T[K] } & {
  readonly [K in NullableKeys<T>]?: T[K]
}

type ConversationFields = WireOf<typeof conversationFields>

export type Member = Seen<WireOf<typeof memberFields>> & { readonly participant_id: string }
export type Conversation = Seen<ConversationFields> & {
  readonly id: string
  readonly members: ReadonlyArray<Member>
}
export type Connection = Seen<WireOf<typeof connectionFields>> & Seen<ConnectionDerived> & { readonly id: string }
export type Participant = Seen<WireOf<typeof participantFields>> & { readonly id: string }
/** The same as `GET …/stats`. */
export type Ops = Seen<TenantStats>

/** A conversation as the inbox lists it. */
export type Summary = Seen<Pick<ConversationFields, (typeof summaryFields)[number]>> & {
  /** Up to three names besides the owner's. */
  readonly people: ReadonlyArray<string>
}
/** A message of the newest fifty. */
export type Message = Seen<Pick<WireOf<typeof messageFields>, (typeof liveFields)[number]>> & {
  readonly external_message_id: string
  /** The name of who wrote it. */
  readonly sender?: string
  /** Its text is longer than what is here. */
  readonly is_cut?: boolean
}
export interface Messages {
  /** By id; sort them by time (`sent_at`, `received_at`, else `created_at`), then by `arrival`. */
  readonly messages: Readonly<Record<string, Message>>
  /** The `cursor` with which the HTTP API goes on to older ones; none when there are none. */
  readonly older?: string
}
export interface Inbox {
  readonly totals: Readonly<InboxTotals>
  /** By id. The 200 most recent; sort them by `last_message_at`. */
  readonly conversations: Readonly<Record<string, Summary>>
}
