/** Conversations over HTTP: reads from the live actor or from SQL after a cut, commands as events. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Schema from "effect/Schema"
import { TenantOwner } from "../../../actors/owner/owner.ts"
import { conversationFields } from "../../../machines/conversation/fields.ts"
import type { Event } from "../../../machines/events.ts"
import { isoInstant, wireOf } from "../../../machines/field.ts"
import { messageFields } from "../../../machines/message/fields.ts"
import { Conversations } from "../../../persistence/lists/conversations.ts"
import { cursorOf } from "../../../persistence/lists/cursor.ts"
import { Messages } from "../../../persistence/lists/messages.ts"
import { served } from "../api/api.ts"
import {
  Assigning,
  Filing,
  type Filter,
  LabelChange,
  Labelling,
  Prioritising,
  Read,
  Snoozing,
  Typed,
  Typing,
  Unread
} from "../api/conversations.ts"
import { defaultLimit } from "../api/parameters.ts"
import { bodyReader } from "../body.ts"
import { instantOf } from "../instant.ts"
import { commandBase } from "../once.ts"
import { typingLasts } from "../../../machines/presence/machine.ts"
import type { View } from "../../../actors/views/entities.ts"

const json = HttpServerResponse.jsonUnsafe

/** An access is written down at most this often per conversation, so that reading does not fill the journal. */
const accessEvery = 60_000

interface CommandRequest {
  readonly params: { readonly tenant: string; readonly id: string }
  readonly request: HttpServerRequest
}

/** Cursors of the timeline: the journal entry before which the next page begins. */
const timelineCursor = cursorOf(Schema.Struct({ seq: Schema.Int.check(Schema.isGreaterThan(0)) }))

const yesOrNo = (value: "true" | "false" | undefined) => (value === undefined ? undefined : value === "true")

