/**
 * Every twelve hours: conversation_type and participant_count, in both directions (CONTRACT 2.4). Each conversation decides from
 * its own facts; where only its rows are wrong, because somebody edited them, they are written again.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { Recounts, type TypeCandidate } from "../../persistence/figures/recounts.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { counted, rewritten } from "./drift.ts"
import { tell } from "./tell.ts"

/** Sleeping conversations woken at a time. */
const atOnce = 100

export const updateConversationTypes = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>
) {
  const recounts = yield* Recounts
  yield* cut
  const received = yield* Clock.currentTimeMillis
  const corrected = yield* Effect.forEach(
    yield* recounts.typeCandidates(runtime.tenant),
    Effect.fnUntraced(function* (candidate: TypeCandidate) {
      const conversation_id = candidate.id
      const isMended = yield* tell(runtime, {
        type: "conversation_type_checked",
        conversation_id,
        received,
        via: "clock"
      })
      if (!isMended && !hasWrongRows(runtime, candidate)) return false
      yield* Effect.logWarning(
        `Tenant ${runtime.tenant}: type or head count of a conversation had drifted and is repaired`,
        { ...candidate, damaged: isMended ? "actor" : "columns only" }
      )
      return isMended || (yield* rewritten(runtime, "conversation", conversation_id))
    }),
    { concurrency: atOnce }
  )
  const count = corrected.filter(Boolean).length
  yield* counted("conversation", count)
  // After the run SQL agrees with the actors.
  if (count > 0) yield* cut
  return count
})

/** Whether the rows say something else than the actor, which has just been asked and is right. */
const hasWrongRows = (runtime: TenantRuntime, { id, present, is_edited }: TypeCandidate): boolean => {
  if (is_edited) return true
  const context = runtime.population.get("conversation", id)?.context as ConversationContext | undefined
  if (context === undefined) return false
  // Two former keys of one person are one row.
  const active = Object.values(context.members).filter((member) => member.is_active)
  return new Set(active.map(({ key }) => runtime.identity.participant(key))).size !== present
}
