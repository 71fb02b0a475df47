/**
 * The drift check (CONTRACT §6): stored counters compared with what they count, both as of one cut, because a cut writes actors and
 * message rows in one transaction and a comparison is one statement. Answers only what differs; the expected figure is nothing.
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import type { Reading } from "../../machines/conversation/reading.ts"
import { countsIn, readIn, timeOf } from "../lists/message-time.ts"
import type { SleepingActor } from "../cut/snapshots.ts"
import { editedSince } from "../cut/written-columns.ts"

/** A channel whose counters are not what its message rows say, with the right ones. Instants are epoch milliseconds. */
export interface ChannelDrift extends SleepingActor {
  readonly message_count: number
  readonly last_message_at: number | null
}

export interface ParticipantDrift extends SleepingActor {
  readonly total_messages: number
  readonly total_conversations: number
}

export interface ConversationDrift extends SleepingActor {
  readonly message_count: number
  readonly unread_count: number
  /** The horizon and the readings by which unread messages were counted. */
  readonly owner_horizon: number | null
  readonly owner_reads: ReadonlyArray<Reading> | null
}

/** A conversation, and what its rows say of one member's messages. */
export interface MemberCount extends SleepingActor {
  readonly message_count: number
  readonly last_message_at: number | null
}

/** A conversation to look at: how many members its rows say are there, and whether its row was edited since its last cut. */
export interface TypeCandidate {
  readonly id: string
  readonly present: number
  readonly is_edited: boolean
}

type Row<A, K extends keyof A> = Omit<A, K> & Readonly<Record<K, Date | null>>

const millis = (value: Date | null): number | null => (value === null ? null : value.getTime())

export class Recounts extends Context.Service<
  Recounts,
  {
    channels(tenant_id: string): Effect.Effect<ReadonlyArray<ChannelDrift>, SqlError>
    /** Participants seen at `since` (epoch milliseconds) or later. */
    participants(tenant_id: string, since: number): Effect.Effect<ReadonlyArray<ParticipantDrift>, SqlError>
    /** One participant with the totals of all ids that the person has had; undefined when there is none. */
    person(
      tenant_id: string,
      id: string,
      ids: ReadonlyArray<string>
    ): Effect.Effect<ParticipantDrift | undefined, SqlError>
    /** The messages that one member of a conversation sent, under any of the ids; undefined when there is no such conversation. */
    member(
      tenant_id: string,
      conversation_id: string,
      ids: ReadonlyArray<string>
    ): Effect.Effect<MemberCount | undefined, SqlError>
    /** Conversations with a member that was seen at `since` (epoch milliseconds) or later. */
    conversations(tenant_id: string, since: number): Effect.Effect<ReadonlyArray<ConversationDrift>, SqlError>
    /** Conversations whose head count or type may be wrong by their member rows, or was edited; each decides for itself. */
    typeCandidates(tenant_id: string): Effect.Effect<ReadonlyArray<TypeCandidate>, SqlError>
  }
