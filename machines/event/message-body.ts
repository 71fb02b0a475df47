/** A message, as a payload shows it. */
import type { Direction } from "../vocabulary.ts"

export type Attachment = {
  readonly id: string | null
  readonly type: string | null
  readonly name: string | null
  readonly mime: string | null
  /** Bytes. */
  readonly size: number | null
  readonly url: string | null
  /** The provider cannot give it, or not yet; absent: it can. */
  readonly unavailable?: true
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
  /** A story or status update, which is written to nobody. */
  readonly is_story?: true
  /** Read one by one (mail's read_date), epoch milliseconds. */
  readonly read_at: number | null
  /** Of history: where it comes from, the owner has read it, and so whatever stands before it. */
  readonly seen?: true
  /** The CRM's own key of a message that it had marked as local. */
  readonly client_key?: string
  /** quoted, reply_to, message_type, … as the provider shows them. */
  readonly metadata: Readonly<Record<string, unknown>>
}
