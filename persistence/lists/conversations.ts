/** Lists and sums over the conversations of a tenant, as of its newest cut. Owns no writing. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { conversationFields } from "../../machines/conversation/fields.ts"
import { conditionsOf, type ConversationFilter, type InboxPart, inPart } from "./conversation-filter.ts"
import { fromCursor, type InvalidCursor, keyOf, toCursor } from "./cursor.ts"
import { fromColumns } from "../database/field-values.ts"

/** `id` and the fields of CONTRACT 2.4; instants are epoch milliseconds. */
export type StoredConversation = Readonly<Record<string, unknown>>

export interface ConversationQuery extends ConversationFilter {
  readonly limit: number
  readonly cursor?: string | null | undefined
}

export interface ConversationPage {
  readonly items: ReadonlyArray<StoredConversation>
  readonly next_cursor: string | null
}

/** What the inbox counts (CONTRACT §8): active conversations; the others apart, by where they are filed. */
export interface Totals {
  readonly unread_count: number
  readonly unread_conversations: number
  readonly conversations: number
  readonly archived: number
  readonly spam: number
  readonly deleted: number
  /** Active ones that are put off; in none of the others. */
  readonly snoozed: number
}

/** After this long without an access a conversation may cool (CONTRACT 2.4). */
const coolAfter = 24 * 60 * 60 * 1000

const toConversation = (row: Record<string, unknown>): StoredConversation => ({
  id: row["id"],
  ...fromColumns(conversationFields, row)
})

export class Conversations extends Context.Service<
  Conversations,
  {
    /** A page, newest message first; conversations without a message come last. */
    list(tenant_id: string, query: ConversationQuery): Effect.Effect<ConversationPage, SqlError | InvalidCursor>
    /**
     * The newest `limit` conversations in the inbox (active and not put off), each with `people`: up to three names besides the owner's, by when they joined.
     */
    recent(
      tenant_id: string,
      limit: number,
      part?: InboxPart
    ): Effect.Effect<ReadonlyArray<StoredConversation>, SqlError>
    /** Conversations that are put off, and until when, epoch milliseconds. */
    snoozed(tenant_id: string): Effect.Effect<ReadonlyArray<{ readonly id: string; readonly until: number }>, SqlError>
    totals(tenant_id: string, part?: InboxPart): Effect.Effect<Totals, SqlError>
    /**
     * Hot conversations that were not opened in the 24 hours before `now` (epoch milliseconds); each decides for itself.
     */
    coldCandidates(tenant_id: string, now: number): Effect.Effect<ReadonlyArray<string>, SqlError>
  }
>()("switchboard/persistence/Conversations") {
  static readonly layer = Layer.effect(
    Conversations,
    Effect.gen(function* () {
      const sql = yield* SqlClient

      // One key instead of "nulls last", so that a cursor can start in the middle of the index.
      const newest = sql`coalesce(last_message_at, '-infinity'::timestamptz)`

      const inInbox = sql.literal("status = 'active' and snoozed_until is null")

      const snoozed = Effect.fn("Conversations.snoozed")(function* (tenant_id: string) {
        const rows = yield* sql<{ readonly id: string; readonly until: Date }>`
          select id, snoozed_until as until from conversations
          where tenant_id = ${tenant_id} and snoozed_until is not null and merged_into is null`
        return rows.map(({ id, until }) => ({ id, until: until.getTime() }))
      })

      const list = Effect.fn("Conversations.list")(function* (tenant_id: string, query: ConversationQuery) {
        const conditions = [...conditionsOf(sql, tenant_id, query)]
        if (query.cursor) {
          const start = yield* fromCursor(query.cursor)
          conditions.push(sql`${newest} <= ${keyOf(start)}::timestamptz
            and (${newest} < ${keyOf(start)}::timestamptz or id > ${start.id}::uuid)`)
        }
        const rows = yield* sql<Record<string, unknown>>`
          select * from conversations where ${sql.and(conditions)}
          order by ${newest} desc, id limit ${query.limit + 1}`
        const items = rows.slice(0, query.limit).map(toConversation)
        const last = items.at(-1)
        const next_cursor =
          rows.length > items.length && last
            ? toCursor({ at: last["last_message_at"] as number | null, id: last["id"] as string })
            : null
        return { items, next_cursor }
      })

      const recent = Effect.fn("Conversations.recent")(function* (tenant_id: string, limit: number, part?: InboxPart) {
        const rows = yield* sql<Record<string, unknown>>`
          select conversations.*, (
            select coalesce(json_agg(name order by joined_at nulls last, name collate "C"), '[]')
            from (
              select name, joined_at from members
              where members.tenant_id = conversations.tenant_id and conversation_id = conversations.id
                and is_active and role <> 'owner' and name <> ''
              order by joined_at nulls last, name collate "C" limit 3
            ) as first
          ) as people
          from conversations where tenant_id = ${tenant_id} and merged_into is null and ${inInbox} and ${inPart(sql, part)}
          order by ${newest} desc, id limit ${limit}`
        return rows.map((row) => ({ ...toConversation(row), people: row["people"] }))
      })

      const totals = Effect.fn("Conversations.totals")(function* (tenant_id: string, part?: InboxPart) {
        const rows = yield* sql<Totals>`
          select
            coalesce(sum(unread_count) filter (where ${inInbox}), 0)::integer as unread_count,
            (count(*) filter (where ${inInbox} and unread_count > 0))::integer as unread_conversations,
            (count(*) filter (where ${inInbox}))::integer as conversations,
            (count(*) filter (where status = 'active' and snoozed_until is not null))::integer as snoozed,
            (count(*) filter (where status = 'archived'))::integer as archived,
            (count(*) filter (where status = 'spam'))::integer as spam,
            (count(*) filter (where status = 'deleted'))::integer as deleted
          from conversations where tenant_id = ${tenant_id} and merged_into is null and ${inPart(sql, part)}`
        return rows[0]!
      })

      const coldCandidates = Effect.fn("Conversations.coldCandidates")(function* (tenant_id: string, now: number) {
        const rows = yield* sql<{ readonly id: string }>`
          select id from conversations
          where tenant_id = ${tenant_id} and is_hot
            and (last_accessed_at is null or last_accessed_at <= ${new Date(now - coolAfter)})`
        return rows.map((row) => row.id)
      })

      return Conversations.of({ list, recent, totals, snoozed, coldCandidates })
    })
  )
}
