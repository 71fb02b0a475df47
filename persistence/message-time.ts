/** What SQL takes for the time of a message, and which messages count: the machine's `counts` and `at`, said once in SQL. */

/** The event time of the message `alias`. The expression is that of the indexes messages_newest and messages_day. */
export const timeOf = (alias: string): string =>
  `coalesce(${alias}.sent_at, ${alias}.received_at, ${alias}.created_at, '-infinity'::timestamptz)`

/** Whether the message `alias` counts (CONTRACT 2.4 message_count): not deleted, no system line, not hidden, and no draft. */
export const countsIn = (alias: string): string =>
  `(${alias}.deleted_at is null and not ${alias}.is_event and not ${alias}.hidden and not ${alias}.is_local_only)`
