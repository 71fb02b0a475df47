/** Reading messages back: those that an actor has forgotten, and pages for a reader. Writing is the cut's (snapshots.ts). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { type MessageFields, messageFields } from "../machines/message/fields.ts"
import { fromCursor, type InvalidCursor, keyOf, toCursor } from "./cursor.ts"
import { FaultPoints } from "./fault-points.ts"
import { fromColumns } from "./field-values.ts"
import { arrivalOf } from "./message-time.ts"

/** A message's row; instants are epoch milliseconds. */
export type StoredMessage = MessageFields & { readonly id: string; readonly external_message_id: string }

export interface MessagePage {
  readonly items: ReadonlyArray<StoredMessage>
  /** Cursor of the next, older page; null at the end. */
  readonly next: string | null
}

type Row = Record<string, unknown> & { readonly id: string; readonly external_message_id: string }

const toMessage = (row: Row): StoredMessage => ({
  id: row.id,
  external_message_id: row.external_message_id,
  ...(fromColumns(messageFields, row) as MessageFields)
})

/** Rows that `since` answers with at the most: some 5 MB. */
const sinceLimit = 20_000

export class Messages extends Context.Service<
  Messages,
  {
    /** The messages of a conversation that answer to one of these ids, external or the provider's own. */
    recall(
      tenant_id: string,
      conversation_id: string,
      external_ids: ReadonlyArray<string>
    ): Effect.Effect<ReadonlyArray<StoredMessage>, SqlError>
    /** The messages of a conversation from an instant on (epoch milliseconds, included), oldest first, at most `sinceLimit`. */
    since(tenant_id: string, conversation_id: string, at: number): Effect.Effect<ReadonlyArray<StoredMessage>, SqlError>
    /** The thread of the newest message of a channel that answers to one of these ids, or null. */
    threadOf(
      tenant_id: string,
      channel_id: string,
      external_ids: ReadonlyArray<string>
    ): Effect.Effect<string | null, SqlError>
    /** A page of a conversation, newest first, what arrived last first among messages of one instant. */
    page(
      tenant_id: string,
      conversation_id: string,
      options: { readonly before: string | null; readonly limit: number }
    ): Effect.Effect<MessagePage, SqlError | InvalidCursor>
  }
>()("switchboard/persistence/Messages") {
  static readonly layer = Layer.effect(
    Messages,
    Effect.gen(function* () {
      const sql = yield* SqlClient
      const fault = yield* FaultPoints

      const recall = Effect.fn("Messages.recall")(function* (
        tenant_id: string,
        conversation_id: string,
        external_ids: ReadonlyArray<string>
      ) {
        yield* fault("recall")
        const ids = [...external_ids]
        const rows = yield* sql<Row>`
          select * from messages
          where tenant_id = ${tenant_id} and conversation_id = ${conversation_id}
            and is_local_only is not true
            and (external_message_id = any(${ids}::text[]) or provider_message_id = any(${ids}::text[]))`
        return rows.map(toMessage)
      })

      const threadOf = Effect.fn("Messages.threadOf")(function* (
        tenant_id: string,
        channel_id: string,
        external_ids: ReadonlyArray<string>
      ) {
        const ids = [...external_ids]
        const rows = yield* sql<{ readonly external_thread_id: string }>`
          select conversations.external_thread_id from messages
          join conversations on conversations.tenant_id = messages.tenant_id and conversations.id = messages.conversation_id
          where messages.tenant_id = ${tenant_id} and messages.channel_id = ${channel_id}
            and (messages.external_message_id = any(${ids}::text[]) or messages.provider_message_id = any(${ids}::text[]))
          order by messages.created_at desc limit 1`
        return rows[0]?.external_thread_id ?? null
      })

      // The expression is the index's: the event's own time, and rows without one at the end.
      const time = sql`coalesce(sent_at, received_at, created_at, '-infinity'::timestamptz)`

      const arrival = sql.literal(arrivalOf("messages"))

      const since = Effect.fn("Messages.since")(function* (tenant_id: string, conversation_id: string, at: number) {
        const rows = yield* sql<Row>`
          select * from messages
          where tenant_id = ${tenant_id} and conversation_id = ${conversation_id}
            and is_local_only is not true and ${time} >= ${new Date(at)}
          order by ${time} limit ${sinceLimit}`
        return rows.map(toMessage)
      })

      const page = Effect.fn("Messages.page")(function* (
        tenant_id: string,
        conversation_id: string,
        options: { readonly before: string | null; readonly limit: number }
      ) {
        const start = options.before === null ? null : yield* fromCursor(options.before)
        const after =
          start === null
            ? sql`true`
            : sql`${time} <= ${keyOf(start)}::timestamptz
                and (${time} < ${keyOf(start)}::timestamptz or ${arrival} < ${start.arrival ?? 0}::double precision
                  or (${arrival} = ${start.arrival ?? 0}::double precision and id > ${start.id}::uuid))`
        const rows = yield* sql<Row>`
          select * from messages
          where tenant_id = ${tenant_id} and conversation_id = ${conversation_id} and ${after}
          order by ${time} desc, ${arrival} desc, id limit ${options.limit + 1}`
        const items = rows.slice(0, options.limit).map(toMessage)
        const last = items.at(-1)
        const at = last === undefined ? null : (last.sent_at ?? last.received_at ?? last.created_at)
        return {
          items,
          next: rows.length > items.length && last ? toCursor({ at, arrival: last.arrival ?? 0, id: last.id }) : null
        }
      })

      return Messages.of({ recall, since, page, threadOf })
    })
  )
}
