/** Every twelve hours: conversation_type, in both directions (CONTRACT 2.4). Each conversation decides from its own facts. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { Recounts } from "../../persistence/recounts.ts"
import type { TenantRuntime } from "../tenant-runtime.ts"
import { tell } from "./tell.ts"

/** Sleeping conversations are woken so many at a time. */
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
    (conversation_id) => tell(runtime, { type: "conversation_type_checked", conversation_id, received, via: "clock" }),
    { concurrency: atOnce }
  )
  return corrected.filter(Boolean).length
})
