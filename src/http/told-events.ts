/** The events of a request's body: one, an array, or NDJSON. */
import * as Effect from "effect/Effect"
import type { HttpServerRequest } from "effect/http/HttpServerRequest"
import * as Result from "effect/Result"
import { RuleBroken } from "../../actors/errors.ts"
import type { NotJson, TooDeep } from "../providers/parse.ts"
import { jsonIn } from "./body.ts"
import type { BodyInvalid } from "./faults.ts"

const newline = 10
/** Events in one request: each is answered by itself, and a fault weighs a hundred times its event. */
export const mostEvents = 5_000

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
export type Told = { readonly one: unknown } | { readonly many: ReadonlyArray<unknown> }

/** What the body tells. NDJSON is recognised by its type, or because the whole is no JSON and the lines are. */
export const toldIn = (
  request: HttpServerRequest,
  bytes: Uint8Array
): Result.Result<Told, NotJson | TooDeep | BodyInvalid> => {
  const isNdjson = request.headers["content-type"]?.startsWith("application/x-ndjson") ?? false
  const lines = () => Result.map(Result.all(linesOf(bytes).map(jsonIn)), (many): Told => ({ many }))
  if (isNdjson) return lines()
  const whole = Result.map(jsonIn(bytes), (value): Told => (Array.isArray(value) ? { many: value } : { one: value }))
  return Result.orElse(whole, () => (linesOf(bytes).length > 1 ? Result.orElse(lines(), () => whole) : whole))
}

/** Fails when one request tells more than it may. */
export const notTooMany = (events: ReadonlyArray<unknown>): Effect.Effect<void, RuleBroken> =>
  events.length <= mostEvents
    ? Effect.void
    : Effect.fail(
        new RuleBroken({
          field: "body",
          rule: `holds ${events.length} events; send at most ${mostEvents} in one request`
        })
      )
