/** Instants that a caller tells. */
import * as Effect from "effect/Effect"
import { RuleBroken } from "../../actors/errors.ts"

/** How far ahead of ours a teller's clock may be, in milliseconds. */
const clockSkew = 86_400_000

/** The instant that a text names, epoch milliseconds; `received` when there is no text. */
export const timeOf = (text: string | undefined, received: number, field = "at"): Effect.Effect<number, RuleBroken> => {
  const at = text === undefined ? received : Date.parse(text)
  return at >= 0 && at <= received + clockSkew
    ? Effect.succeed(at)
    : Effect.fail(new RuleBroken({ field, rule: "must be an ISO 8601 instant since 1970, at most a day ahead" }))
}
