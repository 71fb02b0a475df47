/**
 * Whose key is it? Keys are known only by their hash. A tenant's keys are looked up together and remembered for a while, bounded:
 * however many keys a stranger makes up, that is one statement a second for a tenant that exists, and none for others.
 */
import * as Cache from "effect/Cache"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { SqlError } from "effect/sql/SqlError"
import type { DatabaseAway } from "../../actors/errors.ts"
import { promptly } from "../../actors/patience.ts"
import { TenantOwner } from "../../actors/tenant-owner.ts"
import { ApiKeys } from "../../persistence/api-keys.ts"
import { Settings } from "../config.ts"
import { sameDigest, sha256 } from "../secrets/hash.ts"

/** What a key opens: everything, or one tenant. */
export type Grant =
  | { readonly kind: "admin" }
  | {
      readonly kind: "tenant"
      /** The key's id. */
      readonly id: string
      readonly tenant: string
      /** What people call the key. */
      readonly name: string
      readonly scopes: ReadonlyArray<string>
    }
type TenantGrant = Extract<Grant, { readonly kind: "tenant" }>

const admin: Grant = { kind: "admin" }

/** Tenants whose keys are remembered; each key some 300 bytes. */
const remembered = 10_000
/** How long a key that another process revoked may still open its tenant. */
const goodFor = "1 minute"
/** A key that is not among them is looked for again once they are so old, milliseconds: it may have been made a moment ago, elsewhere. */
const unknownFor = 1_000

/** `sb_<tenant>_<43 characters>`: anything else cannot be a tenant's key and costs no look-up. */
const shape = /^sb_([a-z0-9][a-z0-9-]{0,62})_[A-Za-z0-9_-]{43}$/

/** A tenant's keys in use, by digest. */
interface Known {
  readonly at: number
  readonly grants: ReadonlyMap<string, TenantGrant>
}

export class Keys extends Context.Service<
  Keys,
  {
    /** What the key opens; none for a key that we did not give out. */
    grantOf(key: string): Effect.Effect<Option.Option<Grant>, SqlError | DatabaseAway>
    /** Whether a tenant's key, by its id, still opens it. */
    isInUse(tenant: string, id: string): Effect.Effect<boolean, SqlError | DatabaseAway>
    /** A key of the tenant was made or revoked: this process knows at once, others within a minute. */
    forget(tenant: string): Effect.Effect<void>
  }
>()("switchboard/http/Keys") {
  static readonly layer = Layer.effect(
    Keys,
    Effect.gen(function* () {
      const keys = yield* ApiKeys
      const owner = yield* TenantOwner
      const adminDigest = sha256(Redacted.value((yield* Settings).adminKey))

      const lookUp = Effect.fnUntraced(function* (tenant: string) {
        const rows = yield* promptly(keys.inUse(tenant))
        const grants = new Map<string, TenantGrant>()
        for (const { id, hash, tenant_id, name, scopes } of rows)
          grants.set(Buffer.from(hash).toString("hex"), { kind: "tenant", id, tenant: tenant_id, name, scopes })
        return { at: yield* Clock.currentTimeMillis, grants } satisfies Known
      })
      const cache = yield* Cache.make({ lookup: lookUp, capacity: remembered, timeToLive: goodFor })

      const exists = (tenant: string): Effect.Effect<boolean> =>
        owner.gate(tenant).pipe(
          Effect.as(true),
          // One that cannot be reached now is there; its keys say so themselves.
          Effect.catch((error) => Effect.succeed(error._tag !== "TenantUnknown"))
        )

      const grantOf = Effect.fnUntraced(function* (key: string) {
        if (key === "") return Option.none()
        const digest = sha256(key)
        if (sameDigest(digest, adminDigest)) return Option.some(admin)
        const tenant = shape.exec(key)?.[1]
        if (tenant === undefined || !(yield* exists(tenant))) return Option.none()
        const name = digest.toString("hex")
        const known = yield* Cache.get(cache, tenant)
        const grant = known.grants.get(name)
        if (grant !== undefined) return Option.some(grant)
        if ((yield* Clock.currentTimeMillis) - known.at < unknownFor) return Option.none()
        yield* Cache.invalidateWhen(cache, tenant, (value) => value === known)
        return Option.fromNullishOr((yield* Cache.get(cache, tenant)).grants.get(name))
      })

      const isInUse = Effect.fnUntraced(function* (tenant: string, id: string) {
        const { grants } = yield* Cache.get(cache, tenant)
        return [...grants.values()].some((grant) => grant.id === id)
      })

      return Keys.of({ grantOf, isInUse, forget: (tenant) => Cache.invalidate(cache, tenant) })
    })
  )
}
