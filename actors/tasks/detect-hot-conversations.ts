/** The hourly look at hot conversations (CONTRACT 2.4): each one decides for itself whether it has cooled. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { ConversationContext } from "../../machines/conversation/context.ts"
import { Conversations } from "../../persistence/lists/conversations.ts"
import type { TenantRuntime } from "../tenant/runtime.ts"
import { tell } from "./tell.ts"

/** Sleeping conversations woken at a time. */
const atOnce = 100

export const detectHotConversations = Effect.fnUntraced(function* (
  runtime: TenantRuntime,
  cut: Effect.Effect<void, unknown>
) {
  const conversations = yield* Conversations
  yield* cut
  const received = yield* Clock.currentTimeMillis
  const candidates = yield* conversations.coldCandidates(runtime.tenant, received)
  const cooled = yield* Effect.forEach(
    candidates,
    (conversation_id) =>
      tell(runtime, { type: "conversation_heat_checked", conversation_id, received, via: "clock" }).pipe(
        Effect.map((hasCooled) => {
          const living = runtime.population.get("conversation", conversation_id)
          if (living === undefined || (living.context as ConversationContext).is_hot) return false
          // The actor is cold: the column was edited in SQL, and the next cut corrects it.
          if (!hasCooled) living.kept = "no"
          return true
        })
      ),
    { concurrency: atOnce }
  )
  const count = cooled.filter(Boolean).length
  if (count > 0) yield* cut
  return count
})
