/** A thread, as a payload shows it. */

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
