/** The generic way in over HTTP: one event, an array, or NDJSON. Each event ends by itself, in order. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { CurrentRequestKey } from "../../../actors/owner/request-key.ts"
import { GenericEvents } from "../generic-events.ts"
import { served } from "../api/api.ts"
import { bytesOf } from "../body.ts"
import { keyIn } from "../once.ts"
import { problemOf } from "../problem.ts"
import { notTooMany, toldIn } from "../told-events.ts"

const json = HttpServerResponse.jsonUnsafe
export const eventHandlers = HttpApiBuilder.group(
  served,
  "events",
  Effect.fnUntraced(function* (handlers) {
    const events = yield* GenericEvents

    return handlers.handleRaw(
      "post",
      Effect.fnUntraced(function* ({ params: { tenant }, request }) {
        const told = yield* Effect.fromResult(toldIn(request, yield* bytesOf(request)))
        const key = yield* keyIn(request)
        if ("one" in told) return json(yield* events.take(tenant, told.one, key))
        yield* notTooMany(told.many)
        const results = yield* Effect.forEach(told.many, (value, place) =>
          events
            .take(tenant, value, key === null ? null : `${key}\0${place}`)
            .pipe(Effect.catch((fault) => Effect.succeed({ error: problemOf(fault) })))
        )
        const isToBeTriedAgain = results.some((result) => "error" in result && result.error.status >= 500)
        if (isToBeTriedAgain) (yield* CurrentRequestKey)?.leaveOpen()
        return json({ results })
      })
    )
  })
)
