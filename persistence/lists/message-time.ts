/** What SQL takes for the time of a message, and which messages count and are read: the machine's rules, said once in SQL. */

/** The event time of the message `alias`. The expression is that of the indexes messages_newest and messages_day. */
export const timeOf = (alias: string): string =>
  `coalesce(${alias}.sent_at, ${alias}.received_at, ${alias}.created_at, '-infinity'::timestamptz)`

/** Whether the message `alias` counts (CONTRACT 2.4 message_count): not deleted, no system line, not hidden, and no draft. */
export const countsIn = (alias: string): string =>
  `(${alias}.deleted_at is null and not ${alias}.is_event and not ${alias}.hidden and not ${alias}.is_local_only)`

/** Place of the message `alias` in the order of arrival: what came before that was kept stands before all. */
export const arrivalOf = (alias: string): string => `coalesce(${alias}.arrival, 0)`

/**
 * Whether a reading of the conversation's owner covers the message (machines/conversation/reading.ts). Where none was written yet,
 * the time `horizon` stands for them.
 */
export const readIn = (message: string, conversation: string, horizon: string): string => {
  const [at, arrival] = [`extract(epoch from ${timeOf(message)}) * 1000`, arrivalOf(message)]
  return `case when ${conversation}.owner_reads is null then coalesce(${timeOf(message)} <= ${horizon}, false)
    else exists (
      select from jsonb_to_recordset(${conversation}.owner_reads) as reading (at numeric, place numeric, arrived numeric)
      where coalesce(${arrival} <= reading.arrived, true)
        and (reading.at is null or ${at} < reading.at or (${at} = reading.at and coalesce(${arrival} <= reading.place, true)))
    ) end`
}
