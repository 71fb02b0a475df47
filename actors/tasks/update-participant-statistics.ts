/** Every six hours: people seen in seven days, and their conversations, against the rows (CONTRACT §6). No sighting. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { Event } from "../../machines/events.ts"
import type { ParticipantContext } from "../../machines/participant/machine.ts"
import type { ConversationDrift, ParticipantDrift } from "../../persistence/figures/recounts.ts"
import { Recounts } from "../../persistence/figures/recounts.ts"
import { kinds } from "../memory/kinds.ts"
import { decodeSnapshot } from "../memory/snapshot-codec.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { repairDrift } from "./drift.ts"

const recently = 7 * 24 * 3_600_000

const repairParticipant = (drift: ParticipantDrift, context: ParticipantContext, received: number): Event | null => {
  const { total_messages, total_conversations } = drift
  if (context.total_messages === total_messages && context.total_conversations === total_conversations) return null
  return {
    type: "participant_recounted",
    participant_id: drift.id,
    found: { total_messages: context.total_messages, total_conversations: context.total_conversations },
    right: { total_messages, total_conversations },
    received,
    via: "clock"
  }
}

const repairConversation = (drift: ConversationDrift, context: ConversationContext, received: number): Event | null => {
  const { message_count, unread_count, owner_horizon, owner_reads } = drift
  if (context.message_count === message_count && context.unread_count === unread_count) return null
  return {
    type: "conversation_recounted",
    conversation_id: drift.id,
    owner_horizon,
    owner_reads,
    found: { message_count: context.message_count, unread_count: context.unread_count },
    right: { message_count, unread_count },
    received,
    via: "clock"
  }
}

/**
 * Old rows may still name a person by the id of a former key: such a suspect is counted again under all keys, and is right when
 * that explains the difference.
 */
const underAllKeys = Effect.fnUntraced(function* (runtime: TenantRuntime, suspect: ParticipantDrift) {
  const recounts = yield* Recounts
  const { key, keys = [key] } = decodeContext(suspect).facts as ParticipantContext["facts"] & {
    readonly keys?: ReadonlyArray<string>
  }
  if (keys.length === 1) return [suspect]
  const ids = keys.map((each) => runtime.identity.participant(each))
  const again = yield* recounts.person(runtime.tenant, suspect.id, ids)
  return again === undefined || repairParticipant(again, decodeContext(again), 0) === null ? [] : [again]
})

const decodeContext = (drift: ParticipantDrift): ParticipantContext =>
  (decodeSnapshot(kinds.participant, drift.internals) as unknown as { readonly context: ParticipantContext }).context

export const updateParticipantStatistics = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>
) {
  const recounts = yield* Recounts
  yield* cut
  const since = (yield* Clock.currentTimeMillis) - recently
  const suspects = yield* recounts.participants(runtime.tenant, since)
  const drifted = yield* Effect.forEach(suspects, (suspect) => underAllKeys(runtime, suspect))
  const people = yield* repairDrift(runtime, "participant", drifted.flat(), repairParticipant)
  const conversations = yield* recounts.conversations(runtime.tenant, since)
  const count = people + (yield* repairDrift(runtime, "conversation", conversations, repairConversation))
  if (count > 0) yield* cut
  return count
})
