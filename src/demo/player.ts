/** The demo, played by the server itself: one at a time, and no longer than the server runs. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import { RuleBroken } from "../../actors/errors.ts"
import { fastSpeed } from "./pace.ts"
import type { Stage } from "./play.ts"
import { play } from "./play.ts"
import { scenario } from "./scenario.ts"

export interface Playing {
  readonly seed: number
  readonly steps: number
  readonly lasts_s: number
}

export class Player extends Context.Service<
  Player,
  {
    /** Begins; answers at once. Refused while one plays. */
    start(stage: Stage, seed: number, fast: boolean): Effect.Effect<Playing, RuleBroken>
  }
>()("switchboard/demo/Player") {
  static readonly layer = Layer.effect(
    Player,
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const client = yield* Effect.context<HttpClient>()
      let isPlaying = false

      const start = Effect.fnUntraced(function* (stage: Stage, seed: number, fast: boolean) {
        if (isPlaying) return yield* new RuleBroken({ field: "demo", rule: "is playing already; it ends by itself" })
        isPlaying = true
        const steps = scenario(seed)
        const speed = fast ? fastSpeed : 1
        yield* play(stage, steps, { speed }).pipe(
          Effect.provideContext(client),
          Effect.catch((error) => Effect.logWarning("The demo stopped", error)),
          Effect.ensuring(Effect.sync(() => (isPlaying = false))),
          Effect.forkIn(scope)
        )
        return { seed, steps: steps.length, lasts_s: Math.round(steps.at(-1)!.at / speed / 1_000) }
      })

      return Player.of({ start })
    })
  ).pipe(Layer.provide(FetchHttpClient.layer))
}
