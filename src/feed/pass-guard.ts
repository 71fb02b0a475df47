/** Whether what a feed token rests on still holds: the key that made it, and its tenant. */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { TenantOwner } from "../../actors/owner/owner.ts"
import { Keys } from "../http/keys.ts"
import type { FeedPass } from "./tokens.ts"

export class PassGuard extends Context.Service<
  PassGuard,
  {
    /**
     * False once the token's key is revoked or its tenant inactive. While neither can be looked up, what was good stays good: a
     * database that is away must not end the feed.
     */
    holds(pass: FeedPass): Effect.Effect<boolean>
  }
>()("switchboard/feed/PassGuard") {
  static readonly layer = Layer.effect(
    PassGuard,
    Effect.gen(function* () {
      const owner = yield* TenantOwner
      const keys = yield* Keys
      return PassGuard.of({
        holds: ({ tenant, key }) =>
          Effect.gen(function* () {
            if (!(yield* owner.gate(tenant)).is_active) return false
            return key == null || (yield* keys.isInUse(tenant, key))
          }).pipe(Effect.catch((error) => Effect.succeed(error._tag !== "TenantUnknown")))
      })
    })
  )
}
