/** A thread, as a payload shows it. */

/** What a payload says about the thread that it belongs to. */
export interface Thread {
  readonly external_thread_id: string
  readonly subject: string | null
  readonly is_group: boolean
  /** The payload says outright that it is no group. Absent in entries of earlier versions, and where a payload says nothing. */
  readonly is_direct?: boolean
  /** The key of the person that the chat is named after, where the network names chats of two so. */
  readonly partner?: string
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
