/** Whose key is it? Keys are known only by their hash; what was found is remembered for a while, bounded. */
import * as Cache from "effect/Cache"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseAway } from "../../actors/errors.ts"
import { promptly } from "../../actors/patience.ts"
import { ApiKeys } from "../../persistence/api-keys.ts"
import { Settings } from "../config.ts"
import { sameDigest, sha256 } from "../secrets/hash.ts"

/** What a key opens: everything, or one tenant. */
export type Grant =
  | { readonly kind: "admin" }
  | {
      readonly kind: "tenant"
      readonly tenant: string
      /** What people call the key. */
      readonly name: string
      readonly scopes: ReadonlyArray<string>
    }

const admin: Grant = { kind: "admin" }

/** Keys that are remembered; each some 200 bytes. */
const remembered = 10_000
/** How long a revoked key may still open its tenant. */
const goodFor = "1 minute"
/** An unknown key is asked for again soon: it may have been made a moment ago, by another process. */
const unknownFor = "1 second"

/** `sb_<tenant>_<43 characters>`: anything else cannot be a tenant's key and costs no look-up. */
const shape = /^sb_[a-z0-9][a-z0-9-]{0,62}_[A-Za-z0-9_-]{43}$/

export class Keys extends Context.Service<
  Keys,
  {
    /** What the key opens; none for a key that we did not give out. */
    grantOf(key: string): Effect.Effect<Option.Option<Grant>, SqlError | DatabaseAway>
    /** A key, by its digest, was revoked: here it opens nothing from now on, in other processes within a minute. */
    forget(digest: Uint8Array): Effect.Effect<void>
  }
>()("switchboard/http/Keys") {
  static readonly layer = Layer.effect(
    Keys,
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const adminDigest = sha256(Redacted.value((yield* Settings).adminKey))

      const cache = yield* Cache.makeWith((hex: string) => promptly(keys.find(Buffer.from(hex, "hex"))), {
        capacity: remembered,
        timeToLive: (exit) => {
          if (Exit.isFailure(exit)) return 0
          return Option.isSome(exit.value) ? goodFor : unknownFor
        }
      })

      const grantOf = Effect.fnUntraced(function* (key: string) {
        if (key === "") return Option.none()
        const digest = sha256(key)
        if (sameDigest(digest, adminDigest)) return Option.some(admin)
        if (!shape.test(key)) return Option.none()
        const found = yield* Cache.get(cache, digest.toString("hex"))
        return Option.map(found, ({ tenant_id, name, scopes }): Grant => ({
          kind: "tenant",
          tenant: tenant_id,
          name,
          scopes
        }))
      })

      const forget = (digest: Uint8Array) => Cache.invalidate(cache, Buffer.from(digest).toString("hex"))

      return Keys.of({ grantOf, forget })
    })
  )
}