>()("switchboard/persistence/Recounts") {
  static readonly layer = Layer.effect(
    Recounts,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      const at = sql.literal(timeOf("messages"))
      const counts = sql.literal(countsIn("messages"))
      const edited = sql.literal(editedSince("conversation", "conversations"))
      const isRead = sql.literal(readIn("messages", "conversations", "owner.owner_horizon"))

      const channels = Effect.fn("Recounts.channels")(function* (tenant_id: string) {
        const rows = yield* sql<Row<ChannelDrift, "last_message_at">>`
          select channels.id, channels.internals, coalesce(actual.message_count, 0) as message_count, actual.last_message_at
          from channels left join (
            select channel_id, (count(*) filter (where ${counts}))::integer as message_count,
              max(${at}) filter (where not messages.is_event and not messages.is_local_only) as last_message_at
            from messages where messages.tenant_id = ${tenant_id} group by channel_id
          ) as actual on actual.channel_id = channels.id
          where channels.tenant_id = ${tenant_id}
            and (channels.message_count, channels.last_message_at)
              is distinct from (coalesce(actual.message_count, 0), actual.last_message_at)`
        return rows.map((row) => ({ ...row, last_message_at: millis(row.last_message_at) }))
      })

      const participants = Effect.fn("Recounts.participants")(
        (tenant_id: string, since: number) => sql<ParticipantDrift>`
          select participants.id, participants.internals, coalesce(sent.total, 0) as total_messages,
            coalesce(joined.total, 0) as total_conversations
          from participants
          left join (
            select sender_participant_id as id, count(*)::integer as total from messages
            where messages.tenant_id = ${tenant_id} and ${counts} group by sender_participant_id
          ) as sent on sent.id = participants.id
          left join (
            select participant_id as id, count(*)::integer as total from members
            where members.tenant_id = ${tenant_id} and is_active group by participant_id
          ) as joined on joined.id = participants.id
          where participants.tenant_id = ${tenant_id} and participants.last_seen >= ${new Date(since)}
            and (participants.total_messages, participants.total_conversations)
              is distinct from (coalesce(sent.total, 0), coalesce(joined.total, 0))`
      )

      const person = Effect.fn("Recounts.person")(function* (
        tenant_id: string,
        id: string,
        ids: ReadonlyArray<string>
      ) {
        const rows = yield* sql<ParticipantDrift>`
          select participants.id, participants.internals,
            (
              select count(*)::integer from messages
              where messages.tenant_id = ${tenant_id} and ${counts} and sender_participant_id = any(${[...ids]}::uuid[])
            ) as total_messages,
            (
              select count(*)::integer from members
              where members.tenant_id = ${tenant_id} and is_active and participant_id = any(${[...ids]}::uuid[])
            ) as total_conversations
          from participants where participants.tenant_id = ${tenant_id} and participants.id = ${id}::uuid`
        return rows[0]
      })

      const member = Effect.fn("Recounts.member")(function* (
        tenant_id: string,
        conversation_id: string,
        ids: ReadonlyArray<string>
      ) {
        const rows = yield* sql<Row<MemberCount, "last_message_at">>`
          select conversations.id, conversations.internals, sent.message_count, sent.last_message_at
          from conversations cross join lateral (
            select (count(*) filter (where ${counts}))::integer as message_count,
              max(${at}) filter (where not messages.is_event and not messages.is_local_only) as last_message_at
            from messages
            where messages.tenant_id = ${tenant_id} and messages.conversation_id = conversations.id
              and messages.sender_participant_id = any(${[...ids]}::uuid[])
          ) as sent
          where conversations.tenant_id = ${tenant_id} and conversations.id = ${conversation_id}::uuid`
        return rows.map((row) => ({ ...row, last_message_at: millis(row.last_message_at) }))[0]
      })

      const conversations = Effect.fn("Recounts.conversations")(function* (tenant_id: string, since: number) {
        const rows = yield* sql<Row<ConversationDrift, "owner_horizon">>`
          select conversations.id, conversations.internals, actual.message_count, actual.unread_count, owner.owner_horizon,
            conversations.owner_reads
          from conversations
          cross join lateral (
            select max(members.last_read_at) as owner_horizon from members
            where members.tenant_id = ${tenant_id} and members.conversation_id = conversations.id and members.role = 'owner'
          ) as owner
          cross join lateral (
            select (count(*) filter (where ${counts}))::integer as message_count,
              (count(*) filter (
                where ${counts} and messages.direction = 'inbound' and messages.read_at is null and not messages.is_story
                  and not ${isRead}
              ))::integer as unread_count
            from messages
            where messages.tenant_id = ${tenant_id} and messages.conversation_id = conversations.id
          ) as actual
          where conversations.tenant_id = ${tenant_id}
            and exists (
              select from members join participants
                on participants.tenant_id = members.tenant_id and participants.id = members.participant_id
              where members.tenant_id = ${tenant_id} and members.conversation_id = conversations.id
                and participants.last_seen >= ${new Date(since)}
            )
            and (conversations.message_count, conversations.unread_count)
              is distinct from (actual.message_count, actual.unread_count)`
        return rows.map((row) => ({ ...row, owner_horizon: millis(row.owner_horizon) }))
      })

      const typeCandidates = Effect.fn("Recounts.typeCandidates")(function* (tenant_id: string) {
        return yield* sql<TypeCandidate>`
          select conversations.id, heads.present, ${edited} as is_edited
          from conversations cross join lateral (
            select count(*)::integer as present from members
            where members.tenant_id = ${tenant_id} and members.conversation_id = conversations.id and members.is_active
          ) as heads
          where conversations.tenant_id = ${tenant_id}
            and (
              ${edited}
              or conversations.participant_count <> heads.present
              or (
                conversations.conversation_type <> 'calendar_event'
                and (conversations.conversation_type = 'direct') <> (heads.present <= 2)
              )
            )`
      })

      return Recounts.of({ channels, participants, person, member, conversations, typeCandidates })
    })
  )
}
