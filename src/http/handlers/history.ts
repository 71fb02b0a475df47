/** The door for history over HTTP: many events, applied in order, durable together. */
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { served } from "../api/api.ts"
import { bytesOf } from "../body.ts"
import { GenericEvents } from "../generic-events.ts"
import { problemOf } from "../problem.ts"
import { notTooMany, toldIn } from "../told-events.ts"

/** Bytes of one request: five thousand messages of common length, twice. */
const longest = 8 * 1024 * 1024
/** Events that are turned before others get the thread. */
const turnsAtOnce = 32

export const historyHandlers = HttpApiBuilder.group(
  served,
  "history",
  Effect.fnUntraced(function* (handlers) {
    const events = yield* GenericEvents

    return handlers.handleRaw(
      "post",
      Effect.fnUntraced(function* ({ params: { tenant }, request }) {
        const told = yield* Effect.fromResult(toldIn(request, yield* bytesOf(request, longest)))
        const many = "one" in told ? [told.one] : told.many
        yield* notTooMany(many)
        const fibers = []
        for (const [place, value] of many.entries()) {
          if (place % turnsAtOnce === turnsAtOnce - 1) yield* Effect.yieldNow
          // Begins at once and waits for its commit beside the others: so they are in order, and in few commits.
          fibers.push(yield* Effect.forkChild(Effect.result(events.bring(tenant, value)), { startImmediately: true }))
        }
        const counts = { applied: 0, duplicate: 0, refused: 0 }
        const results = []
        for (const fiber of fibers) {
          const result = yield* Fiber.join(fiber)
          if (result._tag === "Success") counts[result.success.outcome]++
          else counts.refused++
          results.push(result._tag === "Success" ? result.success : { error: problemOf(result.failure) })
        }
        return HttpServerResponse.jsonUnsafe({ results, counts })
      })
    )
  })
)
