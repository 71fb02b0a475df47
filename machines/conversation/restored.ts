/**
 * A conversation from what its rows say, for one whose snapshot cannot be read and whose journal has been trimmed. The counters
 * are exact as of the rows; what rows do not hold (facts that wait for their message, who was shown when) begins anew.
 */
import type { MemberFields } from "../member/fields.ts"
import type { ConversationContext, ConversationInput, Member } from "./context.ts"
import { freshConversation } from "./context.ts"
import type { ConversationFields } from "./fields.ts"
import { hotCount } from "./heat.ts"
import { withLastMessage } from "./last-message.ts"
import type { Preview } from "./preview.ts"
import type { MessageRecord } from "./message-window.ts"
import { counts, fromList, isNews } from "./message-window.ts"
import { arrivalOf, readUpTo } from "./reading.ts"

/** A member's row, and the key that its participant goes by. */
export interface KnownMember {
  readonly key: string
  readonly fields: MemberFields
}

export interface ConversationRows {
  readonly input: ConversationInput
  readonly fields: ConversationFields
  readonly members: ReadonlyArray<KnownMember>
  /** The newest messages, at most a window full, in any order. */
  readonly messages: ReadonlyArray<MessageRecord>
  /** The newest of them with how their texts begin. */
  readonly previews: ReadonlyArray<Preview>
  /** Newest time among the messages that are not in `messages`; null when all are. */
  readonly floor: number | null
}

/** Readers come from a column that holds their instants as ISO 8601. */
const readersOf = (readers: Readonly<Record<string, { last_read_at: unknown; unread_count: number }>>) =>
  Object.fromEntries(
    Object.entries(readers).map(([user, { last_read_at, unread_count }]) => [
      user,
      { last_read_at: typeof last_read_at === "string" ? Date.parse(last_read_at) : null, unread_count }
    ])
  )

const memberOf = ({ key, fields }: KnownMember, message_count: number): Member => {
  const { unread_count, ...rest } = fields
  const seen_count = fields.role === "owner" ? 0 : Math.max(0, message_count - fields.message_count - unread_count)
  const shown =
    fields.name === null ? {} : { name: { value: fields.name, at: fields.joined_at ?? fields.created_at ?? 0 } }
  return {
    ...rest,
    key,
    shown,
    seen_at: fields.is_active ? (fields.last_message_at ?? fields.joined_at) : fields.joined_at,
    gone_at: fields.left_at,
    told_gone_at: fields.left_at,
    named_read_at: fields.last_read_at,
    named_seen_count: seen_count,
    given_provider_id: null,
    seen_count
  }
}

export const restoredConversation = (rows: ConversationRows): ConversationContext => {
  const fresh = freshConversation(rows.input)
  const { fields, messages, floor, previews } = rows
  const members = rows.members.map((member) => memberOf(member, fields.message_count))
  const owner = members.find(({ role }) => role === "owner")
  const counted = messages.filter(counts)
  const news = messages.filter(isNews)
  const arrived = Math.max(0, ...messages.map(arrivalOf))
  const readers = readersOf(fields.readers)
  const at = fields.updated_at ?? rows.input.received
  return withLastMessage({
    ...fresh,
    ...fields,
    readers,
    members: Object.fromEntries(members.map((member) => [member.key, member])),
    facts: {
      ...fresh.facts,
      owner_key: owner?.key ?? null,
      window: fromList({ records: messages, floor }),
      previews,
      owner_horizon: owner?.last_read_at ?? null,
      user_reads: Object.fromEntries(
        Object.entries(readers).map(([user, { last_read_at }]) => [user, readUpTo(last_read_at, arrived)])
      ),
      newest_inbound: newest(news.map((record) => record.at)),
      newest: counted
        .map((record) => record.at)
        .sort((a, b) => b - a)
        .slice(0, hotCount),
      hints: {
        group: fields.conversation_type === "group",
        broadcast: fields.conversation_type === "broadcast",
        channel: fields.conversation_type === "channel"
      },
      snooze: fields.snoozed_until === null ? null : { until: fields.snoozed_until, arrived, ended: false },
      subject_at: fields.subject === null ? null : fields.last_message_at,
      metadata_at: fields.last_message_at,
      thread_metadata: fields.metadata,
      prioritised: fields.priority === "normal" ? null : { priority: fields.priority, at },
      ...(isGone(fields)
        ? { calendar_deletion: { at, restored: false } }
        : { filed: fields.status === "active" ? null : { status: fields.status, at, arrived } })
    }
  })
}

/** A calendar event that is deleted comes back with a newer version of it. */
const isGone = ({ conversation_type, status }: ConversationFields): boolean =>
  conversation_type === "calendar_event" && status === "deleted"

const newest = (times: ReadonlyArray<number>): number | null => (times.length === 0 ? null : Math.max(...times))
