/**
 * The days whose analytics a cut makes stale (CONTRACT 2.8). A message counts on its own day; an outbound one may also be the
 * answer to a message of the day before. Marks are written in the cut's transaction and carry its seq.
 */
import type { SqlClient } from "effect/sql/SqlClient"
import type { MessageFields } from "../../machines/message/fields.ts"
import type { CutMessage } from "./cut.ts"
import { isoOf, storableJson } from "../database/field-values.ts"
import { timeOf } from "../lists/message-time.ts"

const day = 24 * 3_600_000
/** Fields that decide whether, where and when a message counts. */
const decisive: ReadonlyArray<keyof MessageFields> = [
  "direction",
  "sent_at",
  "received_at",
  "deleted_at",
  "is_event",
  "hidden",
  "is_local_only"
]

const dayOf = (at: number): string => isoOf(at).slice(0, 10)

/** A new message says its days itself. */
const timeOfNew = ({ fields }: CutMessage): number | null =>
  fields.created_at === undefined || fields.direction === undefined
    ? null
    : (fields.sent_at ?? fields.received_at ?? fields.created_at)

export interface StaleDays {
  /** Days of messages that the cut brings. */
  readonly days: ReadonlyArray<string>
  /** Keys of stored messages that the cut changes; their days are read from their rows, before and after the change. */
  readonly changed: ReadonlyArray<string>
}

/** What a cut makes stale; `changed` in portions that one statement carries well. */
export const staleDaysOf = (messages: ReadonlyArray<CutMessage>): StaleDays => {
  const days = new Set<string>()
  const changed: Array<Record<string, string>> = []
  for (const change of messages) {
    const at = timeOfNew(change)
    if (at !== null) {
      if (change.fields.is_event === true) continue
      days.add(dayOf(at))
      if (change.fields.direction === "outbound") days.add(dayOf(at - day))
    } else if (decisive.some((name) => change.fields[name] !== undefined)) {
      changed.push({ conversation_id: change.conversation_id, external_message_id: change.external_message_id })
    }
  }
  const portions: Array<string> = []
  for (let start = 0; start < changed.length; start += 500)
    portions.push(storableJson(changed.slice(start, start + 500)))
  return { days: [...days].sort(), changed: portions }
}

/** Marks these days. */
export const markDays = (sql: SqlClient, tenant_id: string, seq: number, days: ReadonlyArray<string>) => sql`
  insert into analytics_stale (tenant_id, date, seq)
  select ${tenant_id}, day::date, ${seq} from unnest(${[...days]}::text[]) as day order by day
  on conflict (tenant_id, date) do update set seq = greatest(analytics_stale.seq, excluded.seq)`

/** Marks the days of these messages as their rows have them now. */
export const markDaysOf = (sql: SqlClient, tenant_id: string, seq: number, changed: string) => {
  const at = sql.literal(`(${timeOf("messages")} at time zone 'UTC')::date`)
  return sql`
    insert into analytics_stale (tenant_id, date, seq)
    select distinct ${tenant_id}, affected.date, ${seq}::bigint
    from json_to_recordset(${changed}::json) as changed (conversation_id uuid, external_message_id text)
    join messages on messages.tenant_id = ${tenant_id}
      and messages.conversation_id = changed.conversation_id and messages.external_message_id = changed.external_message_id
    cross join lateral (
      values (${at}), (case when messages.direction = 'outbound' then ${at} - 1 end)
    ) as affected (date)
    where isfinite(affected.date) and not messages.is_event
    order by 2
    on conflict (tenant_id, date) do update set seq = greatest(analytics_stale.seq, excluded.seq)`
}

/**
 * Marks the days of a merged conversation's messages: among those of the other one, their answers may be other messages.
 */
export const markDaysIn = (sql: SqlClient, tenant_id: string, seq: number, conversation_id: string) => {
  const at = sql.literal(`(${timeOf("messages")} at time zone 'UTC')::date`)
  return sql`
    insert into analytics_stale (tenant_id, date, seq)
    select distinct ${tenant_id}, affected.date, ${seq}::bigint
    from messages
    cross join lateral (
      values (${at}), (case when messages.direction = 'outbound' then ${at} - 1 end)
    ) as affected (date)
    where messages.tenant_id = ${tenant_id} and messages.conversation_id = ${conversation_id}::uuid
      and isfinite(affected.date) and not messages.is_event
    order by 2
    on conflict (tenant_id, date) do update set seq = greatest(analytics_stale.seq, excluded.seq)`
}
