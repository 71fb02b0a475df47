/** Reading messages back: those that an actor has forgotten, and pages for a reader. Writing is the cut's (snapshots.ts). */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { SqlClient } from "effect/sql/SqlClient"
import type { SqlError } from "effect/sql/SqlError"
import { type MessageFields, messageFields } from "../../machines/message/fields.ts"
import { fromCursor, type InvalidCursor, keyOf, toCursor } from "./cursor.ts"
import { EventsClient } from "../database/events-client.ts"
import { FaultPoints } from "../database/fault-points.ts"
import { fromColumns, storableJson } from "../database/field-values.ts"
import { arrivalOf } from "./message-time.ts"

/** A message's row; instants are epoch milliseconds. */
export type StoredMessage = MessageFields & { readonly id: string; readonly external_message_id: string }

export interface MessagePage {
  readonly items: ReadonlyArray<StoredMessage>
  /** Cursor of the next, older page; null at the end. */
  readonly next: string | null
}

/** What tells where a mail is, and that it is that mail. `at` is epoch milliseconds. */
export interface NamedMail {
  readonly external_thread_id: string
  /** As the provider spelled it. */
  readonly message_id: string | null
  readonly names: ReadonlyArray<string>
  readonly contact_email: string | null
  /** How its text begins. */
  readonly content: string | null
  readonly at: number | null
}

type Row = Record<string, unknown> & { readonly id: string; readonly external_message_id: string }

const toMessage = (row: Row): StoredMessage => ({
  id: row.id,
  external_message_id: row.external_message_id,
  ...(fromColumns(messageFields, row) as MessageFields)
})

/** Whose answer a row is: the place of its request. */
interface Of {
  readonly request: number
}

/** The rows of a statement that answers many requests, request by request. */
const byRequest = <R extends Of, A>(
  requests: ReadonlyArray<unknown>,
  rows: ReadonlyArray<R>,
  read: (row: R) => A
): ReadonlyArray<ReadonlyArray<A>> => {
  const answers = requests.map((): Array<A> => [])
  for (const row of rows) answers[row.request]!.push(read(row))
  return answers
}

/** Threads that a name is looked for in: two are too many already to place a fact. */
const threadLimit = 3
/** Rows that are looked at to place a mail. */
const mailLimit = 500

/** Rows that `since` answers with at the most. */
const sinceLimit = 20_000
/** Of those, so many are read at once, texts and all. */
const sincePage = 500

