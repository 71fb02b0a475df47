/** Instants that a caller tells. */
import * as Effect from "effect/Effect"
import { RuleBroken } from "../../actors/errors.ts"

/** The end of the year 9999: what lies behind it is no instant of ISO 8601's four digits, but a mistake. */
const latest = Date.UTC(10_000, 0, 1)

/** The instant that a text names, epoch milliseconds, wherever it lies. */
export const instantOf = (text: string, field: string): Effect.Effect<number, RuleBroken> => {
  const at = Date.parse(text)
  return at >= 0 && at < latest
    ? Effect.succeed(at)
    : Effect.fail(new RuleBroken({ field, rule: "must be an ISO 8601 instant of the years 1970 to 9999" }))
}

/** The same, or `received` when there is no text, or when it lies ahead: no fact does. */
export const timeOf = (text: string | undefined, received: number, field = "at"): Effect.Effect<number, RuleBroken> =>
  text === undefined ? Effect.succeed(received) : Effect.map(instantOf(text, field), (at) => Math.min(at, received))
