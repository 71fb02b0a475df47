/** For feeds on a tenant in memory, which knows no keys: what a token rests on holds. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { PassGuard } from "../../src/feed/pass-guard.ts"

export const keepsItsToken = Layer.succeed(PassGuard, PassGuard.of({ holds: () => Effect.succeed(true) }))
