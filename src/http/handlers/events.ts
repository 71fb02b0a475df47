/** The generic way in over HTTP: one event, an array, or NDJSON. Each event ends by itself, in order. */
import * as Effect from "effect/Effect"
import * as HttpApiBuilder from "effect/http-api/HttpApiBuilder"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import { RuleBroken } from "../../../actors/errors.ts"
import { CurrentRequestKey } from "../../../actors/owner/request-key.ts"
import { GenericEvents } from "../generic-events.ts"
import type { NotJson, TooDeep } from "../../providers/parse.ts"
import { served } from "../api/api.ts"
import { bytesOf, jsonIn } from "../body.ts"
import type { BodyInvalid } from "../faults.ts"
import { keyIn } from "../once.ts"
import { problemOf } from "../problem.ts"

const json = HttpServerResponse.jsonUnsafe
const newline = 10
/** Events in one request: each is answered by itself, and a fault weighs a hundred times its event. */
const mostEvents = 5_000

/** The lines of an NDJSON body; empty ones are left out. */
const linesOf = (bytes: Uint8Array): ReadonlyArray<Uint8Array> => {
  const lines: Array<Uint8Array> = []
  for (let start = 0; start < bytes.length;) {
    const found = bytes.indexOf(newline, start)
    const end = found === -1 ? bytes.length : found
    if (end > start) lines.push(bytes.subarray(start, end))
    start = end + 1
  }
  return lines.filter((line) => new TextDecoder().decode(line).trim() !== "")
}

/** One event, or several. */
type Told = { readonly one: unknown } | { readonly many: ReadonlyArray<unknown> }

/** What the body tells. NDJSON is recognised by its type, or because the whole is no JSON and the lines are. */
const toldIn = (
  request: HttpServerRequest,
  bytes: Uint8Array
): Result.Result<Told, NotJson | TooDeep | BodyInvalid> => {
  const isNdjson = request.headers["content-type"]?.startsWith("application/x-ndjson") ?? false
  const lines = () => Result.map(Result.all(linesOf(bytes).map(jsonIn)), (many): Told => ({ many }))
  if (isNdjson) return lines()
  const whole = Result.map(jsonIn(bytes), (value): Told => (Array.isArray(value) ? { many: value } : { one: value }))
  return Result.orElse(whole, () => (linesOf(bytes).length > 1 ? Result.orElse(lines(), () => whole) : whole))
}

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
        if (told.many.length > mostEvents) {
          const rule = `holds ${told.many.length} events; send at most ${mostEvents} in one request`
          return yield* new RuleBroken({ field: "body", rule })
        }
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