export const conversationHandlers = HttpApiBuilder.group(
  served,
  "conversations",
  Effect.fnUntraced(function* (handlers) {
    const owner = yield* TenantOwner
    const conversations = yield* Conversations
    const messages = yield* Messages

    const list = Effect.fnUntraced(function* (tenant: string, query: typeof Filter.Type) {
      yield* owner.flush(tenant)
      const { items, next_cursor } = yield* conversations.list(tenant, {
        unread: yesOrNo(query.unread),
        priority: query.priority,
        status: query.status,
        assigned: query.assigned,
        unassigned: yesOrNo(query.unassigned),
        label: query.label,
        snoozed: yesOrNo(query.snoozed),
        hot: yesOrNo(query.hot),
        connection: query.connection && (yield* owner.resolve(tenant, "connection", query.connection)),
        type: query.type,
        q: query.q,
        limit: query.limit ?? defaultLimit,
        cursor: query.cursor
      })
      return json({
        items: items.map((item) => ({ id: item["id"], ...wireOf(conversationFields, item as never) })),
        next_cursor
      })
    })

    const page = Effect.fnUntraced(function* (tenant: string, id: string, query: { limit?: number; cursor?: string }) {
      const conversation_id = yield* owner.resolve(tenant, "conversation", id)
      yield* owner.flush(tenant)
      const { items, next } = yield* messages.page(tenant, conversation_id, {
        before: query.cursor ?? null,
        limit: query.limit ?? defaultLimit
      })
      return json({
        items: items.map((item) => ({
          id: item.id,
          external_message_id: item.external_message_id,
          ...wireOf(messageFields, item)
        })),
        next_cursor: next
      })
    })

    const timeline = Effect.fnUntraced(function* (
      tenant: string,
      id: string,
      query: { limit?: number; cursor?: string }
    ) {
      const before = query.cursor === undefined ? null : (yield* timelineCursor.decode(query.cursor)).seq
      const { items, next, kept_since } = yield* owner.timeline(tenant, id, {
        before,
        limit: query.limit ?? defaultLimit
      })
      return json({
        items: items.map((entry) => ({
          ...entry,
          received: isoInstant(entry.received),
          at: isoInstant(entry.at)
        })),
        next_cursor: next === null ? null : timelineCursor.encode({ seq: next }),
        kept_since: kept_since === null ? null : { ...kept_since, at: isoInstant(kept_since.at) }
      })
    })

    /** Beside the answer, not before it: a conversation can be read while the journal is away. */
    const noteAccess = Effect.fnUntraced(function* (tenant: string, view: View) {
      const received = yield* Clock.currentTimeMillis
      const last = view["last_accessed_at"]
      if (typeof last === "string" && received - Date.parse(last) < accessEvery) return
      const conversation_id = view["id"] as string
      yield* owner
        .submit(tenant, { type: "conversation_accessed", conversation_id, received, via: "api" })
        .pipe(Effect.ignore, Effect.forkDetach)
    })

    /** A command: its event is applied and durable, then the conversation is shown. */
    const command = <A>(
      schema: Schema.Codec<A, unknown>,
      eventOf: (body: A, base: { conversation_id: string } & Effect.Success<typeof commandBase>) => Event
    ) => {
      const bodyOf = bodyReader(schema)
      return Effect.fnUntraced(function* ({ params: { tenant, id }, request }: CommandRequest) {
        const body = yield* bodyOf(request)
        const conversation_id = yield* owner.resolve(tenant, "conversation", id)
        const base = yield* commandBase
        yield* owner.submit(tenant, eventOf(body, { ...base, conversation_id }))
        return json(yield* owner.view(tenant, "conversation", conversation_id))
      })
    }

    const snoozeOf = bodyReader(Snoozing)
    const snooze = Effect.fnUntraced(function* ({ params: { tenant, id }, request }: CommandRequest) {
      const body = yield* snoozeOf(request)
      const until = body.until === null ? null : yield* instantOf(body.until, "until")
      const conversation_id = yield* owner.resolve(tenant, "conversation", id)
      yield* owner.submit(tenant, { ...(yield* commandBase), type: "conversation_snoozed", conversation_id, until })
      return json(yield* owner.view(tenant, "conversation", conversation_id))
    })

    const typingOf = bodyReader(Typing)
    const type = Effect.fnUntraced(function* ({ params: { tenant, id }, request }: CommandRequest) {
      const { user_id, name, is_typing } = yield* typingOf(request)
      const conversation_id = yield* owner.resolve(tenant, "conversation", id)
      const received = yield* Clock.currentTimeMillis
      const typist = { id: user_id, name: name ?? user_id }
      yield* owner.signal(tenant, {
        type: "typing_signalled",
        received,
        conversation_id,
        typist,
        is_typing,
        lasts: typingLasts
      })
      return json({ outcome: "applied" })
    })

    return handlers
      .handleRaw("list", ({ params, query }) => list(params.tenant, query))
      .handleRaw("messages", ({ params, query }) => page(params.tenant, params.id, query))
      .handleRaw("get", ({ params: { tenant, id } }) =>
        owner.view(tenant, "conversation", id).pipe(
          Effect.tap((view) => noteAccess(tenant, view)),
          Effect.map((view) => json(view))
        )
      )
      .handleRaw("members", ({ params: { tenant, id } }) =>
        Effect.map(owner.view(tenant, "conversation", id), ({ members }) => json({ items: members }))
      )
      .handleRaw("timeline", ({ params, query }) => timeline(params.tenant, params.id, query))
      .handleRaw(
        "read",
        command(Read, (body, base) => ({
          ...base,
          type: "conversation_read",
          user_id: body.user_id,
          message_id: body.message_id ?? null
        }))
      )
      .handleRaw(
        "unread",
        command(Unread, ({ user_id }, base) => ({ ...base, type: "conversation_unread", user_id }))
      )
      .handleRaw("typing", type)
      .handleRaw(
        "priority",
        command(Prioritising, ({ priority }, base) => ({ ...base, type: "conversation_prioritised", priority }))
      )
      .handleRaw(
        "status",
        command(Filing, ({ status }, base) => ({ ...base, type: "conversation_status_set", status }))
      )
      .handleRaw(
        "assign",
        command(Assigning, ({ assigned_to }, base) => ({ ...base, type: "conversation_assigned", assigned_to }))
      )
      .handleRaw("snooze", snooze)
      .handleRaw(
        "labels",
        command(Labelling, (body, base) => ({ ...base, type: "conversation_labelled", ...body, add: [], remove: [] }))
      )
      .handleRaw(
        "label",
        command(LabelChange, ({ add = [], remove = [] }, base) => ({
          ...base,
          type: "conversation_labelled",
          labels: null,
          add,
          remove
        }))
      )
      .handleRaw(
        "type",
        command(Typed, ({ conversation_type }, base) => ({ ...base, type: "conversation_type_set", conversation_type }))
      )
  })
)
