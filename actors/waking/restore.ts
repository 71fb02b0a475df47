/**
 * Rebuilds an actor from its columns and rows, when its snapshot is unreadable and its journal is not complete. Fields are what
 * SQL shows; facts behind them are taken from rows where they are there, and start empty where not.
 */
import * as Effect from "effect/Effect"
import type { AnyMachineSnapshot } from "xstate"
import type { ConnectionContext } from "../../machines/connection/context.ts"
import { day, dayOf } from "../../machines/connection/day.ts"
import { hour } from "../../machines/connection/sends.ts"
import type { ConversationRows } from "../../machines/conversation/restored.ts"
import { restoredConversation } from "../../machines/conversation/restored.ts"
import { previewsOf } from "../../machines/conversation/last-message.ts"
import { windowLimit } from "../../machines/conversation/message-window.ts"
import { identifierKeys } from "../../machines/person/keys.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import { Messages } from "../../persistence/lists/messages.ts"
import { Snapshots } from "../../persistence/cut/snapshots.ts"
import { kinds } from "../memory/kinds.ts"
import type { Address } from "../memory/population.ts"
import { messageTime, recalledRecord } from "../prepare/recall.ts"
import { decodeSnapshot, standing } from "../memory/snapshot-codec.ts"
import { begun } from "../memory/step.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"

/** Columns by their names; null where a row has no value. */
type Columns = Readonly<Record<string, unknown>>

/** The snapshot; null when the rows do not say enough (a participant whose key is in no row). */
export const restored = Effect.fn("restored")(function* (runtime: TenantRuntime, address: Address, now: number) {
  const snapshots = yield* Snapshots
  const columns: Columns | null = yield* snapshots.columns(runtime.tenant, address.kind, address.id)
  if (columns === null) return null
  const context = yield* contextOf(runtime, address, columns, now)
  return context === null ? null : settledIn(address, context)
})

const contextOf = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  address: Address,
  columns: Columns,
  now: number
) {
  const { kind, id } = address
  if (kind === "conversation") return yield* conversationOf(runtime, id, columns)
  if (kind === "participant") {
    const key = keyOf(runtime, id, columns)
    return key === null ? null : overlaid(address, columns, { key }, now)
  }
  const context = overlaid(address, columns, {}, now)
  return kind === "connection" ? spent(context as ConnectionContext, now) : context
})

/** A new actor with the fields that the columns hold. A scheduler plans its tasks anew. */
const overlaid = ({ kind, id }: Address, columns: Columns, more: object, now: number): object => {
  const input = {
    ...columns,
    ...more,
    id,
    user_id: columns["created_by"] ?? null,
    received: columns["created_at"] ?? now
  }
  const fresh = begun(kinds[kind].machine, input).context as object
  return kind === "scheduler" ? { ...fresh, id } : { ...fresh, ...columns, id }
}

/**
 * Messages sent within the hour count as sent just now: too large a send budget could get the account banned (CONTRACT 2.2).
 */
const spent = (context: ConnectionContext, now: number): ConnectionContext => {
  const at = context.updated_at ?? now
  const sends =
    context.messages_sent_this_hour === 0 || at <= now - hour ? [] : ([[at, context.messages_sent_this_hour]] as const)
  const { account_status: word, auth_status: auth_word } = context
  const facts = { ...context.facts, sends, today: dayOf(at), word, status_at: at, auth_word, auth_at: at }
  return { ...context, last_rate_limit_reset: context.last_rate_limit_reset ?? facts.today * day, facts }
}

/** The key that the id was derived from, found among what the person is known by. */
const keyOf = (runtime: TenantRuntime, id: string, columns: Columns): string | null => {
  const identifiers = Object.fromEntries(Object.entries(columns).filter(([, value]) => typeof value === "string"))
  const candidates = identifierKeys(identifiers as never)
  return candidates.find((key) => runtime.identity.participant(key) === id) ?? null
}

const conversationOf = Effect.fnUntraced(function* (runtime: TenantRuntime, id: string, columns: Columns) {
  const snapshots = yield* Snapshots
  const messages = yield* Messages
  const rows = yield* snapshots.members(runtime.tenant, id)
  const keys = yield* keysOf(
    runtime,
    rows.map(({ participant_id }) => participant_id)
  )
  const page = yield* messages.page(runtime.tenant, id, { before: null, limit: windowLimit }).pipe(Effect.orDie)
  const members = rows.flatMap(({ participant_id, ...fields }) => {
    const key = keys.get(participant_id)
    return key === undefined ? [] : [{ key, fields }]
  })
  const fields = columns as unknown as ConversationRows["fields"]
  const { connection_id, channel_id, external_thread_id } = fields
  const received = fields.created_at ?? 0
  const input = { id, connection_id, channel_id, external_thread_id, received }
  const empty = restoredConversation({ input, fields, members, messages: [], previews: [], floor: null })
  const kept = page.items.filter((row) => !row.is_local_only)
  const known = kept.map((row) => [recalledRecord(row, empty, runtime.identity), row] as const)
  return restoredConversation({
    input,
    fields,
    members,
    messages: known.map(([record]) => record),
    previews: previewsOf(known),
    floor: page.next === null ? null : Math.min(...kept.map(messageTime))
  })
})

/** The keys of participants, from their own snapshots; unreadable ones are left out. */
const keysOf = Effect.fnUntraced(function* (runtime: TenantRuntime, ids: ReadonlyArray<string>) {
  const snapshots = yield* Snapshots
  const keys = new Map<string, string>()
  for (let wanted = ids; wanted.length > 0;) {
    const { actors, left } = yield* snapshots.load(runtime.tenant, "participant", wanted)
    for (const { id, internals } of actors) {
      const context = yield* Effect.option(
        Effect.try(() => decodeSnapshot(kinds.participant, internals).context as ParticipantContext)
      )
      if (context._tag === "Some") keys.set(id, context.value.facts.key)
    }
    wanted = left
  }
  return keys
})

const settledIn = ({ kind }: Address, context: object): AnyMachineSnapshot => standing(kinds[kind], context)