export class Messages extends Context.Service<
  Messages,
  {
    /**
     * For each request, in their order: the messages of its conversation that answer to one of its ids, external or the provider's
     * own, or a mail's Message-ID. One statement.
     */
    recall(
      tenant_id: string,
      requests: ReadonlyArray<{ readonly conversation_id: string; readonly ids: ReadonlyArray<string> }>
    ): Effect.Effect<ReadonlyArray<ReadonlyArray<StoredMessage>>, SqlError>
    /**
     * The messages of a conversation from an instant on (epoch milliseconds, included), oldest first, at most `sinceLimit`. They are read
     * some hundreds at a time, and only what `keep` makes of them stays in memory: texts are long.
     */
    since<A>(
      tenant_id: string,
      conversation_id: string,
      at: number,
      keep: (row: StoredMessage) => A
    ): Effect.Effect<ReadonlyArray<A>, SqlError>
    /**
     * For each request, in their order: the threads of its channel in which a message answers to one of its names, external ids or
     * the provider's own; a few, if many. One statement.
     */
    threadsKnowing(
      tenant_id: string,
      requests: ReadonlyArray<{ readonly channel_id: string; readonly names: ReadonlyArray<string> }>
    ): Effect.Effect<ReadonlyArray<ReadonlyArray<string>>, SqlError>
    /** For each request, in their order: the threads of its channel that are a chat of the network's own id. One statement. */
    threadsOfChat(
      tenant_id: string,
      requests: ReadonlyArray<{ readonly channel_id: string; readonly chat: string }>
    ): Effect.Effect<ReadonlyArray<ReadonlyArray<string>>, SqlError>
    /**
     * For each request, in their order: mails of its channel with one of its Message-IDs, whatever the case of their letters, or one
     * of its names; the newest. One statement.
     */
    mailsNamed(
      tenant_id: string,
      requests: ReadonlyArray<{
        readonly channel_id: string
        readonly message_ids: ReadonlyArray<string>
        readonly names: ReadonlyArray<string>
      }>
    ): Effect.Effect<ReadonlyArray<ReadonlyArray<NamedMail>>, SqlError>
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
      const asked = yield* SqlClient
      const sql = yield* EventsClient
      const fault = yield* FaultPoints

      const recall = Effect.fn("Messages.recall")(function* (
        tenant_id: string,
        requests: ReadonlyArray<{ readonly conversation_id: string; readonly ids: ReadonlyArray<string> }>
      ) {
        yield* fault("recall")
        const wanted = requests.map(({ conversation_id, ids }, request) => ({
          request,
          conversation_id,
          ids,
          mails: ids.map((id) => id.toLowerCase().slice(0, 512))
        }))
        const rows = yield* sql<Row & Of>`
          select wanted.request, found.*
          from json_to_recordset(${storableJson(wanted)}::json)
            as wanted (request integer, conversation_id uuid, ids text[], mails text[])
          cross join lateral (
            select * from messages
            where tenant_id = ${tenant_id} and conversation_id = wanted.conversation_id
              and is_local_only is not true
              and (external_message_id = any(wanted.ids) or provider_message_id = any(wanted.ids)
                or left(lower(metadata->>'message_id'), 512) = any(wanted.mails))
          ) as found`
        return byRequest(requests, rows, toMessage)
      })

      // What became part of another conversation is found under the one that it is part of now.
      const thread = sql.literal("coalesce(present.external_thread_id, conversations.external_thread_id)")
      const joined = sql.literal(
        `join conversations on conversations.tenant_id = messages.tenant_id and conversations.id = messages.conversation_id
         left join conversations as present
           on present.tenant_id = messages.tenant_id and present.id = conversations.merged_into`
      )

      const threadsKnowing = Effect.fn("Messages.threadsKnowing")(function* (
        tenant_id: string,
        requests: ReadonlyArray<{ readonly channel_id: string; readonly names: ReadonlyArray<string> }>
      ) {
        const wanted = requests.map(({ channel_id, names }, request) => ({ request, channel_id, names }))
        const rows = yield* sql<{ readonly thread: string } & Of>`
          select wanted.request, found.thread
          from json_to_recordset(${storableJson(wanted)}::json) as wanted (request integer, channel_id uuid, names text[])
          cross join lateral (
            select distinct ${thread} as thread from messages ${joined}
            where messages.tenant_id = ${tenant_id} and messages.channel_id = wanted.channel_id
              and (messages.external_message_id = any(wanted.names) or messages.provider_message_id = any(wanted.names))
            order by 1 limit ${threadLimit}
          ) as found
          order by 1, 2`
        return byRequest(requests, rows, (row) => row.thread)
      })

      const threadsOfChat = Effect.fn("Messages.threadsOfChat")(function* (
        tenant_id: string,
        requests: ReadonlyArray<{ readonly channel_id: string; readonly chat: string }>
      ) {
        const wanted = requests.map(({ channel_id, chat }, request) => ({ request, channel_id, chat }))
        const rows = yield* sql<{ readonly thread: string } & Of>`
          select wanted.request, found.thread
          from json_to_recordset(${storableJson(wanted)}::json) as wanted (request integer, channel_id uuid, chat text)
          cross join lateral (
            select external_thread_id as thread from conversations
            where tenant_id = ${tenant_id} and channel_id = wanted.channel_id and merged_into is null
              and left(metadata->>'provider_chat_id', 512) = wanted.chat
            order by 1 limit ${threadLimit}
          ) as found
          order by 1, 2`
        return byRequest(requests, rows, (row) => row.thread)
      })

      const mailsNamed = Effect.fn("Messages.mailsNamed")(function* (
        tenant_id: string,
        requests: ReadonlyArray<{
          readonly channel_id: string
          readonly message_ids: ReadonlyArray<string>
          readonly names: ReadonlyArray<string>
        }>
      ) {
        const wanted = requests.map(({ channel_id, message_ids, names }, request) => ({
          request,
          channel_id,
          ids: message_ids.map((id) => id.toLowerCase()),
          names
        }))
        const rows = yield* sql<
          Omit<NamedMail, "at" | "names"> &
            Of & {
              readonly external_message_id: string
              readonly provider_message_id: string | null
              readonly at: Date | null
            }
        >`
          select wanted.request, found.*
          from json_to_recordset(${storableJson(wanted)}::json)
            as wanted (request integer, channel_id uuid, ids text[], names text[])
          cross join lateral (
            select ${thread} as external_thread_id, messages.metadata->>'message_id' as message_id,
              messages.external_message_id, messages.provider_message_id, messages.contact_email,
              left(messages.content, 2000) as content,
              coalesce(messages.sent_at, messages.received_at) as at, messages.created_at
            from messages ${joined}
            where messages.tenant_id = ${tenant_id} and messages.channel_id = wanted.channel_id
              and (
                left(lower(messages.metadata->>'message_id'), 512) = any(wanted.ids)
                or messages.external_message_id = any(wanted.names)
                or messages.provider_message_id = any(wanted.names)
              )
            order by messages.created_at desc limit ${mailLimit}
          ) as found
          order by wanted.request, found.created_at desc`
        return byRequest(requests, rows, ({ external_message_id, provider_message_id, at, ...row }): NamedMail => ({
          external_thread_id: row.external_thread_id,
          message_id: row.message_id,
          contact_email: row.contact_email,
          content: row.content,
          at: at === null ? null : at.getTime(),
          names: [external_message_id, provider_message_id].filter((name) => name !== null)
        }))
      })

      // The expression is the index's: the event's own time, and rows without one at the end.
      const time = sql`coalesce(sent_at, received_at, created_at, '-infinity'::timestamptz)`

      const arrival = sql.literal(arrivalOf("messages"))

      const since = Effect.fn("Messages.since")(function* <A>(
        tenant_id: string,
        conversation_id: string,
        at: number,
        keep: (row: StoredMessage) => A
      ) {
        const kept: Array<A> = []
        let from = sql`${time} >= ${new Date(at)}`
        while (kept.length < sinceLimit) {
          const rows = yield* sql<Row & { readonly place: string }>`
            select *, ${time}::text as place from messages
            where tenant_id = ${tenant_id} and conversation_id = ${conversation_id}
              and is_local_only is not true and ${from}
            order by ${time}, id desc limit ${sincePage}`
          for (const row of rows) kept.push(keep(toMessage(row)))
          const last = rows.at(-1)
          if (last === undefined || rows.length < sincePage) break
          from = sql`${time} >= ${last.place}::timestamptz and (${time} > ${last.place}::timestamptz or id < ${last.id}::uuid)`
        }
        return kept
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
        const rows = yield* asked<Row>`
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

      return Messages.of({ recall, since, page, threadsKnowing, threadsOfChat, mailsNamed })
    })
  )
}
