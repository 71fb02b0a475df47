/**
 * What an actor's counters were at the last cut, and what the rows of that cut say they should have been, for a command that has
 * them counted again. The actor's own bytes tell the first: a column may have been edited by hand.
 */
import * as Effect from "effect/Effect"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import type { MemberCounted, ParticipantCounters } from "../../machines/events.ts"
import type { ParticipantContext } from "../../machines/participant/context.ts"
import { Recounts } from "../../persistence/figures/recounts.ts"
import { Identity } from "../memory/identity.ts"
import { kinds } from "../memory/kinds.ts"
import { decodeSnapshot } from "../memory/snapshot-codec.ts"
import { own } from "../../machines/own.ts"

const idsOf = (tenant: string, keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const identity = new Identity(tenant)
  return keys.map((key) => identity.participant(key))
}

/** Of a participant who is known by these keys; undefined when no cut holds the participant. */
export const participantCounters = Effect.fn("participantCounters")(function* (
  tenant: string,
  id: string,
  keys: ReadonlyArray<string>
) {
  const recounts = yield* Recounts
  const row = yield* recounts.person(tenant, id, [id, ...idsOf(tenant, keys)])
  if (row === undefined) return undefined
  const context = decodeSnapshot(kinds.participant, row.internals).context as unknown as ParticipantContext
  const counters = ({ total_messages, total_conversations }: ParticipantCounters): ParticipantCounters => ({
    total_messages,
    total_conversations
  })
  return { found: counters(context), right: counters(row) }
})

/** Of the member with these keys, the present one first; undefined when no cut holds the conversation. */
export const memberCounters = Effect.fn("memberCounters")(function* (
  tenant: string,
  conversation_id: string,
  keys: ReadonlyArray<string>
) {
  const recounts = yield* Recounts
  const row = yield* recounts.member(tenant, conversation_id, idsOf(tenant, keys))
  if (row === undefined) return undefined
  const context = decodeSnapshot(kinds.conversation, row.internals).context as unknown as ConversationContext
  const found = own(context.members, keys[0]!)?.message_count ?? 0
  return { found, right: row.message_count, last_message_at: row.last_message_at } satisfies MemberCounted
})
